import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

// Scenarios whose source is in force for a time, and several versions of one.
extension Pipeline {
    /// Whether a scenario is in force at an instant; lets it take over what another version left standing, and ends what
    /// no version is in force for any more.
    mutating func isInForce(_ at: KeyInstant) -> Bool {
        let validity = routing.scenarios[at.scenario].validity
        if validity.isAlways { return true }
        let day = clock.local(endingAt: at.instant).day
        guard validity.contains(day) else {
            let state = routing.scenarios[at.scenario].book.state(of: at.key)
            let hasNext = routing.versions[at.scenario].contains { other in
                routing.scenarios[other].validity.contains(day) && key(at.key, of: at.scenario, in: other) != nil
            }
            if state.rung >= 0, validity.isOver(on: day), !hasNext {
                let instant = firstInstant(behind: validity, at, since: state.lastInstant)
                end(scenario: at.scenario, key: at.key, instant: instant, reason: "source-expired", block: at.block)
                if let draft = drafts.last { noteChange(draft) }
                setActive(false, scenario: at.scenario, key: at.key)
            }
            return false
        }
        takeOver(at)
        return true
    }

    /// The first instant at which the scenario was no longer in force; an evaluation may stand for a pause of many.
    private func firstInstant(behind validity: Validity, _ at: KeyInstant, since last: Timestamp) -> Timestamp {
        let every = routing.scenarios[at.scenario].scenario.every
        guard !at.isEager, last != .never, every < .days(1) else { return at.instant }
        var (low, high) = (Int64(0), max(0, (at.instant - last).microseconds / every.microseconds - 1))
        // Steps back from the evaluation at which the scenario was over already.
        while low < high {
            let middle = (low + high + 1) / 2
            let instant = at.instant - TimeSpan(microseconds: middle * every.microseconds)
            if validity.isOver(on: clock.local(endingAt: instant).day) { low = middle } else { high = middle - 1 }
        }
        return at.instant - TimeSpan(microseconds: low * every.microseconds)
    }

    private mutating func takeOver(_ at: KeyInstant) {
        for other in routing.versions[at.scenario] {
            guard let key = key(at.key, of: at.scenario, in: other) else { continue }
            let state = routing.scenarios[other].book.state(of: key)
            guard state.episode > routing.scenarios[at.scenario].book.state(of: at.key).episode else { continue }
            let level = state.rung < 0 ? nil : routing.scenarios[other].scenario.ladder.rungs[Int(state.rung)].level
            let rung = level.map { routing.scenarios[at.scenario].rung(for: $0) } ?? -1
            routing.scenarios[at.scenario].book.adopt(state, rung: rung, key: at.key)
            routing.scenarios[other].book.forget(key: key)
            routing.scenarios[other].past.forget(key: key)
            setActive(false, scenario: other, key: key)
            setActive(rung >= 0, scenario: at.scenario, key: at.key)
            if rung >= 0 { watchStaleness(scenario: at.scenario, key: at.key) }
        }
    }

    /// The number that a key of one version has in another; `nil` where it is none there.
    func key(_ key: Int, of scenario: Int, in other: Int) -> Int? {
        let (home, otherHome) = (routing.scenarios[scenario].home, routing.scenarios[other].home)
        if home == otherHome { return key }
        switch (home, otherHome) {
        case (.plan(let plan), .plan(let otherPlan)):
            return windows.row(ofSeries: Int(routing.seriesOfRow[plan][key]), plan: otherPlan)
        case (_, .cohort(let cohort)):
            return routing.cohorts[cohort].number(ofKey: name(ofKey: key, scenario: scenario))
        case (.cohort, .plan): return nil
        }
    }

    /// Drafts the end of a standing warning for a reason outside its conditions.
    ///
    /// - Parameter block: Index of the block in the batch; `nil` where none is at hand.
    mutating func end(scenario: Int, key: Int, instant: Timestamp, reason: String, block: Int?) {
        let before = routing.scenarios[scenario].book.state(of: key)
        guard let rung = routing.scenarios[scenario].book.end(key: key) else { return }
        drafts.append(
            EventDraft(
                kind: .ended(reason: reason),
                scenario: scenario,
                key: key,
                instant: instant,
                decided: decided(at: block),
                block: sequenceOfBlock(block),
                sequence: routing.scenarios[scenario].book.nextSequence(of: key),
                episode: before.episode,
                raised: before.raised,
                rung: nil,
                previous: routing.scenarios[scenario].scenario.ladder.rungs[rung].level
            )
        )
    }
}
