import GanzhiModel
import GanzhiWarnings

/// Where a condition can be true: a union of boxes, each of which bounds some quantities and leaves the others free.
///
/// Quantities are what conditions compare with numbers, by their text; whatever else a condition asks is a quantity of
/// its own that is 0 or 1. What a condition does not know (a measure without result) is left aside.
struct ConditionBoxes {
    /// Bounds by quantity.
    typealias Box = [String: Interval]

    /// What becomes of a condition.
    enum Verdict { case always, never, maybe }

    /// What is known of the quantities.
    protocol Knowledge {
        /// The number in the quantity's unit; `nil` where it cannot be told.
        mutating func value(_ digits: String, _ unit: String, of operand: Condition.Operand) -> Double?
        /// The values that a quantity can have.
        mutating func domain(of operand: Condition.Operand) -> Interval
        /// Whether a question can be true of so many members.
        mutating func canBeTrue(of members: Int, _ question: Condition) -> Bool
    }

    /// More boxes than this are not looked into.
    private static let limit = 256
    private static let day = Interval(low: 0, high: 24 * 60, isHighOpen: true)

    /// Whether a condition can be true, and whether it can be false.
    static func verdict(_ condition: Condition, _ knowledge: inout some Knowledge) -> Verdict {
        if boxes(condition, true, &knowledge)?.isEmpty == true { return .never }
        if boxes(condition, false, &knowledge)?.isEmpty == true { return .always }
        return .maybe
    }

    /// Whether a condition can be true while another is, which asks nothing that the first does not bound.
    static func overlap(_ condition: Condition, _ other: Condition, _ knowledge: inout some Knowledge) -> Bool {
        guard let own = boxes(condition, true, &knowledge), let theirs = boxes(other, true, &knowledge) else {
            return false
        }
        return theirs.contains { their in
            own.contains { box in their.keys.allSatisfy { box[$0] != nil } && intersection(box, their) != nil }
        }
    }

    /// The boxes in which a condition is true, or false; `nil` where they are too many.
    private static func boxes(
        _ condition: Condition,
        _ wanted: Bool,
        _ knowledge: inout some Knowledge
    ) -> [Box]? {
        switch condition {
        case .not(let inner): return boxes(inner, !wanted, &knowledge)
        case .and(let left, let right), .or(let left, let right):
            let one = boxes(left, wanted, &knowledge)
            let other = boxes(right, wanted, &knowledge)
            let isConjunction = if case .and = condition { wanted } else { !wanted }
            return isConjunction ? both(one, other) : either(one, other)
        case .compare(let operand, let comparison, .number(let digits, let unit)):
            return boxes(of: operand, comparison, digits, unit, condition, wanted, &knowledge)
        case .compare(.number(let digits, let unit), let comparison, let operand):
            return boxes(of: operand, comparison.mirrored, digits, unit, condition, wanted, &knowledge)
        case .compare: return flag(condition, wanted)
        case .atLeast(let least, let question, _):
            guard !knowledge.canBeTrue(of: least, question) else { return flag(condition, wanted) }
            return wanted ? [] : [[:]]
        case .between(let hours): return boxes(of: hours, wanted)
        case .on(let type): return boxes(of: type, wanted)
        }
    }

    private static func boxes(
        of operand: Condition.Operand,
        _ comparison: Condition.Comparison,
        _ digits: String,
        _ unit: String,
        _ condition: Condition,
        _ wanted: Bool,
        _ knowledge: inout some Knowledge
    ) -> [Box]? {
        guard let value = knowledge.value(digits, unit, of: operand) else { return flag(condition, wanted) }
        let domain = knowledge.domain(of: operand)
        return Interval.satisfying(wanted ? comparison : comparison.negated, value)
            .map { $0.intersection(domain) }
            .filter { !$0.isEmpty }
            .map { [operand.description: $0] }
    }

    /// Minutes of the local day.
    private static func boxes(of hours: LocalHours, _ wanted: Bool) -> [Box] {
        func minutes(_ time: TimeSpan) -> Double { Double(time.microseconds / TimeSpan.minutes(1).microseconds) }
        func span(_ low: Double, _ high: Double) -> Interval { Interval(low: low, high: high, isHighOpen: true) }
        let (from, to) = (minutes(hours.from), minutes(hours.to))
        let inside = from < to ? [span(from, to)] : [span(from, day.high), span(0, to)]
        let outside = from < to ? [span(0, from), span(to, day.high)] : [span(to, from)]
        return (wanted ? inside : outside).filter { !$0.isEmpty }.map { ["the local hour": $0] }
    }

    /// Holidays and weekends are days off.
    private static func boxes(of type: DayType, _ wanted: Bool) -> [Box] {
        let yes = Interval.only(wanted ? 1 : 0)
        let no = Interval.only(wanted ? 0 : 1)
        return switch type {
        case .workday: [["workday": yes]]
        case .restday: [["workday": no]]
        case .holiday, .weekend: wanted ? [[type.rawValue: yes, "workday": no]] : [[type.rawValue: yes]]
        }
    }

    private static func flag(_ condition: Condition, _ wanted: Bool) -> [Box] {
        [[condition.description: .only(wanted ? 1 : 0)]]
    }

    private static func either(_ one: [Box]?, _ other: [Box]?) -> [Box]? {
        guard let one, let other, one.count + other.count <= limit else { return nil }
        return one + other
    }

    private static func both(_ one: [Box]?, _ other: [Box]?) -> [Box]? {
        if one?.isEmpty == true || other?.isEmpty == true { return [] }
        guard let one, let other, one.count * other.count <= limit else { return nil }
        return one.flatMap { box in other.compactMap { intersection(box, $0) } }
    }

    private static func intersection(_ one: Box, _ other: Box) -> Box? {
        var result = one
        for (quantity, interval) in other {
            let common = result[quantity, default: .everything].intersection(interval)
            guard !common.isEmpty else { return nil }
            result[quantity] = common
        }
        return result
    }
}

extension Condition.Comparison {
    /// The comparison that is true where this one is false.
    fileprivate var negated: Condition.Comparison {
        switch self {
        case .greaterOrEqual: .less
        case .less: .greaterOrEqual
        case .greater: .lessOrEqual
        case .lessOrEqual: .greater
        case .equal: .notEqual
        case .notEqual: .equal
        }
    }
}
