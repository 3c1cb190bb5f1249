public import GanzhiModel

/// The settings of one feed: which messages it takes and how they are read.
///
/// Keys in files and bundles:
/// - `name` (text): what the ledger and events call it.
/// - `topic` (MQTT topic filter).
/// - `qos` (0 or 1, default 1).
/// - `format` (`json` or `senml+json`, optional): without it the MQTT 5 content type decides.
/// - `mapping` (see ``JSONMapping``, optional): where the fields of other JSON are.
/// - `max-ahead` (duration, default `1m`): how far ahead of its arrival a reading's time may be.
/// - `retained` (`ignore` or `accept`, default `ignore`): what to do with messages from the broker's retained store.
public struct FeedDefinition: Sendable, Hashable {
    /// What the ledger and events call it.
    public var name: String
    /// Which messages it takes.
    public var topic: TopicFilter
    /// How the broker delivers them.
    public var qos: DeliveryQoS
    /// How payloads are read; `nil` lets the content type decide.
    public var format: FeedFormat?
    /// Where the fields are in JSON that is not native.
    public var mapping: JSONMapping?
    /// How far ahead of its arrival a reading's time may be before it is quarantined.
    public var maxAhead: TimeSpan
    /// Whether messages from the broker's retained store are read like others; else they are only counted.
    public var acceptsRetained: Bool

    /// Creates the settings of a feed.
    public init(
        name: String,
        topic: TopicFilter,
        qos: DeliveryQoS = .atLeastOnce,
        format: FeedFormat? = nil,
        mapping: JSONMapping? = nil,
        maxAhead: TimeSpan = .minutes(1),
        acceptsRetained: Bool = false
    ) {
        self.name = name
        self.topic = topic
        self.qos = qos
        self.format = format
        self.mapping = mapping
        self.maxAhead = maxAhead
        self.acceptsRetained = acceptsRetained
    }
}

extension FeedDefinition: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, topic, qos, format, mapping, retained
        case maxAhead = "max-ahead"
    }

    private enum Retained: String, Codable {
        case ignore, accept
    }

    /// Reads a feed; what is absent has its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            name: container.decode(String.self, forKey: .name),
            topic: container.decode(TopicFilter.self, forKey: .topic),
            qos: container.decodeIfPresent(DeliveryQoS.self, forKey: .qos) ?? .atLeastOnce,
            format: container.decodeIfPresent(FeedFormat.self, forKey: .format),
            mapping: container.decodeIfPresent(JSONMapping.self, forKey: .mapping),
            maxAhead: container.decodeIfPresent(TimeSpan.self, forKey: .maxAhead) ?? .minutes(1),
            acceptsRetained: container.decodeIfPresent(Retained.self, forKey: .retained) == .accept
        )
    }

    /// Writes every setting, defaults included.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(topic, forKey: .topic)
        try container.encode(qos, forKey: .qos)
        try container.encodeIfPresent(format, forKey: .format)
        try container.encodeIfPresent(mapping, forKey: .mapping)
        try container.encode(maxAhead, forKey: .maxAhead)
        try container.encode(acceptsRetained ? Retained.accept : .ignore, forKey: .retained)
    }
}
