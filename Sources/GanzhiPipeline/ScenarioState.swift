import GanzhiCatalogue
import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

/// Where a plan's results hold a measure.
struct MeasureSlot {
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
    let scenario: Scenario
    /// SHA-256 of its canonical form, in hex.
    let hash: String
    /// Number of its plan.
    let plan: Int
    /// The measures, as declared.
    let slots: [MeasureSlot]
    /// Coverage below which a measure is unknown.
    let minimumCoverage: Double
    /// The ladder, once the unit of the watched metric is known or not needed.
    private(set) var program: LadderProgram?
    /// The metric's canonical unit; empty while none is known.
    private(set) var unit = ""
    /// Where the keys stand; a key's number is its row in the plan.
    var book: LadderBook
    /// The series behind each key.
    private(set) var seriesOfKey: [UInt32] = []

    init(_ scenario: Scenario, hash: String, plan: Int, planOf: Plan, unit: String?) throws(Problem) {
        self.scenario = scenario
        self.hash = hash
        self.plan = plan
        var slots: [MeasureSlot] = []
        for measure in scenario.measures {
            let function = try Thresholds.function(of: measure, metricUnit: unit)
            let aggregate = planOf.aggregates.firstIndex(of: Plan.Aggregate(function, measure.window))!
            slots.append(
                MeasureSlot(
                    aggregate: aggregate,
                    window: planOf.windows.firstIndex(of: measure.window)!,
                    placeInWindow: planOf.aggregates[..<aggregate].count { $0.window == measure.window },
                    endsWithEvaluations: planOf.endsWithEvaluations(measure.window)
                )
            )
        }
        self.slots = slots
        minimumCoverage = scenario.ladder.minimumCoverage
        book = LadderBook(rungs: scenario.ladder.rungs.count)
        bind(unit: nil)
    }

    /// Compiles the ladder with thresholds in the metric's unit; without it only one that needs no unit.
    ///
    /// A threshold that cannot be converted leaves the ladder uncompiled: no evidence, no verdict.
    mutating func bind(unit: String?) {
        self.unit = unit ?? ""
        let measures = scenario.measures
        program = try? LadderProgram(scenario.ladder, measures: measures.map(\.name)) { number, from, measure in
            try Thresholds.convert(
                number,
                unit: from,
                function: measures[measure].function,
                metricUnit: unit
            )
        }
    }

    /// Whether the metric's unit is still to be told.
    var needsUnit: Bool { unit.isEmpty }

    /// Remembers which series a key stands for.
    mutating func note(key: Int, series: UInt32) {
        while seriesOfKey.count <= key { seriesOfKey.append(.max) }
        seriesOfKey[key] = series
    }

    /// Goes on where the same scenario stood, its plan being the same.
    mutating func takeOver(_ before: ScenarioState) {
        book = before.book
        seriesOfKey = before.seriesOfKey
    }

    /// Takes over levels and episodes from another version of the scenario; runs start anew.
    ///
    /// A level that the new ladder lacks becomes the next lower one it has, or else its lowest.
    ///
    /// - Parameter row: Says where a series stands in the new plan; `nil` where it is no longer watched.
    mutating func takeOverLevels(of before: ScenarioState, row: (UInt32) -> Int?) {
        for (key, series) in before.seriesOfKey.enumerated() where series != .max {
            let state = before.book.state(of: key)
            guard let newKey = row(series) else { continue }
            var rung = -1
            if state.rung >= 0 {
                let level = before.scenario.ladder.rungs[Int(state.rung)].level
                rung = max(
                    0,
                    (scenario.ladder.rungs.firstIndex { $0.level > level } ?? scenario.ladder.rungs.count) - 1
                )
            }
            book.adopt(state, rung: rung, key: newKey)
            note(key: newKey, series: series)
        }
    }
}
