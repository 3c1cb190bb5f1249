import GanzhiWarnings

/// Values between two bounds, either of which may be excluded.
struct Interval: Hashable {
    var low = -Double.infinity
    var high = Double.infinity
    var isLowOpen = false
    var isHighOpen = false

    /// Any value.
    static let everything = Interval()

    /// One value.
    static func only(_ value: Double) -> Interval { Interval(low: value, high: value) }

    /// The values of which a comparison with a number is true.
    static func satisfying(_ comparison: Condition.Comparison, _ value: Double) -> [Interval] {
        switch comparison {
        case .greaterOrEqual: [Interval(low: value)]
        case .greater: [Interval(low: value, isLowOpen: true)]
        case .lessOrEqual: [Interval(high: value)]
        case .less: [Interval(high: value, isHighOpen: true)]
        case .equal: [only(value)]
        case .notEqual: satisfying(.less, value) + satisfying(.greater, value)
        }
    }

    /// Whether no value lies between the bounds.
    var isEmpty: Bool { low > high || low == high && (isLowOpen || isHighOpen) }

    /// The values in both.
    func intersection(_ other: Interval) -> Interval {
        var result = self
        if other.low > low || other.low == low && other.isLowOpen {
            (result.low, result.isLowOpen) = (other.low, other.isLowOpen)
        }
        if other.high < high || other.high == high && other.isHighOpen {
            (result.high, result.isHighOpen) = (other.high, other.isHighOpen)
        }
        return result
    }
}
