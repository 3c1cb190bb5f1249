import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiWarnings
import GanzhiWindow
import HeapModule

extension Pipeline {
    /// Running time of a feed at a block; at the end of input as it is.
    private func runningTime(of feed: Int, at block: Int?) -> Int64 {
        block.map { batch.running[$0 * feeds.count + feed] } ?? running.feeds[feed]
    }
    /// Reports the windows of the evaluations of one block in their order, and moves the ladders.
    ///
    /// - Parameter block: Index of the block in the batch; `nil` for the end of input.
    mutating func judge(_ evaluations: Range<Int>, block: Int?) {
        order.removeAll(keepingCapacity: true)
        var isSorted = true
        for index in evaluations {
            let evaluation = output.evaluations[index]
            for scenario in routing.scenariosOfPlan[Int(evaluation.plan)] {
                if let last = order.last {
                    let before = output.evaluations[last.evaluation]
                    isSorted =
                        isSorted && before.series == evaluation.series
                        && (before.instant, last.scenario) < (evaluation.instant, scenario)
                }
                order.append((index, scenario))
            }
        }
        if !isSorted { sortOrder() }
        for (index, scenario) in order {
            report(output.evaluations[index], scenario: scenario)
            step(output.evaluations[index], scenario: scenario, block: block)
        }
    }

    /// Sorts by (instant, scenario, key); scenarios are numbered in code-point order.
    private mutating func sortOrder() {
        order.sort { left, right in
            let (a, b) = (output.evaluations[left.evaluation], output.evaluations[right.evaluation])
            if a.instant != b.instant { return a.instant < b.instant }
            if left.scenario != right.scenario { return left.scenario < right.scenario }
            if a.series == b.series { return left.evaluation < right.evaluation }
            if let ranks { return ranks[Int(a.series)] < ranks[Int(b.series)] }
            return channels[Int(a.series)].device.precedesByCodePoint(channels[Int(b.series)].device)
        }
    }

    /// Works out the order of all keys at once, for the end of input, where every series has something to tell.
    mutating func rankKeys() {
        let order = channels.indices.sorted { channels[$0].device.precedesByCodePoint(channels[$1].device) }
        var ranks = [UInt32](repeating: 0, count: order.count)
        var rank: UInt32 = 0
        for (place, series) in order.enumerated() {
            if place > 0, channels[order[place - 1]].device != channels[series].device { rank += 1 }
            ranks[series] = rank
        }
        self.ranks = ranks
    }

    private mutating func report(_ evaluation: Evaluation, scenario: Int) {
        guard windowLines != nil, evaluation.firstWindow >= 0 else { return }
        let state = routing.scenarios[scenario]
        let key = channels[Int(evaluation.series)].device
        for (measure, window) in zip(state.scenario.measures, state.slots) {
            let result = output.windows[Int(evaluation.firstWindow) + window.window]
            if result.count > 0, result.end == evaluation.instant {
                windowLines?.append(scenario: state.scenario.id, key: key, measure: measure, window: result)
            }
        }
    }

    private mutating func step(_ evaluation: Evaluation, scenario: Int, block: Int?) {
        let key = Int(evaluation.row)
        let mayDecide = evaluation.isFresh || routing.scenarios[scenario].scenario.quietCounts
        guard evaluation.firstWindow >= 0, mayDecide, let program = routing.scenarios[scenario].program else {
            routing.scenarios[scenario].book.noteUnknown(key: key, at: evaluation.instant)
            return
        }
        measure(evaluation, scenario: scenario)
        let before = routing.scenarios[scenario].book.state(of: key)
        let step = routing.scenarios[scenario].book.step(
            key: key,
            at: evaluation.instant,
            values: values,
            feed: evaluation.feed,
            running: runningTime(of: Int(evaluation.feed), at: block),
            program: program
        )
        routing.scenarios[scenario].note(key: key, series: evaluation.series)
        let after = routing.scenarios[scenario].book.state(of: key)
        if after.rung >= 0, before.rung < 0 || before.isStale && !after.isStale || before.feed != after.feed {
            watchStaleness(scenario: scenario, key: key)
        }
        guard let transition = step.transition else { return }
        drafts.append(
            EventDraft(
                kind: .transition(transition),
                scenario: scenario,
                key: key,
                instant: evaluation.instant,
                decided: decided(at: block),
                block: sequence(of: block),
                sequence: routing.scenarios[scenario].book.nextSequence(of: key),
                episode: after.episode,
                raised: after.raised,
                rung: after.rung < 0 ? nil : Int(after.rung),
                previous: before.rung < 0 ? nil : program.ladder.rungs[Int(before.rung)].level,
                evidence: evidence(for: transition, program: program, evaluation: evaluation, scenario: scenario),
                truths: program.when.indices.map(step.truth(ofRung:))
            )
        )
    }

