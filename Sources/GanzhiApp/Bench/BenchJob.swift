import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// What is computed over workload W: count, sum, min, max and mean per series, alone or with a ladder behind them.
public enum BenchJob: String, Sendable, CaseIterable {
    /// Windows of 1 min.
    case tumbling
    /// Windows of 5 min every 30 s.
    case hopping
    /// Windows of 5 min back from every reading.
    case sliding
    /// ``hopping``, then raise above a mean of 3 and clear at or below it.
    case rules

    var window: WindowSpec {
        switch self {
        case .tumbling: .tumbling(.minutes(1))
        case .hopping, .rules: .hopping(.minutes(5), every: .seconds(30))
        case .sliding: .sliding(.minutes(5))
        }
    }

    /// Event time between two evaluations.
    var every: TimeSpan { window.kind == .hopping ? window.every : .seconds(30) }

    static let functions: [WindowFunction] = [.count, .sum, .min, .max, .mean]

    /// The job's windows alone.
    func plan() throws -> Plan {
        try Plan(
            every: every,
            lateness: Self.lateness,
            aggregates: Self.functions.map { Plan.Aggregate($0, window) }
        )
    }

    static let lateness = TimeSpan.seconds(5)

    /// The job as a scenario; always with the ladder, as scenarios have one.
    func scenario() throws -> Scenario {
        Scenario(
            id: "bench-\(rawValue)",
            watch: Watch(metric: "water_level"),
            every: every,
            lateness: Self.lateness,
            measures: Self.functions.map { Measure(name: $0.name, function: $0, window: window) },
            ladder: try Self.ladder
        )
    }

    static var ladder: Ladder {
        get throws {
            Ladder(
                rungs: [Ladder.Rung(level: .red, when: try ConditionParser.parse("mean > 3"))],
                clear: try ConditionParser.parse("mean <= 3"),
                clearHold: .zero
            )
        }
    }
}
