import GanzhiModel
public import GanzhiWarnings
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
        let target = function.dimension == .number ? "1" : metricUnit.map { function.dimension.unit(ofMetricIn: $0) }
        if unit.isEmpty || unit == target { return plain }
        guard let from = Unit(unit) else { throw .unknownUnit }
        guard let target, let to = Unit(target),
            let value = Unit.threshold(decimal, from: from, to: to, asDifference: function.dimension != .value)
        else { throw .notComparable }
        return value
    }

    /// Converts a number of a condition to the unit of what it is held against, with one rounding.
    ///
    /// - Parameters:
    ///   - number: The number as written.
    ///   - unit: The unit as written; empty for none.
    ///   - side: What it is held against.
    ///   - measures: The scenario's measures, as declared.
    ///   - metricUnit: Canonical unit of a measure's metric; `nil` where none is known.
    /// - Throws: A ``Fault``.
    public static func convert(
        _ number: String,
        unit: String,
        against side: ConditionProgram.Side,
        measures: [Measure],
        metricUnit: (_ measure: Int) -> String?
    ) throws(Fault) -> Double {
        switch side {
        case .measure(let measure):
            try convert(number, unit: unit, function: measures[measure].function, metricUnit: metricUnit(measure))
        case .count, .share: try convert(number, unit: unit, function: .count, metricUnit: nil)
        case .distance: try convert(number, unit: unit, function: .last, metricUnit: "m")
        }
    }

    /// A measure's function with its number in the metric's canonical unit.
    static func function(of measure: Measure, metricUnit: String?) throws(Problem) -> WindowFunction {
        func converted(_ number: Double) throws(Problem) -> Double {
            do throws(Fault) {
                return try convert("\(number)", unit: measure.unit, function: .last, metricUnit: metricUnit)
            } catch {
                throw Problem(
                    message: "`\(measure.name)`: \(number) \(measure.unit) cannot be held against "
                        + (metricUnit.map { "a metric in \($0)" } ?? "a metric whose unit the catalogue does not give")
                        + ".",
                    remedy: "Write the number in the metric's unit, and give the catalogue that unit."
                )
            }
        }
        return switch measure.function {
        case .above(let number): .above(try converted(number))
        case .below(let number): .below(try converted(number))
        default: measure.function
        }
    }
}

extension WindowFunction.Dimension {
    /// The unit of a result whose metric is in a unit, as UCUM writes it; empty for plain numbers.
    public func unit(ofMetricIn unit: String) -> String {
        guard !unit.isEmpty else { return "" }
        return switch self {
        case .number: ""
        case .value, .difference: unit
        case .perSecond: "\(unit)/s"
        case .squared: unit.allSatisfy(\.isLetter) ? "\(unit)2" : "(\(unit))2"
        }
    }
}
