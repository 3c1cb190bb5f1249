import GanzhiCatalogue
import GanzhiFeeds
public import GanzhiModel
import GanzhiWarnings
import GanzhiWindow
import HeapModule

extension Pipeline {
    /// Number of blocks that wait for a flush.
    public var pendingBlocks: Int { batch.slices.count }

    /// Takes the blocks added since the last flush through windows and ladders.
    ///
    /// - Parameter commit: Gets what they changed, behind what it holds, and the new position.
    public mutating func flush(into commit: inout Commit) {
        registerChannels()
        output.removeAll()
        windows.process(
            batch.slices, running: batch.running, feedCount: feeds.count, readings: batch.readings.readings,
            into: &output)
        countReadings()
        var evaluation = 0
        var learned = 0
        for block in batch.slices.indices {
            while learned < batch.learnedUnits.count, batch.learnedUnits[learned].block <= block {
                bindScenarios(metric: batch.learnedUnits[learned].metric)
                learned += 1
            }
            let first = evaluation
            while evaluation < output.evaluations.count, output.evaluations[evaluation].block == block {
                evaluation += 1
            }
            if first < evaluation { judge(first..<evaluation, block: block, running: runningTimes(at: block)) }
            markStale(block: block)
            emitDrafts(into: &commit)
            emitFeedEvent(block: block, into: &commit)
        }
        batch.removeAll()
        books.close(into: &commit)
        commit.position = position
    }

    /// Ends the input: closes every open window up to its last reading, in the order of instants.
    ///
    /// - Parameters:
    ///   - commit: Gets what that changed.
    ///   - afterInstant: Called after each instant with the commit so far, so that nothing needs to pile up.
    public mutating func finish(
        into commit: inout Commit, afterInstant: (inout Commit, inout Pipeline) throws -> Void
    ) rethrows {
        flush(into: &commit)
        position += 1
        let runningNow = running.feeds
        output.removeAll()
        while windows.finishNext(into: &output) {
            judge(output.evaluations.indices, block: nil, running: runningNow)
            emitDrafts(into: &commit)
            output.removeAll()
            try afterInstant(&commit, &self)
        }
        commit.position = position
    }

    private mutating func registerChannels() {
        for channel in batch.readings.newChannels {
            channels.append(channel)
            windows.register(
                expectedInterval: normaliser.expectedInterval(of: UInt32(channels.count - 1)),
                watchedBy: routing.watchers(of: channel, in: generation.catalogue))
        }
    }

    /// Books what became of the readings of each block.
    private mutating func countReadings() {
        var notable = 0
        var reading = 0
        for (block, slice) in batch.slices.enumerated() where slice.count > 0 {
            let feed = feeds[slice.feed].name
            let end = reading + slice.count
            var applied = slice.count
            let countsUnknown = !generation.catalogue.devices.isEmpty
            var unknown = 0
            if countsUnknown {
                unknown = batch.readings.readings[reading..<end].count { !normaliser.isKnownDevice($0.channel) }
            }
            while notable < output.notable.count, output.notable[notable].reading < end {
                let entry = output.notable[notable]
                let column: LedgerColumn =
                    switch entry.outcome {
                    case .duplicate: .readingsDuplicate
                    case .late: .readingsLate
                    case .partlyLate: .readingsPartlyLate
                    }
                let value = batch.readings.readings[entry.reading]
                if entry.outcome != .partlyLate {
                    applied -= 1
                    if countsUnknown, !normaliser.isKnownDevice(value.channel) { unknown -= 1 }
                }
                let channel = channels[Int(value.channel)]
                books.add(
                    column, feed: feed, reason: "", received: slice.now, topic: batch.blocks[block].topic,
                    detail: "\(channel.device) \(channel.metric) \(value.value) at \(value.time.rfc3339)")
                notable += 1
            }
            books.add(.readingsApplied, feed: feed, count: applied)
            books.add(.readingsUnknownDevice, feed: feed, count: unknown)
            reading = end
        }
    }

    private func runningTimes(at block: Int) -> [Int64] {
        Array(batch.running[(block * feeds.count)..<((block + 1) * feeds.count)])
    }

    // MARK: Judging

    /// Reports the windows of the evaluations of one block in their order, and moves the ladders.
    ///
    /// - Parameter block: Index of the block in the batch; `nil` for the end of input.
    private mutating func judge(_ evaluations: Range<Int>, block: Int?, running: [Int64]) {
        order.removeAll(keepingCapacity: true)
        for index in evaluations {
            for scenario in routing.scenariosOfPlan[Int(output.evaluations[index].plan)] {
                order.append((index, scenario))
            }
        }
        if order.count > 1 { sortOrder() }
        for (index, scenario) in order {
            report(output.evaluations[index], scenario: scenario)
            step(output.evaluations[index], scenario: scenario, block: block, running: running)
        }
    }

