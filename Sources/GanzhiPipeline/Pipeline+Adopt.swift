import GanzhiCatalogue
import GanzhiFeeds
public import GanzhiModel
import GanzhiWarnings
import GanzhiWindow
import HeapModule

extension Pipeline {
    /// Goes on under another generation.
    ///
    /// Plans that are unchanged keep their panes; a changed scenario keeps level and episode, and its runs start anew; a
    /// removed or retired one clears its warnings with that reason.
    ///
    /// - Parameters:
    ///   - next: What people wrote.
    ///   - sequence: The config block.
    ///   - commit: Gets what the blocks before it, and the change itself, brought forth.
    /// - Throws: A problem where a scenario cannot be planned; nothing has changed then but that the batch is flushed.
    public mutating func adopt(
        _ next: Generation,
        sequence: UInt64,
        received: Timestamp,
        monotonic: Int64,
        into commit: inout Commit
    ) throws(Problem) {
        flush(into: &commit)
        position = sequence
        now = max(now, received)
        running.pass(now: now, monotonic: monotonic)
        commit.position = sequence
        guard next.name != generationName else { return }
        var nextRouting = try PipelineRouting(next.scenarios, catalogue: next.catalogue, calendar: next.calendar)

        adoptFeeds(of: next)
        let continued = continuedPlans(in: &nextRouting, under: next.catalogue)
        let watched = channels.indices.map {
            nextRouting.join(channels[$0], series: UInt32($0), in: next.catalogue)
        }
        endWhatIsOver(next, nextRouting, watched.map(\.plans))
        emitDrafts(into: &commit)

        let old = routing
        let oldNames = keyNames()
        normaliser.adopt(next.catalogue)
        let intervals = channels.indices.map { normaliser.expectedInterval(of: UInt32($0)) }
        windows.adopt(
            plans: nextRouting.plans.indices.map {
                (nextRouting.plans[$0].plan, nextRouting.plans[$0].input?.cohort, continued[$0])
            },
            watchers: { (watched[$0].plans, intervals[$0]) },
            groups: { watched[$0].groups }
        )
        routing = nextRouting
        for series in channels.indices { noteRows(of: UInt32(series), plans: watched[series].plans) }
        generation = next
        generationName = next.name
        clock = LocalClock(calendar: next.calendar, days: next.days)
        eventMaker = EventMaker(generation: next, generationHash: generationName)
        adoptDevices()
        for scenario in routing.scenarios.indices { takeOverStates(into: scenario, from: old, continued, oldNames) }
        bindScenarios()
        watchStandingKeys()
    }

    // MARK: Feeds and devices

    private mutating func adoptFeeds(of next: Generation) {
        let old = feeds
        feeds = Self.feeds(of: next, clock: timeSource)
        books.adopt(feeds: feeds.map(\.name))
        let previous = feeds.map { feed in old.firstIndex { $0.name == feed.name } }
        let ranBefore = running.feeds
        running.adopt(feedCount: feeds.count) { previous[$0] }
        deviceWatch = deviceWatch.renumbered(previous, running: running.feeds)
        for (feed, health) in zip(old, feedHealth) { knownFeeds[feed.name] = health }
        feedHealth = feeds.map { knownFeeds[$0.name] ?? FeedHealth() }
        let oldDecoders = decoders
        decoders = feeds.indices.map { index in
            if let before = previous[index], old[before] == feeds[index] {
                oldDecoders[before]
            } else {
                FeedDecoder(definition: feeds[index])
            }
        }
        var numbers = [Int](repeating: 0, count: old.count)
        for (index, before) in previous.enumerated() { if let before { numbers[before] = index } }
        // What was heard through a feed that is gone waits on by the running time of the first.
        let shifts = numbers.enumerated().map { (running.feeds.isEmpty ? 0 : running.feeds[$1]) - ranBefore[$0] }
        windows.renumberFeeds(numbers, shifts: shifts)
        for scenario in routing.scenarios.indices {
            routing.scenarios[scenario].book.renumberFeeds(numbers, shifts: shifts)
        }
    }

    private mutating func adoptDevices() {
        deviceWatch = DeviceWatch(
            generation.catalogue,
            generation.deviceSilence,
            running: running.feeds,
            after: deviceWatch
        )
        for channel in channels { deviceWatch.register(channel) }
    }

    // MARK: Plans

