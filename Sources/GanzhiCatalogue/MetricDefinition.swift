/// How the values of a metric behave.
public enum MetricKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Goes up and down, such as a temperature.
    case gauge
    /// Only grows, but for resets, such as a meter's register.
    case counter
    /// One of a few values, such as open and closed.
    case state
    /// An angle: after the greatest value comes the least.
    case circular
}

/// Values that can be true, both ends included, in the metric's canonical unit.
public struct ValueRange: Sendable, Hashable, Codable {
    /// The least value; `nil` where there is none.
    public var min: Double?
    /// The greatest value; `nil` where there is none.
    public var max: Double?

    /// Creates a range.
    public init(min: Double? = nil, max: Double? = nil) {
        self.min = min
        self.max = max
    }
}

/// A metric that the city knows: what is measured, in which unit, and what can be true.
///
/// A reading becomes canonical in this order: its value is converted to ``unit``, then multiplied with ``scale``, then
/// ``offset`` is added (`offset` is in the canonical unit), then it is held against ``range``. What a device's
/// ``MetricOverride`` gives takes the place of what stands here, each setting by itself. A value out of range is kept
/// as a bad reading and flagged; it is never dropped.
///
/// A street-flood sensor that looks down from 1.578 m above the road and reports its distance to the water measures a
/// depth of `reading × -1 + 1.578 m`.
public struct MetricDefinition: Sendable, Hashable {
    /// Canonical name.
    public var id: String
    /// Title by language tag.
    public var titles: [String: String]
    /// Canonical unit as it is shown; `nil` leaves it to the first reading that states one.
    public var unit: String?
    /// How its values behave.
    public var kind: MetricKind
    /// What can be true, after calibration.
    public var range: ValueRange?
    /// Other names that mean this metric in what devices send.
    public var aliases: [String]
    /// Factor of the calibration.
    public var scale: Double
    /// What the calibration adds, in the canonical unit.
    public var offset: Double

    /// Creates a metric.
    public init(
        id: String,
        titles: [String: String] = [:],
        unit: String? = nil,
        kind: MetricKind = .gauge,
        range: ValueRange? = nil,
        aliases: [String] = [],
        scale: Double = 1,
        offset: Double = 0
    ) {
        self.id = id
        self.titles = titles
        self.unit = unit
        self.kind = kind
        self.range = range
        self.aliases = aliases
        self.scale = scale
        self.offset = offset
    }
}

extension MetricDefinition: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, titles, unit, kind, range, aliases, scale, offset
    }

    /// Reads a metric; what is absent has its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        titles = try container.decodeIfPresent([String: String].self, forKey: .titles) ?? [:]
        unit = try container.decodeIfPresent(String.self, forKey: .unit)
        kind = try container.decodeIfPresent(MetricKind.self, forKey: .kind) ?? .gauge
        range = try container.decodeIfPresent(ValueRange.self, forKey: .range)
        aliases = try container.decodeIfPresent([String].self, forKey: .aliases) ?? []
        scale = try container.decodeIfPresent(Double.self, forKey: .scale) ?? 1
        offset = try container.decodeIfPresent(Double.self, forKey: .offset) ?? 0
    }

    /// Writes the metric without what is empty or has its default.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encodeUnlessEmpty(titles, forKey: .titles)
        try container.encodeIfPresent(unit, forKey: .unit)
        try container.encode(kind, forKey: .kind)
        try container.encodeIfPresent(range, forKey: .range)
        try container.encodeUnlessEmpty(aliases, forKey: .aliases)
        if scale != 1 { try container.encode(scale, forKey: .scale) }
        if offset != 0 { try container.encode(offset, forKey: .offset) }
    }
}

extension KeyedEncodingContainer {
    /// Writes a collection that holds something; an empty one is left out, so that it costs no bytes in the bundle.
    mutating func encodeUnlessEmpty<Value: Encodable & Collection>(_ value: Value, forKey key: Key) throws {
        if !value.isEmpty { try encode(value, forKey: key) }
    }
}
