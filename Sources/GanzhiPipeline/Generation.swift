public import GanzhiCatalogue
public import GanzhiFeeds
public import GanzhiModel
public import GanzhiWindow

/// One version of all that people wrote and that can change a result: settings, feeds, catalogue and scenarios.
public struct Generation: Sendable, Codable {
    /// City code (GB/T 2260), part of every id.
    public var city: String
    /// Logical name of the node, part of every id; never a host's.
    public var node: String
    /// The city's time zone, in which days begin.
    public var calendar: DayCalendar
    /// The city's holidays.
    public var days: DayTypes
    /// When a device that should speak is reported silent.
    public var deviceSilence: DeviceSilence
    /// CAP 1.2 status of what is sent: `Actual`, `Exercise` or `Test`.
    public var status: String?
    /// First levels of every topic of ours.
    public var topicRoot: String
    /// Feeds; the first whose filter matches a topic takes the message.
    public var feeds: [FeedDefinition]
    /// Metrics, devices and districts.
    public var catalogue: Catalogue
    /// Scenarios.
    public var scenarios: [Scenario]

    /// Creates a generation; the defaults hold where there is no config.
    public init(
        city: String = "000000",
        node: String = "n1",
        calendar: DayCalendar = .shanghai,
        days: DayTypes = DayTypes(),
        deviceSilence: DeviceSilence = DeviceSilence(),
        status: String? = nil,
        topicRoot: String = "ganzhi/v1",
        feeds: [FeedDefinition] = [],
        catalogue: Catalogue = Catalogue(),
        scenarios: [Scenario] = []
    ) {
        self.city = city
        self.node = node
        self.calendar = calendar
        self.days = days
        self.deviceSilence = deviceSilence
        self.status = status
        self.topicRoot = topicRoot
        self.feeds = feeds
        self.catalogue = catalogue
        self.scenarios = scenarios
    }
}

/// When a device that the catalogue knows is reported silent, in running time.
public struct DeviceSilence: Sendable, Hashable, Codable {
    /// How many expected intervals a device may be unheard.
    public var factor: Int
    /// How long a device without an expected interval may be unheard; `nil` leaves it alone.
    public var otherwise: TimeSpan?

    /// Creates a limit; the default is three expected intervals.
    public init(factor: Int = 3, otherwise: TimeSpan? = nil) {
        self.factor = factor
        self.otherwise = otherwise
    }
}
