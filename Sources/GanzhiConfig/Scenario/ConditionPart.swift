import GanzhiModel
import GanzhiWarnings

/// A part of a condition with its place, in characters from the beginning of the text.
struct ConditionPart {
    /// An operand with its place.
    struct Side {
        let operand: Condition.Operand
        let place: Int
    }

    /// What the part asks.
    enum Kind {
        case comparison(Side, Condition.Comparison, Side)
        case atLeast(Int, of: Condition, within: Condition.Distance?, distancePlace: Int)
        case between(LocalHours)
        case on(DayType)
    }

    let kind: Kind
    let place: Int
    /// Whether it is asked of the members of a group.
    let isOfMembers: Bool

    /// The part as a condition of its own.
    var condition: Condition {
        switch kind {
        case .comparison(let left, let comparison, let right): .compare(left.operand, comparison, right.operand)
        case .atLeast(let least, let inner, let distance, _): .atLeast(least, of: inner, within: distance)
        case .between(let hours): .between(hours)
        case .on(let type): .on(type)
        }
    }

    /// The parts of a condition, those asked of members included.
    ///
    /// - Parameter places: As the parser gives them.
    static func parts(of condition: Condition, places: [Int]) -> [ConditionPart] {
        var walk = Walk(places: places)
        walk.visit(condition, isOfMembers: false)
        return walk.parts
    }

    /// Meets the parts in the order of the text, in which the parser gave their places.
    private struct Walk {
        let places: [Int]
        var next = 0
        var parts: [ConditionPart] = []

        mutating func visit(_ condition: Condition, isOfMembers: Bool) {
            switch condition {
            case .compare(let left, let comparison, let right):
                let one = side(left)
                let other = side(right)
                let kind = Kind.comparison(one, comparison, other)
                parts.append(ConditionPart(kind: kind, place: one.place, isOfMembers: isOfMembers))
            case .not(let inner): visit(inner, isOfMembers: isOfMembers)
            case .and(let left, let right), .or(let left, let right):
                visit(left, isOfMembers: isOfMembers)
                visit(right, isOfMembers: isOfMembers)
            case .atLeast(let least, let inner, let distance):
                let place = takePlace()
                visit(inner, isOfMembers: true)
                let distancePlace = distance == nil ? place : takePlace()
                let kind = Kind.atLeast(least, of: inner, within: distance, distancePlace: distancePlace)
                parts.append(ConditionPart(kind: kind, place: place, isOfMembers: isOfMembers))
            case .between(let hours):
                parts.append(ConditionPart(kind: .between(hours), place: takePlace(), isOfMembers: isOfMembers))
            case .on(let type):
                parts.append(ConditionPart(kind: .on(type), place: takePlace(), isOfMembers: isOfMembers))
            }
        }

        private mutating func side(_ operand: Condition.Operand) -> Side {
            let place = takePlace()
            switch operand {
            case .count(let inner), .share(let inner): visit(inner, isOfMembers: true)
            case .measure, .number, .members: break
            }
            return Side(operand: operand, place: place)
        }

        private mutating func takePlace() -> Int {
            defer { next += 1 }
            return places[next]
        }
    }
}

extension Condition.Operand {
    /// What it asks of members; `nil` where it asks them nothing.
    var question: Condition? {
        switch self {
        case .count(let inner), .share(let inner): inner
        case .measure, .number, .members: nil
        }
    }
}
