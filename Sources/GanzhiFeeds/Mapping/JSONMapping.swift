/// How readings are found in JSON that is not Ganzhi's own.
///
/// Settings, keys as in configuration files:
/// - `records` (JSON pointer, optional): the array of records, or a single one; default the whole payload.
/// - `device`, `metric`, `value` (source): see ``JSONSource``.
/// - `unit`, `time` (source, optional): without a time the received one is taken.
/// - `text-numbers` (bool, default false): numbers may be written as strings, `"8.5"`.
/// - `time-format` (`ms`, `s`, `us` or `rfc3339`, default `ms`).
/// - `skip-without-value` (bool, default false): records without a value are left out instead of refused.
public struct JSONMapping: Sendable, Hashable {
    /// How a time is written.
    public enum TimeFormat: String, Sendable, Hashable, Codable, CaseIterable {
        /// Unix milliseconds.
        case milliseconds = "ms"
        /// Unix seconds.
        case seconds = "s"
        /// Unix microseconds.
        case microseconds = "us"
        /// A date-time with zone, such as `2026-06-20T14:12:10+08:00`.
        case rfc3339
    }

    /// Way to the array of records, or to a single one, from the root; `nil` is the root itself.
    public var records: JSONPointer?
    /// Who measured; text, or a number taken as it is written.
    public var device: JSONSource
    /// What was measured; text, or a number taken as it is written.
    public var metric: JSONSource
    /// The value: a number, truth value or text.
    public var value: JSONSource
    /// The unit, where one is sent.
    public var unit: JSONSource?
    /// The event time, where one is sent.
    public var time: JSONSource?
    /// Whether numbers may be written as strings; a value that is a string must then be a number.
    public var textNumbers: Bool
    /// How times are written.
    public var timeFormat: TimeFormat
    /// Whether records without a value are left out; else they refuse the message.
    public var skipWithoutValue: Bool

    /// Creates a mapping.
    public init(
        records: JSONPointer? = nil,
        device: JSONSource,
        metric: JSONSource,
        value: JSONSource,
        unit: JSONSource? = nil,
        time: JSONSource? = nil,
        textNumbers: Bool = false,
        timeFormat: TimeFormat = .milliseconds,
        skipWithoutValue: Bool = false
    ) {
        self.records = records
        self.device = device
        self.metric = metric
        self.value = value
        self.unit = unit
        self.time = time
        self.textNumbers = textNumbers
        self.timeFormat = timeFormat
        self.skipWithoutValue = skipWithoutValue
    }
}

extension JSONMapping: Codable {
    private enum CodingKeys: String, CodingKey {
        case records, device, metric, value, unit, time
        case textNumbers = "text-numbers"
        case timeFormat = "time-format"
        case skipWithoutValue = "skip-without-value"
    }

    /// Reads a mapping; what is absent has its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            records: container.decodeIfPresent(JSONPointer.self, forKey: .records),
            device: container.decode(JSONSource.self, forKey: .device),
            metric: container.decode(JSONSource.self, forKey: .metric),
            value: container.decode(JSONSource.self, forKey: .value),
            unit: container.decodeIfPresent(JSONSource.self, forKey: .unit),
            time: container.decodeIfPresent(JSONSource.self, forKey: .time),
            textNumbers: container.decodeIfPresent(Bool.self, forKey: .textNumbers) ?? false,
            timeFormat: container.decodeIfPresent(TimeFormat.self, forKey: .timeFormat) ?? .milliseconds,
            skipWithoutValue: container.decodeIfPresent(Bool.self, forKey: .skipWithoutValue) ?? false
        )
    }

    /// Writes every setting, defaults included.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(records, forKey: .records)
        try container.encode(device, forKey: .device)
        try container.encode(metric, forKey: .metric)
        try container.encode(value, forKey: .value)
        try container.encodeIfPresent(unit, forKey: .unit)
        try container.encodeIfPresent(time, forKey: .time)
        try container.encode(textNumbers, forKey: .textNumbers)
        try container.encode(timeFormat, forKey: .timeFormat)
        try container.encode(skipWithoutValue, forKey: .skipWithoutValue)
    }
}
