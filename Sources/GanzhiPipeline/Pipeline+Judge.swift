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
    /// Moves the ladders by the evaluations of one block, in their order.
    ///
    /// - Parameter block: Index of the block in the batch; `nil` for the end of input.
    mutating func judge(_ evaluations: Range<Int>, block: Int?) {
        order.removeAll(keepingCapacity: true)
        var isSorted = true
        for index in evaluations {
            let evaluation = output.evaluations[index]
            // By number: walking the array itself would count one more owner.
            for place in routing.scenariosOfPlan[Int(evaluation.plan)].indices {
                let scenario = routing.scenariosOfPlan[Int(evaluation.plan)][place]
                if let last = order.last {
                    isSorted = isSorted && comesAfter(evaluation, scenario, last)
                }
                order.append((index, scenario))
            }
        }
        if !isSorted { sortOrder() }
        for (index, scenario) in order {
            step(output.evaluations[index], scenario: scenario, block: block)
        }
    }

    /// Whether an evaluation stands where it belongs behind the one before it; `false` where that takes names.
    private func comesAfter(
        _ evaluation: Evaluation,
        _ scenario: Int,
        _ last: (evaluation: Int, scenario: Int)
    ) -> Bool {
        let before = output.evaluations[last.evaluation]
        guard before.instant == evaluation.instant else {
            return before.instant < evaluation.instant
        }
        guard last.scenario == scenario else { return last.scenario < scenario }
        guard let ranks else { return false }
        return ranks[Int(before.series)] < ranks[Int(evaluation.series)]
    }

    /// Sorts by (instant, scenario, key); scenarios are numbered in code-point order.
    private mutating func sortOrder() {
        var sorted: [(evaluation: Int, scenario: Int)] = []
        swap(&order, &sorted)
        defer { swap(&order, &sorted) }
        sorted.sort { left, right in
            let (a, b) = (output.evaluations[left.evaluation], output.evaluations[right.evaluation])
            if a.instant != b.instant { return a.instant < b.instant }
            if left.scenario != right.scenario { return left.scenario < right.scenario }
            if a.series == b.series { return left.evaluation < right.evaluation }
            return keyPrecedes(a.series, b.series)
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
        windows.setEndOrder(order)
    }

    private mutating func step(_ evaluation: Evaluation, scenario: Int, block: Int?) {
        let key = Int(evaluation.row)
        let mayDecide = evaluation.isFresh || routing.scenarios[scenario].scenario.quietCounts
        guard evaluation.firstWindow >= 0, mayDecide, let program = routing.scenarios[scenario].program else {
            routing.scenarios[scenario].book.noteUnknown(key: key, at: evaluation.instant)
            return
        }
        measure(evaluation, scenario: scenario)
        if routing.scenarios[scenario].book.isUnmoved(key: key, by: values, program: program) { return }
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
        for measure in routing.scenarios[scenario].slots.indices {
            let slot = routing.scenarios[scenario].slots[measure]
            let result = output.windows[Int(evaluation.firstWindow) + slot.window]
            let isBacked = result.count > 0 && result.coverage >= minimumCoverage
            values.append(isBacked ? output.values[Int(evaluation.firstValue) + slot.aggregate] : .nan)
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
            let value = output.values[Int(evaluation.firstValue) + state.slots[measure].aggregate]
            guard window.count > 0, value.isFinite else { return nil }
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
