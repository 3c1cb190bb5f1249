/// A length of time in microseconds.
@frozen public struct TimeSpan: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The length in microseconds.
    public var microseconds: Int64

    /// Creates a span from microseconds.
    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }

    /// No time at all.
    @inlinable public static var zero: TimeSpan { TimeSpan(microseconds: 0) }

    /// The longest span a setting may have: ten years.
    ///
    /// It keeps sums with a ``Timestamp`` far from overflow.
    public static let longest = TimeSpan.days(3653)

    /// A span of milliseconds.
    @inlinable public static func milliseconds(_ count: Int64) -> TimeSpan { TimeSpan(microseconds: count * 1000) }

    /// A span of seconds.
    @inlinable public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(microseconds: count * 1_000_000) }

    /// A span of minutes.
    @inlinable public static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }

    /// A span of hours.
    @inlinable public static func hours(_ count: Int64) -> TimeSpan { .seconds(count * 3600) }

    /// A span of days of 24 hours.
    @inlinable public static func days(_ count: Int64) -> TimeSpan { .seconds(count * 86_400) }

    /// Whether the left span is the shorter one.
    @inlinable public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.microseconds < right.microseconds }

    /// Whether this span is a whole number of `step`s; `step` must be positive.
    @inlinable public func isMultiple(of step: TimeSpan) -> Bool { microseconds % step.microseconds == 0 }
}

extension TimeSpan: CustomStringConvertible {
    private static let units: [(name: String, microseconds: Int64)] = [
        ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000),
    ]

    /// Reads a duration as settings write it: a whole number and one of `ms s m h d`, such as `30s` or `5m`.
    ///
    /// - Returns: `nil` where the text is something else, or longer than ``longest``.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let name = text.dropFirst(digits.count)
        guard let count = Int64(digits), let unit = Self.units.first(where: { $0.name == name }) else { return nil }
        let (microseconds, overflow) = count.multipliedReportingOverflow(by: unit.microseconds)
        guard !overflow, microseconds <= Self.longest.microseconds else { return nil }
        self.init(microseconds: microseconds)
    }

    /// The duration as settings write it, in the largest unit that divides it; microseconds (`µs`) where none does.
    public var description: String {
        guard microseconds != 0 else { return "0s" }
        for unit in Self.units where microseconds % unit.microseconds == 0 {
            return "\(microseconds / unit.microseconds)\(unit.name)"
        }
        return "\(microseconds)µs"
    }
}

extension TimeSpan: Codable {
    /// Reads a duration written as in settings.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let span = TimeSpan(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "“\(text)” is not a duration: write a whole number and one of ms s m h d."
            )
        }
        self = span
    }

    /// Writes the duration as settings do.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