    /// Sorts by (instant, scenario, key); scenarios are numbered in code-point order.
    private mutating func sortOrder() {
        order.sort { left, right in
            let (a, b) = (output.evaluations[left.evaluation], output.evaluations[right.evaluation])
            if a.instant != b.instant { return a.instant < b.instant }
            if left.scenario != right.scenario { return left.scenario < right.scenario }
            if a.series == b.series { return left.evaluation < right.evaluation }
            return channels[Int(a.series)].device.precedesByCodePoint(channels[Int(b.series)].device)
        }
    }

    private mutating func report(_ evaluation: Evaluation, scenario: Int) {
        guard windowLines != nil, evaluation.firstWindow >= 0 else { return }
        let state = routing.scenarios[scenario]
        let key = channels[Int(evaluation.series)].device
        for (measure, window) in zip(state.scenario.measures, state.windowOfMeasure) {
            let result = output.windows[Int(evaluation.firstWindow) + window]
            if result.count > 0, result.end == evaluation.instant {
                windowLines?.append(scenario: state.scenario.id, key: key, measure: measure, window: result)
            }
        }
    }

    private mutating func step(_ evaluation: Evaluation, scenario: Int, block: Int?, running: [Int64]) {
        let key = Int(evaluation.row)
        let mayDecide = evaluation.isFresh || routing.scenarios[scenario].scenario.quietCounts
        guard evaluation.firstWindow >= 0, mayDecide, let program = routing.scenarios[scenario].program else {
            routing.scenarios[scenario].book.noteUnknown(key: key, at: evaluation.instant)
            return
        }
        measure(evaluation, scenario: scenario)
        let before = routing.scenarios[scenario].book.state(of: key)
        let step = routing.scenarios[scenario].book.step(
            key: key, at: evaluation.instant, values: values, feed: evaluation.feed,
            running: running[Int(evaluation.feed)], program: program)
        routing.scenarios[scenario].note(key: key, series: evaluation.series)
        let after = routing.scenarios[scenario].book.state(of: key)
        if after.rung >= 0, before.rung < 0 || before.isStale && !after.isStale || before.feed != after.feed {
            watchStaleness(scenario: scenario, key: key)
        }
        guard let transition = step.transition else { return }
        drafts.append(
            EventDraft(
                kind: .transition(transition), scenario: scenario, key: key, instant: evaluation.instant,
                decided: decided(at: block), block: sequence(of: block),
                sequence: routing.scenarios[scenario].book.nextSequence(of: key), episode: after.episode,
                raised: after.raised, rung: after.rung < 0 ? nil : Int(after.rung),
                previous: before.rung < 0 ? nil : program.ladder.rungs[Int(before.rung)].level,
                evidence: evidence(for: transition, program: program, evaluation: evaluation, scenario: scenario),
                truths: program.when.indices.map(step.truth(ofRung:))))
    }

    /// Fills ``values`` with the scenario's measures; `nan` where one is unknown.
    private mutating func measure(_ evaluation: Evaluation, scenario: Int) {
        let state = routing.scenarios[scenario]
        values.removeAll(keepingCapacity: true)
        for (measure, window) in zip(state.scenario.measures, state.windowOfMeasure) {
            let result = output.windows[Int(evaluation.firstWindow) + window]
            let isBacked = result.count > 0 && result.coverage >= state.scenario.ladder.minimumCoverage
            values.append(isBacked ? result.value(measure.function) : .nan)
        }
    }

    /// The measures that the deciding condition names and that have a result, as declared.
    private func evidence(
        for transition: Transition, program: LadderProgram, evaluation: Evaluation, scenario: Int
    ) -> [EventDraft.Evidence] {
        let deciding = program.deciding(transition)
        let named = Set(deciding.flatMap(\.measures)).sorted()
        let state = routing.scenarios[scenario]
        return named.compactMap { measure in
            let window = output.windows[Int(evaluation.firstWindow) + state.windowOfMeasure[measure]]
            let value = window.count > 0 ? window.value(state.scenario.measures[measure].function) : .nan
            guard value.isFinite else { return nil }
            return EventDraft.Evidence(
                measure: measure, value: value, window: window,
                thresholds: deciding.flatMap(\.thresholds).filter { $0.measure == measure })
        }
    }

    private func decided(at block: Int?) -> Timestamp { block.map { batch.slices[$0].now } ?? now }

    private func sequence(of block: Int?) -> UInt64 { block.map { batch.blocks[$0].sequence } ?? position }

    // MARK: Staleness

    mutating func watchStaleness(scenario: Int, key: Int) {
        let state = routing.scenarios[scenario].book.state(of: key)
        let silence = routing.scenarios[scenario].scenario.ladder.silence.microseconds
        staleHeaps[Int(state.feed)].insert(
            StaleDeadline(time: state.lastKnown + silence, scenario: scenario, key: key))
    }

    /// Marks standing warnings stale that more than `silence` of running time has passed for, once a block.
    private mutating func markStale(block: Int) {
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
                        kind: .stale, scenario: next.scenario, key: next.key, instant: state.lastInstant,
                        decided: decided(at: block), block: sequence(of: block),
                        sequence: routing.scenarios[next.scenario].book.nextSequence(of: next.key),
                        episode: state.episode, raised: state.raised, rung: Int(state.rung),
                        previous: state.previous))
            }
        }
    }
}
