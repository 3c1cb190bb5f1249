import GanzhiModel
public import GanzhiWindow

/// Numbers of conditions in the units of the measures they are held against.
public enum Thresholds {
    /// Why a threshold cannot be held against a measure.
    public enum Fault: Error, Sendable, Hashable {
        /// Not a number that fits.
        case notANumber
        /// A unit that no table knows.
        case unknownUnit
        /// The measure's unit has another dimension, or is not known yet.
        case notComparable
    }

    /// Converts a number to the unit of a measure, with one rounding.
    ///
    /// - Parameters:
    ///   - number: The number as written.
    ///   - unit: The unit as written; empty for none: the number then counts in the measure's unit.
    ///   - function: The measure's function; a count has no unit, a difference knows no offsets.
    ///   - metricUnit: The metric's canonical unit; `nil` where none is known.
    /// - Throws: A ``Fault``.
    public static func convert(
        _ number: String,
        unit: String,
        function: WindowFunction,
        metricUnit: String?
    ) throws(Fault) -> Double {
        guard let decimal = ExactDecimal(number), let plain = decimal.doubleValue else { throw .notANumber }
        let target = function.isDimensionless ? "1" : metricUnit
        if unit.isEmpty || unit == target { return plain }
        guard let from = Unit(unit) else { throw .unknownUnit }
        guard let target, let to = Unit(target),
            let value = Unit.threshold(decimal, from: from, to: to, asDifference: function.isDifference)
        else { throw .notComparable }
        return value
    }
}
