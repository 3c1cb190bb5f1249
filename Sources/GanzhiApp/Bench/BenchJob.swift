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
    /// ``hopping``, then raise above a mean of 3 and clear at or below it.
    case rules

    var window: WindowSpec {
        switch self {
        case .tumbling: WindowSpec(size: .minutes(1), every: .minutes(1))
        case .hopping, .rules: WindowSpec(size: .minutes(5), every: .seconds(30))
        }
    }

    static let lateness = TimeSpan.seconds(5)

    /// The job as a scenario; always with the ladder, as scenarios have one.
    func scenario() throws -> Scenario {
        let functions: [WindowFunction] = [.count, .sum, .min, .max, .mean]
        return Scenario(
            id: "bench-\(rawValue)",
            watch: WatchSelector(metric: "water_level"),
            every: window.every,
            lateness: Self.lateness,
            measures: functions.map { Measure(name: $0.rawValue, function: $0, window: window) },
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
