import GanzhiCatalogue
import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

/// Which plan each scenario uses, and which plans watch a series.
struct PipelineRouting {
    /// What makes two plans one: the windows and the watched series.
    struct PlanKey: Hashable {
        var plan: Plan
        var watch: WatchSelector
    }

    /// Plans in order of first use.
    private(set) var plans: [PlanKey] = []
    /// Scenarios that are evaluated, in code-point order of their ids.
    var scenarios: [ScenarioState] = []
    /// Numbers of the scenarios of each plan.
    private(set) var scenariosOfPlan: [[Int]] = []
    private var plansOfMetric: [String: [Int]] = [:]

    /// Plans the scenarios of a generation; retired ones are left out.
    ///
    /// - Throws: A problem where a scenario's plan is too large.
    init(_ scenarios: [Scenario], catalogue: Catalogue, calendar: DayCalendar) throws(Problem) {
        var numberOfPlan: [PlanKey: Int] = [:]
        for scenario in scenarios.sorted(by: { $0.id.precedesByCodePoint($1.id) }) where scenario.stage != .retired {
            let metric = catalogue.canonicalMetric(scenario.watch.metric)
            let plan = try scenario.plan(calendar: calendar, unit: catalogue.metric(metric)?.unit)
            let key = PlanKey(plan: plan, watch: scenario.watch)
            let number = numberOfPlan[key] ?? plans.count
            if number == plans.count {
                numberOfPlan[key] = number
                plans.append(key)
                scenariosOfPlan.append([])
                plansOfMetric[metric, default: []].append(number)
            }
            scenariosOfPlan[number].append(self.scenarios.count)
            self.scenarios.append(
                try ScenarioState(
                    scenario,
                    hash: Generation.hash(of: scenario),
                    plan: number,
                    planOf: key.plan,
                    unit: catalogue.metric(metric)?.unit
                )
            )
        }
    }

    /// Numbers of the plans that watch a channel.
    func watchers(of channel: Channel, in catalogue: Catalogue) -> [Int] {
        (plansOfMetric[channel.metric] ?? []).filter {
            plans[$0].watch.matches(device: channel.device, metric: channel.metric, in: catalogue)
        }
    }
}