    /// By plan of the next routing the plan that it goes on with; its cohorts go on with the keys of those.
    ///
    /// A plan whose metric has another unit now begins anew: what its panes hold cannot be added to what comes.
    private func continuedPlans(in next: inout PipelineRouting, under catalogue: Catalogue) -> [Int?] {
        func keepsUnit(_ plan: PipelineRouting.PlanKey) -> Bool {
            let metric = catalogue.canonicalMetric(plan.watch.metric)
            guard let unit = catalogue.metric(metric)?.unit, let before = normaliser.unit(ofMetric: metric) else {
                return true
            }
            return unit == before
        }
        let cohorts = next.cohorts.map { cohort in
            cohort.plans.allSatisfy { $0.map { keepsUnit(next.plans[$0]) } ?? true }
                ? routing.cohort(like: cohort, of: next) : nil
        }
        for (number, before) in cohorts.enumerated() {
            if let before { next.cohorts[number].takeOverKeys(of: routing.cohorts[before]) }
        }
        return next.plans.map { plan in
            guard let input = plan.input else {
                guard keepsUnit(plan) else { return nil }
                return routing.plans.firstIndex { $0.input == nil && $0.plan == plan.plan && $0.watch == plan.watch }
            }
            return cohorts[input.cohort].flatMap { routing.cohorts[$0].plans[input.input] }
        }
    }

    // MARK: Scenarios

    /// Ends the standing warnings that nobody will judge any more.
    private mutating func endWhatIsOver(_ next: Generation, _ nextRouting: PipelineRouting, _ watching: [[Int]]) {
        for scenario in routing.scenarios.indices {
            let id = routing.scenarios[scenario].scenario.id
            let successors = nextRouting.scenarios.filter { $0.scenario.id == id }
            guard !successors.isEmpty else {
                let isRetired = next.scenarios.contains { $0.id == id }
                endAll(of: scenario, reason: isRetired ? "scenario-retired" : "scenario-removed") { _ in true }
                continue
            }
            var keys: Set<String> = []
            for successor in successors {
                switch successor.home {
                case .plan(let plan):
                    for series in watching.indices where watching[series].contains(plan) {
                        keys.insert(channels[series].device)
                    }
                case .cohort(let cohort):
                    for group in nextRouting.cohorts[cohort].groups where group.members.contains(where: { !$0.isEmpty })
                    {
                        keys.insert(group.key)
                    }
                }
            }
            endAll(of: scenario, reason: "no-longer-watched") { !keys.contains($0) }
        }
    }

    private mutating func endAll(of scenario: Int, reason: String, where isOver: (String) -> Bool) {
        for key in routing.scenarios[scenario].book.knownKeys {
            let state = routing.scenarios[scenario].book.state(of: key)
            guard state.rung >= 0, isOver(name(ofKey: key, scenario: scenario)) else { continue }
            end(scenario: scenario, key: key, instant: state.lastInstant, reason: reason, block: nil)
        }
    }

    /// By scenario the names of the keys of which something is known.
    private func keyNames() -> [[Int: String]] {
        routing.scenarios.indices.map { scenario in
            Dictionary(
                uniqueKeysWithValues: routing.scenarios[scenario].book.knownKeys.map {
                    ($0, name(ofKey: $0, scenario: scenario))
                }
            )
        }
    }

    /// Lets a scenario go on where it stood: as it was where nothing about it changed, else with its levels only.
    private mutating func takeOverStates(
        into scenario: Int,
        from old: PipelineRouting,
        _ continued: [Int?],
        _ oldNames: [[Int: String]]
    ) {
        let mine = routing.scenarios[scenario].scenario
        let before = old.scenarios.indices.filter { old.scenarios[$0].scenario.id == mine.id }
        if let same = before.first(where: { old.scenarios[$0].scenario == mine }),
            keepsKeys(scenario, same, old, continued)
        {
            routing.scenarios[scenario].takeOver(old.scenarios[same])
            forgetUnwatchedKeys(of: scenario)
            takeOverRemoved(versions: before.filter { $0 != same }, into: scenario, from: old, oldNames)
            return
        }
        // Of several versions the one that came last knows where a key stands.
        let source =
            before.first { old.scenarios[$0].scenario.source?.validFrom == mine.source?.validFrom } ?? before.first
        guard let source, !oldNames[source].isEmpty else { return }
        let numbers = keyNumbers(of: scenario)
        for (key, name) in oldNames[source] {
            guard let number = numbers[name] else { continue }
            adopt(old.scenarios[source].book.state(of: key), of: old.scenarios[source], into: scenario, key: number)
        }
        takeOverRemoved(versions: before.filter { $0 != source }, into: scenario, from: old, oldNames)
        routing.scenarios[scenario].changes = old.scenarios[source].changes.renumbered { key in
            oldNames[source][key].flatMap { numbers[$0] }
        }
    }

