import GanzhiConfig
import GanzhiModel
import GanzhiPipeline

/// What came of a rule test.
struct RuleTestOutcome {
    let test: RuleTest
    /// The test's file.
    let path: String
    let generation: Generation
    /// The warning events, in their order.
    private(set) var events: [WarningContent] = []
    /// Values that the engine refused, and why; a test that holds such is wrong.
    var refusals: [String] = []

    init(test: RuleTest, path: String, generation: Generation) {
        self.test = test
        self.path = path
        self.generation = generation
    }

    /// Takes what a flush brought forth.
    mutating func take(_ commit: Commit) {
        events += commit.events.compactMap { WarningContent($0) }
        for sample in commit.samples where Self.refused.contains(sample.key.column) {
            refusals.append("\(sample.key.reason): \(sample.detail)")
        }
    }

    /// Columns of the books in which no value of a test may be; whole lines that are refused say so at once.
    private static let refused: Set<LedgerColumn> = [.readingsRejected, .readingsQuarantined]

    /// What was expected and what came, by scenario and key.
    var comparisons: [RuleTestComparison] {
        var places: [RuleTestComparison.Place] = []
        let named =
            test.expectations.map { RuleTestComparison.Place(scenario: $0.scenario, key: $0.key) }
            + events.map { RuleTestComparison.Place(scenario: $0.data.scenario, key: $0.data.key) }
        for place in named where !places.contains(place) { places.append(place) }
        return places.map { place in
            RuleTestComparison(
                place,
                expected: test.expectations.filter { $0.scenario == place.scenario && $0.key == place.key },
                came: events.filter { $0.data.scenario == place.scenario && $0.data.key == place.key }
            )
        }
    }

    /// Whether everything came as expected, and nothing else.
    var hasPassed: Bool { refusals.isEmpty && comparisons.allSatisfy(\.agrees) }
}
