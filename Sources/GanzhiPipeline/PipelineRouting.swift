import GanzhiCatalogue
import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

/// Which plans each scenario uses, which plans watch a series, and to which keys series belong.
struct PipelineRouting {
    /// What makes two plans one: the windows, the watched series, and what is judged by them.
    struct PlanKey: Hashable {
        var plan: Plan
        var watch: WatchSelector
        /// The input of a cohort that it is; `nil` where each series is a key.
        var input: CohortInput?
    }

    /// An input of a cohort, both by number.
    struct CohortInput: Hashable {
        var cohort: Int
        var input: Int
    }

    /// What makes two cohorts one.
    private struct CohortKey: Hashable {
        var plans: [Plan?]
        var selectors: [WatchSelector]
        var per: Watch.Key
    }

    /// A series as a member through one of the inputs of a cohort.
    struct CohortMember: Hashable {
        var series: UInt32
        var input: Int
    }

    /// Plans in order of first use.
    private(set) var plans: [PlanKey] = []
    /// Keys that are judged by several series.
    var cohorts: [Cohort] = []
    /// Scenarios that are evaluated, in code-point order of their ids, versions of one in the order of their validity.
    var scenarios: [ScenarioState] = []
    /// Numbers of the scenarios of each plan whose series are keys.
    private(set) var scenariosOfPlan: [[Int]] = []
    /// Numbers of the scenarios of each cohort.
    private(set) var scenariosOfCohort: [[Int]] = []
    /// By scenario the other versions of it.
    private(set) var versions: [[Int]] = []
    /// Whether any scenario has several versions.
    private(set) var hasVersions = false
    /// Whether any scenario names times of maintenance.
    private(set) var hasMaintenance = false
    /// Whether any scenario has its windows revised.
    private(set) var revises = false
    /// By plan, for each row the series that it belongs to.
    var seriesOfRow: [[UInt32]] = []
    private var index = SelectorIndex()
    private var numberOfPlan: [PlanKey: Int] = [:]
    private var numberOfCohort: [CohortKey: Int] = [:]

    /// Plans the scenarios of a generation; retired ones are left out.
    ///
    /// - Throws: A problem where a scenario's plan is too large.
    init(_ scenarios: [Scenario], catalogue: Catalogue, calendar: DayCalendar) throws(Problem) {
        let evaluated = scenarios.filter { $0.stage != .retired }.sorted { left, right in
            left.id == right.id
                ? (left.source?.validFrom ?? "") < (right.source?.validFrom ?? "")
                : left.id.precedesByCodePoint(right.id)
        }
        for scenario in evaluated { try add(scenario, catalogue, calendar) }
        versions = self.scenarios.indices.map { number in
            let id = self.scenarios[number].scenario.id
            // Versions stand side by side.
            let before = self.scenarios[..<number].reversed().prefix { $0.scenario.id == id }.count
            let after = self.scenarios[(number + 1)...].prefix { $0.scenario.id == id }.count
            return Array(number - before..<number) + Array(number + 1..<number + 1 + after)
        }
        hasVersions = versions.contains { !$0.isEmpty }
        hasMaintenance = self.scenarios.contains { !$0.scenario.maintenance.isEmpty }
        revises = self.scenarios.contains { $0.scenario.revise > .zero }
    }

    private mutating func add(_ scenario: Scenario, _ catalogue: Catalogue, _ calendar: DayCalendar) throws(Problem) {
        let units = scenario.watch.inputs.map { catalogue.metric($0.selector.metric)?.unit }
        var planned: [Plan?] = []
        for input in units.indices {
            planned.append(try scenario.plan(ofInput: input, calendar: calendar, unit: units[input]))
        }
        guard planned.contains(where: { $0 != nil }) else { return }
        let home: ScenarioState.Home
        if scenario.watch.isSingle {
            let number = number(
                of: PlanKey(plan: planned[0]!, watch: scenario.watch.inputs[0].selector, input: nil),
                catalogue
            )
            home = .plan(number)
            scenariosOfPlan[number].append(scenarios.count)
        } else {
            let number = cohort(of: scenario.watch, planned, catalogue)
            home = .cohort(number)
            scenariosOfCohort[number].append(scenarios.count)
        }
        scenarios.append(
            try ScenarioState(
                scenario,
                hash: scenario.hash,
                home: home,
                plans: planned,
                units: units
            )
        )
    }

    private mutating func number(of key: PlanKey, _ catalogue: Catalogue) -> Int {
        if let known = numberOfPlan[key] { return known }
        let number = plans.count
        numberOfPlan[key] = number
        plans.append(key)
        scenariosOfPlan.append([])
        seriesOfRow.append([])
        index.insert(number, watching: key.watch, in: catalogue)
        return number
    }

    private mutating func cohort(of watch: Watch, _ planned: [Plan?], _ catalogue: Catalogue) -> Int {
        let key = CohortKey(plans: planned, selectors: watch.inputs.map(\.selector), per: watch.per)
        if let known = numberOfCohort[key] { return known }
        let number = cohorts.count
        numberOfCohort[key] = number
        let numbers = planned.indices.map { input in
            planned[input].map {
                self.number(
                    of: PlanKey(
                        plan: $0,
                        watch: watch.inputs[input].selector,
                        input: CohortInput(cohort: number, input: input)
                    ),
                    catalogue
                )
            }
        }
        cohorts.append(Cohort(per: watch.per, plans: numbers))
        scenariosOfCohort.append([])
        return number
    }

    /// The cohort that has the same plans and keys as one of the next routing.
    func cohort(like other: Cohort, of next: PipelineRouting) -> Int? {
        cohorts.indices.first { number in
            cohorts[number].per == other.per && cohorts[number].plans.count == other.plans.count
                && zip(cohorts[number].plans, other.plans).allSatisfy { mine, theirs in
                    mine.map { plans[$0].plan } == theirs.map { next.plans[$0].plan }
                        && mine.map { plans[$0].watch } == theirs.map { next.plans[$0].watch }
                }
        }
    }

    /// Lets a series belong to what watches it.
    ///
    /// - Returns: The plans, ascending, and for those of cohorts the number of the key.
    mutating func join(
        _ channel: Channel,
        series: UInt32,
        in catalogue: Catalogue
    ) -> (plans: [Int], groups: [Int: Int]) {
        var watching: [Int] = []
        var groups: [Int: Int] = [:]
        for plan in index.candidates(device: channel.device, metric: channel.metric, in: catalogue)
        where plans[plan].watch.matches(device: channel.device, metric: channel.metric, in: catalogue) {
            if let place = plans[plan].input {
                let per = cohorts[place.cohort].per
                guard let key = per.name(ofDevice: channel.device, in: catalogue) else { continue }
                groups[plan] = cohorts[place.cohort].join(series, input: place.input, key: key)
            }
            watching.append(plan)
        }
        return (watching, groups)
    }
}
