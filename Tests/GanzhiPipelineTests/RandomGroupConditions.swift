import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow

/// Random conditions of every form that fits a scenario; the same for the same seed.
struct RandomGroupConditions {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: ~seed) }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices.randomElement(using: &random)! }

    /// A condition that asks for the more the greater the bias.
    mutating func condition(of scenario: Scenario, bias: Int) -> Condition {
        let first = leaf(of: scenario, bias: bias)
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: return .or(first, leaf(of: scenario, bias: bias))
        case 2: return .and(first, leaf(of: scenario, bias: bias))
        case 3: return .and(first, chance(0.5) ? clock() : .not(clock()))
        case 4: return .not(.not(first))
        default: return first
        }
    }

    private mutating func leaf(of scenario: Scenario, bias: Int) -> Condition {
        let measure = pick(scenario.measures)
        if scenario.watch.per == .device, chance(0.6) { return comparison(of: measure, in: scenario, bias: bias) }
        if scenario.watch.isSingle { return comparison(of: measure, in: scenario, bias: bias) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4:
            let function = pick(Condition.GroupFunction.allCases)
            let bound = Double(bias) / 2 + 0.012_345_678_9
            return .compare(.members(function, of: measure.name), pick([.greaterOrEqual, .greater]), number(bound))
        case 4..<6:
            let least = "\(pick([1, 1, 2, 3]))"
            let comparison: Condition.Comparison = chance(0.15) ? pick([.equal, .notEqual]) : .greaterOrEqual
            return .compare(
                .count(of: question(to: measure, in: scenario, bias: bias)),
                comparison,
                .number(least, unit: "")
            )
        case 6..<8:
            let share = Condition.Operand.number(pick(["33", "50", "60"]), unit: "%")
            let asked = Condition.Operand.share(of: question(to: measure, in: scenario, bias: bias))
            return chance(0.2) ? .compare(share, .less, asked) : .compare(asked, .greaterOrEqual, share)
        default:
            let distance = Condition.Distance(number: pick(["50", "150", "250"]), unit: "m")
            return .atLeast(
                pick([1, 2, 2, 3]),
                of: question(to: measure, in: scenario, bias: bias),
                within: chance(0.7) ? distance : nil
            )
        }
    }

    /// What members are asked: of measures of one input.
    private mutating func question(to measure: Measure, in scenario: Scenario, bias: Int) -> Condition {
        let first = comparison(of: measure, in: scenario, bias: bias)
        let others = scenario.measures.filter { $0.series == measure.series }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .or(first, comparison(of: pick(others), in: scenario, bias: bias))
        case 1: return .and(first, clock())
        case 2: return .not(first)
        default: return first
        }
    }

    private mutating func comparison(of measure: Measure, in scenario: Scenario, bias: Int) -> Condition {
        let others = scenario.measures.filter { $0.series == measure.series && $0.name != measure.name }
        if chance(0.05), let other = others.first {
            return .compare(.measure(measure.name), .greater, .measure(other.name))
        }
        let bound = Double(bias) / 2
        if chance(0.2), measure.function.dimension == .value || measure.function.dimension == .difference {
            let metres = Condition.Operand.number("\(bound)", unit: measure.series == "rain" ? "cm" : "m")
            return .compare(metres, .lessOrEqual, .measure(measure.name))
        }
        return .compare(.measure(measure.name), pick([.greaterOrEqual, .greater]), number(bound))
    }

    private mutating func number(_ value: Double) -> Condition.Operand { .number("\(value)", unit: "") }

    private mutating func clock() -> Condition {
        if chance(0.5) { return .on(pick(DayType.allCases)) }
        return .between(
            pick([
                LocalHours(from: .hours(22), to: .hours(6)), LocalHours(from: .minutes(1_320), to: .minutes(1_439)),
                LocalHours(from: .hours(0), to: .minutes(10)),
            ])
        )
    }
}
