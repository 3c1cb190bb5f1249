public import GanzhiModel

/// Which events are wanted; an empty filter wants all.
public struct EventFilter: Sendable, Hashable {
    /// Only events decided at this time or later.
    public var since: Timestamp?
    /// Only events that led to one of these levels, `none` for cleared; empty for any.
    public var levels: Set<String>
    /// Only events of this scenario.
    public var scenario: String?
    /// Only events at this key.
    public var key: String?
    /// Only events of this district.
    public var district: String?
    /// Only events that concern this device.
    public var device: String?
    /// Only events of one of these types, such as `ganzhi.warning.raised`; empty for any.
    public var types: Set<String>
    /// Only events about this episode, device or feed.
    public var subject: String?

    /// Creates a filter.
    public init(
        since: Timestamp? = nil,
        levels: Set<String> = [],
        scenario: String? = nil,
        key: String? = nil,
        district: String? = nil,
        device: String? = nil,
        types: Set<String> = [],
        subject: String? = nil
    ) {
        self.since = since
        self.levels = levels
        self.scenario = scenario
        self.key = key
        self.district = district
        self.device = device
        self.types = types
        self.subject = subject
    }
}

/// Which standing warnings are wanted; an empty filter wants all.
public struct WarningFilter: Sendable, Hashable {
    /// Only warnings that stand at one of these levels; empty for any.
    public var levels: Set<Level>
    /// Only warnings of this scenario.
    public var scenario: String?
    /// Only warnings of this district.
    public var district: String?

    /// Creates a filter.
    public init(levels: Set<Level> = [], scenario: String? = nil, district: String? = nil) {
        self.levels = levels
        self.scenario = scenario
        self.district = district
    }

    /// Whether a warning is wanted.
    public func wants(_ warning: StandingWarning) -> Bool {
        (levels.isEmpty || warning.level.map(levels.contains) ?? false)
            && (scenario == nil || warning.scenario == scenario)
            && (district == nil || warning.district == district)
    }
}
