import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow
import Testing

/// Every sequence of a few readings, through plans with windows of a few seconds.
///
/// `GANZHI_LAYOUT` sets how many readings a sequence has at most; where it is not set 5, or 4 in a debug build.
struct SmallLayoutTests {
    /// Seconds and values, of which those above 9 are bad; the last time comes after a pause that makes a series idle.
    private static let letters: [(time: Int64, value: Double)] = [
        (0, 1), (1, 3), (2, 2), (2, 99), (4, 1), (5, 4), (13, 2),
    ]

    private static let plans: [(name: String, measures: [String], lateness: Int64, revise: Int64)] = [
        ("hopping", ["count(1s)", "rate(3s)", "twa(2s)"], 0, 0),
        ("hopping, late", ["delta(2s, every: 2s)", "above(1, 3s)"], 2, 0),
        ("hopping, revised", ["count(1s)", "sum(3s)"], 0, 2),
        ("hopping, late and revised", ["last(2s, every: 2s)", "mean(3s)"], 1, 3),
        ("sliding", ["count(sliding(2s))", "twa(sliding(3s))"], 0, 0),
        ("sliding, late", ["sum(sliding(2s))", "p50(sliding(3s))"], 2, 0),
        ("session", ["count(session(2s))", "delta(session(3s))"], 0, 0),
        ("session, late", ["sum(session(2s))", "twa(session(1s))"], 2, 0),
        ("mixed", ["count(2s)", "count(sliding(2s))", "count(session(2s))"], 1, 0),
    ]

    @Test(arguments: plans.indices)
    func `every small layout comes out as in the reference`(index: Int) throws {
        let plan = Self.plans[index]
        let measures = try plan.measures.enumerated().map {
            try Measure(name: "m\($0)", parsing: $1, every: .seconds(1))
        }
        let generation = Generation(
            catalogue: Catalogue(metrics: [MetricDefinition(id: "water_level", unit: "m", range: ValueRange(max: 9))]),
            scenarios: [
                Scenario(
                    id: "s",
                    watch: Watch(metric: "water_level"),
                    every: .seconds(1),
                    lateness: .seconds(plan.lateness),
                    idle: .seconds(8),
                    revise: .seconds(plan.revise),
                    measures: measures,
                    ladder: Ladder(
                        rungs: [Ladder.Rung(level: .blue, when: try ConditionParser.parse("m0 >= 2"))],
                        clearHold: .zero
                    )
                )
            ]
        )
        #if DEBUG
        let usual = 4
        #else
        let usual = 5
        #endif
        let length = ReferenceAgreementTests.setting("GANZHI_LAYOUT", default: usual)
        var layout = [0]
        while layout.count <= length {
            let lines = layout.enumerated().map { place, letter in
                // Another value at each place, so that nothing is a duplicate and every order shows.
                ReferenceLine(Self.letters[letter].time * 1000, Self.letters[letter].value + Double(place) / 8)
            }
            let expected = Reference.replay(lines, through: generation)
            let actual = try ReferenceOutcome.ofEngine(lines, through: generation)
            if let difference = expected.difference(to: actual) {
                Issue.record(
                    """
                    \(plan.name): \(plan.measures), lateness \(plan.lateness) s, revise \(plan.revise) s
                    reference first, engine second: \(difference)
                    \(lines.map(\.text).joined(separator: "\n"))
                    """
                )
                return
            }
            layout = Self.next(after: layout)
        }
    }

    /// Counts up, with letters for digits, and with one more digit when there is no more.
    private static func next(after layout: [Int]) -> [Int] {
        var layout = layout
        for place in layout.indices.reversed() {
            layout[place] += 1
            if layout[place] < letters.count { return layout }
            layout[place] = 0
        }
        return layout + [0]
    }
}
