import GanzhiWarnings

/// Random conditions over three measures.
enum RandomCondition {
    static let measures = ["a", "b_2", "c-d"]

    static func make(depth: Int, using random: inout some RandomNumberGenerator) -> Condition {
        guard depth > 0 else {
            let measure = Condition.Operand.measure(measures.randomElement(using: &random)!)
            let comparison = Condition.Comparison.allCases.randomElement(using: &random)!
            let number = Condition.Operand.number(
                ["0", "-1", "1.0", "+2", "0.02", "-3"].randomElement(using: &random)!,
                unit: ["", "m", "cm"].randomElement(using: &random)!
            )
            switch Int.random(in: 0..<4, using: &random) {
            case 0: return .compare(number, comparison, measure)
            case 1: return .compare(measure, comparison, .measure(measures.randomElement(using: &random)!))
            default: return .compare(measure, comparison, number)
            }
        }
        let left = make(depth: Int.random(in: 0..<depth, using: &random), using: &random)
        let right = make(depth: depth - 1, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return .not(right)
        case 1: return .and(left, right)
        case 2: return .or(right, left)
        default: return .and(right, left)
        }
    }
}
