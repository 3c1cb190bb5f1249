import GanzhiCatalogue
import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

/// Where a plan's results hold a measure.
struct MeasureSlot {
    /// Number of the input whose plan it is.
    let input: Int
    /// Number of the aggregate.
    let aggregate: Int
    /// Number of its window.
    let window: Int
    /// Place among the aggregates of that window.
    let placeInWindow: Int
    /// Whether its windows end at evaluations; others are reported beside them.
    let endsWithEvaluations: Bool
}

/// A scenario at work: its compiled ladder and where its keys stand.
struct ScenarioState {
    /// What its keys are.
    enum Home: Equatable {
        /// The rows of a plan: each series is judged by itself.
        case plan(Int)
        /// The groups of a cohort.
        case cohort(Int)
    }

    let scenario: Scenario
    /// SHA-256 of its canonical form, in hex.
    let hash: String
    /// What its keys are.
    let home: Home
    /// By input its plan; `nil` where nothing is measured.
    let plans: [Plan?]
    /// The measures, as declared.
    let slots: [MeasureSlot]
    /// Coverage below which a measure is unknown.
    let minimumCoverage: Double
    /// When it is in force.
    let validity: Validity
    /// The ladder, once the units of the watched metrics are known or not needed.
    private(set) var program: LadderProgram?
    /// By input the metric's canonical unit; `nil` while none is known.
    private(set) var units: [String?]
    /// Where the keys stand.
    var book: LadderBook
    /// What may still turn out to have been wrong.
    var past = PastTransitions()
    /// How often levels changed.
    var changes = LevelChanges()

    init(_ scenario: Scenario, hash: String, home: Home, plans: [Plan?], units: [String?]) throws(Problem) {
        self.scenario = scenario
        self.hash = hash
        self.home = home
        self.plans = plans
        self.units = units
        var slots: [MeasureSlot] = []
        for number in scenario.measures.indices {
            let measure = scenario.measures[number]
            let input = scenario.input(ofMeasure: number)
            let plan = plans[input]!
            let function = try Thresholds.function(of: measure, metricUnit: units[input])
            let aggregate = plan.aggregates.firstIndex(of: Plan.Aggregate(function, measure.window))!
            slots.append(
                MeasureSlot(
                    input: input,
                    aggregate: aggregate,
                    window: plan.windows.firstIndex(of: measure.window)!,
                    placeInWindow: plan.aggregates[..<aggregate].count { $0.window == measure.window },
                    endsWithEvaluations: plan.endsWithEvaluations(measure.window)
                )
            )
        }
        self.slots = slots
        minimumCoverage = scenario.ladder.minimumCoverage
        validity = Validity(scenario.source)
        book = LadderBook(rungs: scenario.ladder.rungs.count)
        bind(units: units)
    }

    /// Compiles the ladder with thresholds in the metrics' units; without one only what needs none.
    ///
    /// A threshold that cannot be converted leaves the ladder uncompiled: no evidence, no verdict.
    mutating func bind(units: [String?]) {
        self.units = units
        let measures = scenario.measures
        program = try? LadderProgram(scenario.ladder, measures: measures.map(\.name)) { number, from, side in
            try Thresholds.convert(
                number,
                unit: from,
                against: side,
                measures: measures,
                metricUnit: { units[slots[$0].input] }
            )
        }
    }

    /// Whether a metric's unit is still to be told.
    var needsUnit: Bool { units.contains { $0 == nil } }

    /// The unit of a measure's values; empty where it has none, or none is known.
    func unit(ofMeasure measure: Int) -> String {
        scenario.measures[measure].function.dimension.unit(ofMetricIn: units[slots[measure].input] ?? "")
    }

    /// Goes on where the same scenario stood, its keys having kept their numbers.
    mutating func takeOver(_ before: ScenarioState) {
        book = before.book
        past = before.past
        changes = before.changes
    }

    /// The rung at which a level of another version of the ladder goes on: a level that is missing here becomes the next
    /// lower one, or else the lowest.
    func rung(for level: Level) -> Int {
        let rungs = scenario.ladder.rungs
        return max(0, (rungs.firstIndex { $0.level > level } ?? rungs.count) - 1)
    }
}
