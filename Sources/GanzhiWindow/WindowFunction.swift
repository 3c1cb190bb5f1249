/// What a window says about its readings; bad readings enter none of them.
///
/// Each is computed from the good and uncertain readings of the window alone, whatever the order in which they came.
public enum WindowFunction: Sendable, Hashable {
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
    /// Standard deviation: the square root of ``variance(sample:)``.
    case stddev(sample: Bool = false)
    /// Mean squared deviation from the mean, over n, or over n − 1 for a sample, which needs two readings.
    ///
    /// Welford 1962 for single readings, Chan, Golub and LeVeque 1979 for panes.
    case variance(sample: Bool = false)
    /// The value with the earliest event time; of ties the one that arrived first.
    case first
    /// The value with the latest event time; of ties the one that arrived last.
    case last
    /// ``last`` − ``first``.
    case delta
    /// Increase per second of a counter that restarts from 0: the sum of what it grew by from reading to reading, a drop
    /// counting as the new value, over the time from the first reading to the last.
    ///
    /// As Prometheus' `rate`, without its extrapolation to the ends of the window. No result within one instant.
    case rate
    /// Slope of the least-squares line through the readings, in the metric's unit per second; no result within one
    /// instant.
    case slope
    /// Time-weighted mean: each value holds until the next reading or the end of the window.
    ///
    /// Nothing is carried in from before the window: weights begin with its first reading.
    case twa
    /// The value that a share of the readings lies below, 0…1: the one at rank ⌊q(n − 1)⌋, within 1 % of itself.
    ///
    /// DDSketch (Masson, Rim, Lee 2019), which merges exactly. No result beyond its range of magnitudes.
    case quantile(Double)
    /// How many different values: exact to 1,024, then estimated within 2 %.
    case distinct
    /// Share of time spent above a value, each value held as for ``twa``.
    case above(Double)
    /// Share of time spent below a value, each value held as for ``twa``.
    case below(Double)
    /// Mean direction of angles in degrees, 0 ≤ mean < 360; no result where they cancel out.
    ///
    /// Mardia and Jupp, Directional Statistics, 2000, section 2.2.
    case circularMean

    /// The name that measures use.
    public var name: String {
        switch self {
        case .count: "count"
        case .sum: "sum"
        case .min: "min"
        case .max: "max"
        case .mean: "mean"
        case .stddev: "stddev"
        case .variance: "variance"
        case .first: "first"
        case .last: "last"
        case .delta: "delta"
        case .rate: "rate"
        case .slope: "slope"
        case .twa: "twa"
        case .quantile: "quantile"
        case .distinct: "distinct"
        case .above: "above"
        case .below: "below"
        case .circularMean: "circular-mean"
        }
    }

    /// Every name that measures may use, percentiles apart, which are `p1` to `p99`.
    public static let names = [
        "count", "sum", "min", "max", "mean", "stddev", "variance", "first", "last", "delta", "rate", "slope", "twa",
        "quantile", "distinct", "above", "below", "circular-mean",
    ]

    /// What the result is measured in, beside the metric's unit.
    public enum Dimension: Sendable, Hashable {
        /// The metric's unit.
        case value
        /// The metric's unit, as a difference: an offset between units does not apply.
        case difference
        /// The metric's unit per second, a difference too.
        case perSecond
        /// The square of the metric's unit.
        case squared
        /// A plain number: a count or a share.
        case number
    }

    /// What the result is measured in.
    public var dimension: Dimension {
        switch self {
        case .count, .distinct, .above, .below: .number
        case .sum, .min, .max, .mean, .first, .last, .twa, .quantile, .circularMean: .value
        case .stddev, .delta: .difference
        case .rate, .slope: .perSecond
        case .variance: .squared
        }
    }

    /// Whether its value depends on the order of the readings, so that a plan has to keep them.
    var needsReadings: Bool {
        switch self {
        case .rate, .twa, .above, .below: true
        default: false
        }
    }
}