    /// Fills ``values`` with the scenario's measures; `nan` where one is unknown.
    private mutating func measure(_ evaluation: Evaluation, scenario: Int) {
        let minimumCoverage = routing.scenarios[scenario].minimumCoverage
        values.removeAll(keepingCapacity: true)
        for slot in routing.scenarios[scenario].slots {
            let result = output.windows[Int(evaluation.firstWindow) + slot.window]
            let isBacked = result.count > 0 && result.coverage >= minimumCoverage
            values.append(isBacked ? result.value(slot.function) : .nan)
        }
    }

    /// The measures that the deciding condition names and that have a result, as declared.
    private func evidence(
        for transition: Transition,
        program: LadderProgram,
        evaluation: Evaluation,
        scenario: Int
    ) -> [EventDraft.Evidence] {
        let deciding = program.deciding(transition)
        let named = Set(deciding.flatMap(\.measures)).sorted()
        let state = routing.scenarios[scenario]
        return named.compactMap { measure in
            let window = output.windows[Int(evaluation.firstWindow) + state.slots[measure].window]
            let value = window.count > 0 ? window.value(state.scenario.measures[measure].function) : .nan
            guard value.isFinite else { return nil }
            return EventDraft.Evidence(
                measure: measure,
                value: value,
                window: window,
                thresholds: deciding.flatMap(\.thresholds).filter { $0.measure == measure }
            )
        }
    }

    private func decided(at block: Int?) -> Timestamp { block.map { batch.slices[$0].now } ?? now }

    private func sequence(of block: Int?) -> UInt64 { block.map { batch.blocks[$0].sequence } ?? position }

    // MARK: Staleness

    mutating func watchStaleness(scenario: Int, key: Int) {
        let state = routing.scenarios[scenario].book.state(of: key)
        let silence = routing.scenarios[scenario].scenario.ladder.silence.microseconds
        staleHeaps[Int(state.feed)].insert(
            StaleDeadline(time: state.lastKnown + silence, scenario: scenario, key: key)
        )
    }

    /// Marks standing warnings stale that more than `silence` of running time has passed for, once a block.
    mutating func markStale(block: Int) {
        for feed in feeds.indices {
            let running = batch.running[block * feeds.count + feed]
            while let next = staleHeaps[feed].min, next.time < running {
                staleHeaps[feed].removeMin()
                let scenario = routing.scenarios[next.scenario].scenario
                let state = routing.scenarios[next.scenario].book.state(of: next.key)
                guard state.rung >= 0, !state.isStale, Int(state.feed) == feed else { continue }
                let deadline = state.lastKnown + scenario.ladder.silence.microseconds
                guard deadline < running else {
                    staleHeaps[feed].insert(StaleDeadline(time: deadline, scenario: next.scenario, key: next.key))
                    continue
                }
                _ = routing.scenarios[next.scenario].book.markStale(key: next.key)
                drafts.append(
                    EventDraft(
                        kind: .stale,
                        scenario: next.scenario,
                        key: next.key,
                        instant: state.lastInstant,
                        decided: decided(at: block),
                        block: sequence(of: block),
                        sequence: routing.scenarios[next.scenario].book.nextSequence(of: next.key),
                        episode: state.episode,
                        raised: state.raised,
                        rung: Int(state.rung),
                        previous: state.previous
                    )
                )
            }
        }
    }
}
