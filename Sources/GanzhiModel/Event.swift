/// An event as it is stored and published: the bytes, and what is needed to find and route them.
public struct Event: Sendable, Hashable {
    /// Gapless number in commit order of its partition, from 1: the cursor of every reader.
    public var serial: UInt64
    /// Episode id, `-` and the six-digit sequence within the episode.
    public var id: String
    /// CloudEvents type, such as `ganzhi.warning.raised`.
    public var type: String
    /// The episode, device or feed it is about.
    public var subject: String
    /// When it was decided.
    public var time: Timestamp
    /// Scenario id; empty for device and feed events.
    public var scenario: String
    /// Key within the scenario; empty for device and feed events.
    public var key: String
    /// Level after the event: `blue` … `red` or `none`; empty for device and feed events.
    public var level: String
    /// District code; empty where the catalogue names none.
    public var district: String
    /// Device it concerns; empty where it concerns none in particular.
    public var device: String
    /// The one encoding: CloudEvents JSON, the same bytes in store, MQTT and log file.
    public var bytes: [UInt8]

    /// Creates an event.
    public init(
        serial: UInt64,
        id: String,
        type: String,
        subject: String,
        time: Timestamp,
        scenario: String = "",
        key: String = "",
        level: String = "",
        district: String = "",
        device: String = "",
        bytes: [UInt8]
    ) {
        self.serial = serial
        self.id = id
        self.type = type
        self.subject = subject
        self.time = time
        self.scenario = scenario
        self.key = key
        self.level = level
        self.district = district
        self.device = device
        self.bytes = bytes
    }
}

/// What is to be published because of an event, in this order.
public struct Publication: Sendable, Hashable {
    /// The event it belongs to.
    public var serial: UInt64
    /// Where to.
    public var topic: String
    /// Whether the broker shall keep it.
    public var isRetained: Bool
    /// The payload; empty to remove what the broker keeps.
    public var payload: [UInt8]

    /// Creates a publication.
    public init(serial: UInt64, topic: String, isRetained: Bool, payload: [UInt8]) {
        self.serial = serial
        self.topic = topic
        self.isRetained = isRetained
        self.payload = payload
    }
}

/// A warning as it stands: the current state of one scenario at one key.
public struct StandingWarning: Sendable, Hashable {
    /// Scenario id.
    public var scenario: String
    /// Key within the scenario.
    public var key: String
    /// Episode id.
    public var episode: String
    /// Level it stands at; `nil` once it is cleared, which removes it.
    public var level: Level?
    /// Instant at which the episode was raised.
    public var raised: Timestamp
    /// Instant of the newest transition.
    public var instant: Timestamp
    /// Whether its evidence has fallen silent.
    public var isStale: Bool
    /// District code; empty where none is known.
    public var district: String
    /// What keeps it from being published, such as `silence s1`; empty where nothing does.
    public var suppressedBy: String
    /// Serial of its newest event.
    public var serial: UInt64

    /// Creates the state of a warning.
    public init(
        scenario: String,
        key: String,
        episode: String,
        level: Level?,
        raised: Timestamp,
        instant: Timestamp,
        isStale: Bool,
        district: String,
        suppressedBy: String = "",
        serial: UInt64
    ) {
        self.scenario = scenario
        self.key = key
        self.episode = episode
        self.level = level
        self.raised = raised
        self.instant = instant
        self.isStale = isStale
        self.district = district
        self.suppressedBy = suppressedBy
        self.serial = serial
    }
}
