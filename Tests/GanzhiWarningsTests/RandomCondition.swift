import GanzhiModel
import GanzhiWarnings

/// Random conditions over three measures.
enum RandomCondition {
    static let measures = ["a", "b_2", "c-d"]

    /// A condition that asks nothing of groups or of clocks.
    static func make(depth: Int, using random: inout some RandomNumberGenerator) -> Condition {
        tree(depth: depth, using: &random) { comparison(using: &$0) }
    }

    /// A condition of every form that the language has.
    static func makeOfAnyForm(depth: Int, using random: inout some RandomNumberGenerator) -> Condition {
        tree(depth: depth, using: &random) { random in
            switch Int.random(in: 0..<8, using: &random) {
            case 0: return .between(hours(using: &random))
            case 1: return .on(DayType.allCases.randomElement(using: &random)!)
            case 2: return atLeast(using: &random)
            case 3: return asked(using: &random)
            case 4: return members(using: &random)
            default: return comparison(using: &random)
            }
        }
    }

    private static func tree<Generator: RandomNumberGenerator>(
        depth: Int,
        using random: inout Generator,
        leaf: (inout Generator) -> Condition
    ) -> Condition {
        guard depth > 0 else { return leaf(&random) }
        let left = tree(depth: Int.random(in: 0..<depth, using: &random), using: &random, leaf: leaf)
        let right = tree(depth: depth - 1, using: &random, leaf: leaf)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return .not(right)
        case 1: return .and(left, right)
        case 2: return .or(right, left)
        default: return .and(right, left)
        }
    }

    private static func comparison(using random: inout some RandomNumberGenerator) -> Condition {
        let measure = Condition.Operand.measure(measures.randomElement(using: &random)!)
        let comparison = Condition.Comparison.allCases.randomElement(using: &random)!
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return .compare(number(using: &random), comparison, measure)
        case 1: return .compare(measure, comparison, .measure(measures.randomElement(using: &random)!))
        default: return .compare(measure, comparison, number(using: &random))
        }
    }

    private static func number(using random: inout some RandomNumberGenerator) -> Condition.Operand {
        .number(
            ["0", "-1", "1.0", "+2", "0.02", "-3"].randomElement(using: &random)!,
            unit: ["", "m", "cm"].randomElement(using: &random)!
        )
    }

    /// A measure over members against a number, a measure or another one.
    private static func members(using random: inout some RandomNumberGenerator) -> Condition {
        func group(_ random: inout some RandomNumberGenerator) -> Condition.Operand {
            .members(
                Condition.GroupFunction.allCases.randomElement(using: &random)!,
                of: measures.randomElement(using: &random)!
            )
        }
        let comparison = Condition.Comparison.allCases.randomElement(using: &random)!
        let left = group(&random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return .compare(left, comparison, number(using: &random))
        case 1: return .compare(.measure(measures.randomElement(using: &random)!), comparison, left)
        default: return .compare(left, comparison, group(&random))
        }
    }

    /// A count or a share of members against a number.
    private static func asked(using random: inout some RandomNumberGenerator) -> Condition {
        let inner = question(using: &random)
        let operand: Condition.Operand = Bool.random(using: &random) ? .count(of: inner) : .share(of: inner)
        let comparison = Condition.Comparison.allCases.randomElement(using: &random)!
        let number = Condition.Operand.number("0.5", unit: Bool.random(using: &random) ? "" : "%")
        return Bool.random(using: &random)
            ? .compare(operand, comparison, number) : .compare(number, comparison, operand)
    }

    private static func atLeast(using random: inout some RandomNumberGenerator) -> Condition {
        let distance = Condition.Distance(number: "500", unit: ["m", "km"].randomElement(using: &random)!)
        return .atLeast(
            Int.random(in: 1...9, using: &random),
            of: question(using: &random),
            within: Bool.random(using: &random) ? distance : nil
        )
    }

    /// What members are asked: no groups again, but clocks.
    private static func question(using random: inout some RandomNumberGenerator) -> Condition {
        tree(depth: Int.random(in: 0...2, using: &random), using: &random) { random in
            Int.random(in: 0..<5, using: &random) == 0 ? .between(hours(using: &random)) : comparison(using: &random)
        }
    }

    private static func hours(using random: inout some RandomNumberGenerator) -> LocalHours {
        LocalHours(
            from: .minutes(Int64.random(in: 0..<1440, using: &random)),
            to: .minutes(Int64.random(in: 0..<1440, using: &random))
        )
    }
}