    /// Forgets keys that are no longer watched; their warnings have ended, and a device that comes back has a new row.
    private mutating func forgetUnwatchedKeys(of scenario: Int) {
        guard case .plan(let plan) = routing.scenarios[scenario].home else { return }
        for key in routing.scenarios[scenario].book.knownKeys
        where key >= routing.seriesOfRow[plan].count || routing.seriesOfRow[plan][key] == .max {
            routing.scenarios[scenario].book.forget(key: key)
            routing.scenarios[scenario].past.forget(key: key)
        }
    }

    /// Takes over where keys stand under versions that are no more.
    private mutating func takeOverRemoved(
        versions: [Int],
        into scenario: Int,
        from old: PipelineRouting,
        _ oldNames: [[Int: String]]
    ) {
        let id = routing.scenarios[scenario].scenario.id
        let kept = routing.scenarios.filter { $0.scenario.id == id }.map { $0.scenario.source?.validFrom }
        let gone = versions.filter { !kept.contains(old.scenarios[$0].scenario.source?.validFrom) }
        guard gone.contains(where: { !oldNames[$0].isEmpty }) else { return }
        let numbers = keyNumbers(of: scenario)
        for version in gone {
            for (key, name) in oldNames[version] {
                guard let number = numbers[name] else { continue }
                let state = old.scenarios[version].book.state(of: key)
                guard state.episode > routing.scenarios[scenario].book.state(of: number).episode else { continue }
                adopt(state, of: old.scenarios[version], into: scenario, key: number)
            }
        }
    }

    private mutating func adopt(_ state: LadderBook.KeyState, of before: ScenarioState, into scenario: Int, key: Int) {
        let level = state.rung < 0 ? nil : before.scenario.ladder.rungs[Int(state.rung)].level
        let rung = level.map { routing.scenarios[scenario].rung(for: $0) } ?? -1
        routing.scenarios[scenario].book.adopt(state, rung: rung, key: key)
    }

    /// Whether the keys of a scenario have the numbers that they had.
    private func keepsKeys(_ scenario: Int, _ before: Int, _ old: PipelineRouting, _ continued: [Int?]) -> Bool {
        switch (routing.scenarios[scenario].home, old.scenarios[before].home) {
        case (.plan(let plan), .plan(let oldPlan)): continued[plan] == oldPlan
        case (.cohort(let cohort), .cohort(let oldCohort)):
            zip(routing.cohorts[cohort].plans, old.cohorts[oldCohort].plans).allSatisfy { mine, theirs in
                mine.flatMap { continued[$0] } == theirs
            }
        case (.plan, .cohort), (.cohort, .plan): false
        }
    }

    /// By name the numbers of a scenario's keys.
    private func keyNumbers(of scenario: Int) -> [String: Int] {
        switch routing.scenarios[scenario].home {
        case .plan(let plan):
            let rows = routing.seriesOfRow[plan].enumerated().filter { $0.element != .max }
            return Dictionary(rows.map { (channels[Int($0.element)].device, $0.offset) }) { first, _ in first }
        case .cohort(let cohort):
            let groups = routing.cohorts[cohort].groups.enumerated()
            return Dictionary(uniqueKeysWithValues: groups.map { ($0.element.key, $0.offset) })
        }
    }

    /// Looks after the keys that are pending or standing under the new numbers.
    private mutating func watchStandingKeys() {
        staleHeaps = Array(repeating: Heap(), count: max(1, feeds.count))
        activeKeys = Array(repeating: ActiveKeys(), count: routing.plans.count)
        for scenario in routing.scenarios.indices {
            for key in routing.scenarios[scenario].book.knownKeys {
                let state = routing.scenarios[scenario].book.state(of: key)
                setActive(state.isActive, scenario: scenario, key: key)
                guard state.rung >= 0 else { continue }
                watchStaleness(scenario: scenario, key: key)
                let name = Suppressions.Name(
                    scenario: routing.scenarios[scenario].scenario.id,
                    key: name(ofKey: key, scenario: scenario)
                )
                let scenario = routing.scenarios[scenario].scenario
                suppressions.update(name, muting: scenario.mutes, maintenance: scenario.maintenance)
            }
        }
    }
}
