/// What a window says about its readings; bad readings enter none of them.
public enum WindowFunction: String, Sendable, Hashable, CaseIterable, Codable {
    /// How many readings entered.
    case count
    /// Their sum, compensated (Neumaier 1974), panes merged oldest first.
    case sum
    /// The smallest value.
    case min
    /// The greatest value.
    case max
    /// ``sum`` over ``count``.
    case mean
    /// The value with the earliest event time; of ties the one that arrived first.
    case first
    /// The value with the latest event time; of ties the one that arrived last.
    case last
    /// ``last`` − ``first``.
    case delta

    /// Whether the result is a number of readings and not in the metric's unit.
    public var isDimensionless: Bool { self == .count }

    /// Whether the result is a difference of values, so that an offset between units does not apply to it.
    public var isDifference: Bool { self == .delta }
}
