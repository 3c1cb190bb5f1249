public import GanzhiWarnings

/// A condition by plain recursion over three-valued logic; `nil` is unknown.
///
/// - Parameter leaf: The truth of what is no `not`, `and` or `or`.
func kleene(_ condition: Condition, leaf: (Condition) -> Bool?) -> Bool? {
    switch condition {
    case .not(let inner): return kleene(inner, leaf: leaf).map { !$0 }
    case .and(let left, let right):
        let (left, right) = (kleene(left, leaf: leaf), kleene(right, leaf: leaf))
        if left == false || right == false { return false }
        return left == true && right == true ? true : nil
    case .or(let left, let right):
        let (left, right) = (kleene(left, leaf: leaf), kleene(right, leaf: leaf))
        if left == true || right == true { return true }
        return left == false && right == false ? false : nil
    case .compare, .atLeast, .between, .on: return leaf(condition)
    }
}

/// A condition that asks for measures alone, by plain recursion; `nil` is unknown.
///
/// - Parameters:
///   - metricUnit: Unit of the values, `m` or `cm`; thresholds in the other one are converted, per second and squared too.
///   - value: The value of a measure.
public func kleene(_ condition: Condition, unit metricUnit: String? = nil, _ value: (String) -> Double?) -> Bool? {
    func operand(_ operand: Condition.Operand) -> Double? {
        switch operand {
        case .measure(let name): value(name)
        case .number(let digits, let unit): threshold(digits, unit, in: metricUnit)
        case .members, .count, .share: preconditionFailure("\(operand) needs a group.")
        }
    }
    return kleene(condition) { leaf in
        guard case .compare(let left, let comparison, let right) = leaf else {
            preconditionFailure("\(leaf) needs a group or a clock.")
        }
        guard let left = operand(left), let right = operand(right) else { return nil }
        return holds(left...left, comparison, right...right)
    }
}

/// Whether a comparison is true, or false, of all values that lie between two ends on either side.
func holds(_ left: ClosedRange<Double>, _ comparison: Condition.Comparison, _ right: ClosedRange<Double>) -> Bool? {
    func decided(_ isTrue: Bool, _ isFalse: Bool) -> Bool? { isTrue ? true : isFalse ? false : nil }
    let (low, high) = (left.lowerBound, left.upperBound)
    switch comparison {
    case .greaterOrEqual: return decided(low >= right.upperBound, high < right.lowerBound)
    case .greater: return decided(low > right.upperBound, high <= right.lowerBound)
    case .lessOrEqual: return decided(high <= right.lowerBound, low > right.upperBound)
    case .less: return decided(high < right.lowerBound, low >= right.upperBound)
    case .equal: return decided(low == right.upperBound && high == right.lowerBound, !left.overlaps(right))
    case .notEqual: return decided(!left.overlaps(right), low == right.upperBound && high == right.lowerBound)
    }
}

/// A number in the unit of what it is held against: `m` or `cm`, per second and squared too, or a share of one.
func threshold(_ digits: String, _ unit: String, in metricUnit: String?) -> Double {
    switch (unit, metricUnit) {
    case ("cm", "m"), ("cm/s", "m"), ("%", _): Double(digits + "e-2")!
    case ("m", "cm"), ("m/s", "cm"): Double(digits + "e2")!
    case ("cm2", "m"): Double(digits + "e-4")!
    case ("m2", "cm"): Double(digits + "e4")!
    default: Double(digits)!
    }
}

extension Condition {
    /// The comparisons and questions of its own, from left to right; what is asked of members is not opened.
    var leaves: [Condition] {
        switch self {
        case .not(let inner): inner.leaves
        case .and(let left, let right), .or(let left, let right): left.leaves + right.leaves
        case .compare, .atLeast, .between, .on: [self]
        }
    }

    /// Both sides of its own comparisons, from left to right.
    var operands: [Operand] {
        leaves.flatMap { leaf -> [Operand] in
            guard case .compare(let left, _, let right) = leaf else { return [] }
            return [left, right]
        }
    }

    /// What its own comparisons hold an operand against, with the operand on the left.
    func numbers(against operand: Operand) -> [(comparison: Comparison, digits: String, unit: String)] {
        leaves.compactMap { leaf in
            switch leaf {
            case .compare(operand, let comparison, .number(let digits, let unit)): (comparison, digits, unit)
            case .compare(.number(let digits, let unit), let comparison, operand):
                (mirrored(comparison), digits, unit)
            default: nil
            }
        }
    }
}

private func mirrored(_ comparison: Condition.Comparison) -> Condition.Comparison {
    switch comparison {
    case .greaterOrEqual: .lessOrEqual
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .less: .greater
    case .equal, .notEqual: comparison
    }
}
