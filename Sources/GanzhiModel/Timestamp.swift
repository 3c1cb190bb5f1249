/// A point in time: microseconds since 1970-01-01T00:00:00Z, leap seconds ignored, as Unix time does.
///
/// Used for observed, received and decided times alike; which one it is, the property's name says.
@frozen public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Microseconds since 1970 UTC; negative before.
    public var microseconds: Int64

    /// Creates a point in time from microseconds since 1970 UTC.
    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Creates a point in time from milliseconds since 1970 UTC.
    @inlinable public init(milliseconds: Int64) { microseconds = milliseconds &* 1000 }

    /// Whole milliseconds since 1970 UTC, rounded towards the past, as files and topics show it.
    @inlinable public var milliseconds: Int64 {
        let quotient = microseconds / 1000
        return microseconds % 1000 < 0 ? quotient - 1 : quotient
    }

    /// Stands for "no time": before every real one.
    @inlinable public static var never: Timestamp { Timestamp(microseconds: .min) }

    /// The earliest time a payload may carry: 0001-01-01T00:00:00Z.
    @inlinable public static var earliest: Timestamp { Timestamp(milliseconds: -62_135_596_800_000) }

    /// The latest time a payload may carry: the last millisecond of the year 9999.
    @inlinable public static var latest: Timestamp { Timestamp(milliseconds: 253_402_300_799_999) }

    /// Whether a payload may carry this time; inside these bounds no sum with a ``TimeSpan`` of a setting overflows.
    @inlinable public var isPlausible: Bool { self >= .earliest && self <= .latest }

    /// Whether the left time is the earlier one.
    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The time that a span later is.
    @inlinable public static func + (left: Timestamp, right: TimeSpan) -> Timestamp {
        Timestamp(microseconds: left.microseconds + right.microseconds)
    }

    /// The time that a span earlier was.
    @inlinable public static func - (left: Timestamp, right: TimeSpan) -> Timestamp {
        Timestamp(microseconds: left.microseconds - right.microseconds)
    }

    /// The span from the right time to the left.
    @inlinable public static func - (left: Timestamp, right: Timestamp) -> TimeSpan {
        TimeSpan(microseconds: left.microseconds - right.microseconds)
    }

    /// The latest multiple of `step` since the epoch that is not after this time.
    ///
    /// - Parameter step: A positive span.
    @inlinable public func floored(to step: TimeSpan) -> Timestamp {
        let remainder = microseconds % step.microseconds
        return Timestamp(microseconds: microseconds - (remainder < 0 ? remainder + step.microseconds : remainder))
    }
}

extension Timestamp: Codable {
    /// Reads milliseconds since 1970 UTC.
    public init(from decoder: any Decoder) throws {
        self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self))
    }

    /// Writes milliseconds since 1970 UTC.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}
