import GanzhiModel
import GanzhiTestSupport
import GanzhiWarnings
import Testing

/// The engine's ladders against the automaton of the design's text, over random lives.
///
/// `GANZHI_CASES` sets how many there are, `GANZHI_SEED` the first of their seeds.
struct LadderModelTests {
    @Test func `over random lives the book decides what the rules say`() throws {
        let seeds = RandomCases.seeds(20_000)
        var seen: [String: Int] = [:]
        for seed in seeds {
            var life = RandomLife(seed: seed)
            do {
                for happening in try life.run() { seen[happening, default: 0] += 1 }
            } catch {
                Issue.record("Seed \(seed): \(life.story.joined(separator: "\n"))\n\(error)")
                return
            }
        }
        // A generator that no longer reaches a corner would make this test pass for nothing.
        guard seeds.count >= 10_000 else { return }
        for happening in ["raised", "escalated", "eased", "cleared", "raised eagerly", "stale", "taken over", "ended"] {
            #expect(seen[happening, default: 0] >= 500, "\(happening) is hardly ever reached")
        }
    }
}

/// What befalls one ladder, the same for the same seed.
private struct RandomLife {
    private var random: SeededGenerator
    /// What befell it so far, in words.
    private(set) var story: [String] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func run() throws -> [String] {
        var pair = try LadderPair(ladder())
        var happenings: [String] = []
        var (instant, now): (Int64, Int64) = (0, 0)
        let certainty = pick([0.5, 0.9, 0.98])
        for _ in 0..<Int.random(in: 5...60, using: &random) {
            now += pick([0, 1, 10, 10, 10, 40, 200])
            let isStanding = pair.current != nil
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<70:
                instant += pick([10, 10, 10, 10, 20, 50, 200])
                let values = chance(0.9) ? values(certainty) : nil
                story.append("at \(instant), now \(now): \(values.map { "\($0)" } ?? "nothing")")
                if let change = try pair.evaluate(at: instant, now: now, values) { happenings.append(name(of: change)) }
            case 70..<88:
                // Ahead of normal evaluations: the next of those may have an earlier instant.
                let early = instant + pick([3, 10, 17, 30])
                let values = values(certainty)
                story.append("eagerly at \(early), now \(now): \(values)")
                if let change = try pair.evaluate(at: early, now: now, values, isEager: true) {
                    happenings.append(name(of: change) + " eagerly")
                }
            case 88..<90:
                let ladder = ladder()
                try pair.reload(ladder, at: Int.random(in: ladder.rungs.indices, using: &random))
                if isStanding { happenings.append("taken over") }
            case 90..<91:
                if isStanding {
                    story.append("ended")
                    try pair.end()
                    happenings.append("ended")
                }
            default: break
            }
            if try pair.goesStale(now: now) {
                story.append("stale, now \(now)")
                happenings.append("stale")
            }
        }
        return happenings
    }

    private func name(of change: ReferenceAutomaton.Change) -> String {
        switch change {
        case .raised: "raised"
        case .escalated: "escalated"
        case .eased: "eased"
        case .cleared: "cleared"
        }
    }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices.randomElement(using: &random)! }

    private mutating func values(_ certainty: Double) -> [String: Double] {
        var values: [String: Double] = [:]
        for measure in LadderPair.measures where chance(certainty) {
            values[measure] = Double(Int.random(in: -2...5, using: &random))
        }
        return values
    }

    private mutating func ladder() -> Ladder {
        let levels = Level.allCases.filter { _ in chance(0.6) }
        let measures = Array(LadderPair.measures.prefix(Int.random(in: 1...3, using: &random)))
        let rungs = (levels.isEmpty ? [pick(Level.allCases)] : levels).map { level in
            Ladder.Rung(
                level: level,
                when: condition(measures, bias: Int(level.rawValue), depth: pick([0, 0, 1, 2])),
                hold: .seconds(pick([0, 0, 10, 25, 60])),
                until: chance(0.4) ? condition(measures, bias: pick([-1, 0, 1]), depth: pick([0, 1])) : nil
            )
        }
        let ladder = Ladder(
            rungs: rungs,
            clear: chance(0.5) ? condition(measures, bias: pick([-1, 0, 1]), depth: pick([0, 1])) : nil,
            clearHold: .seconds(pick([0, 10, 25, 60])),
            silence: .seconds(pick([0, 10, 30, 100, 600]))
        )
        story.append("\(ladder)")
        return ladder
    }

    /// A random condition; the greater the bias, the more it asks for.
    private mutating func condition(_ measures: [String], bias: Int, depth: Int) -> Condition {
        guard depth > 0 else {
            let measure = Condition.Operand.measure(pick(measures))
            let other = Condition.Operand.measure(pick(measures))
            let bound = Condition.Operand.number("\(bias + pick([-1, 0, 1]))", unit: "")
            let comparison = pick([
                Condition.Comparison.greaterOrEqual, .greater, .less, .lessOrEqual, .equal, .notEqual,
            ])
            if bias < 2, chance(0.6) { return .compare(measure, .less, bound) }
            if chance(0.7) { return .compare(measure, .greaterOrEqual, bound) }
            return .compare(measure, comparison, chance(0.5) ? bound : other)
        }
        let left = condition(measures, bias: bias, depth: depth - 1)
        let right = condition(measures, bias: bias, depth: Int.random(in: 0..<depth, using: &random))
        return pick([.not(left), .and(left, right), .or(left, right), .or(left, right)])
    }
}
