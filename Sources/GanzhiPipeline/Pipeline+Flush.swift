import GanzhiCatalogue
import GanzhiFeeds
public import GanzhiModel
import GanzhiWarnings
import GanzhiWindow
import HeapModule

extension Pipeline {
    /// Takes the blocks added since the last flush through windows and ladders.
    ///
    /// - Parameter commit: Gets what they changed, behind what it holds, and the new position.
    public mutating func flush(into commit: inout Commit) {
        let learnedUnits = normalise()
        registerChannels()
        watchDevices()
        output.removeAll()
        windows.process(
            batch.slices,
            running: batch.running,
            feedCount: feeds.count,
            readings: batch.readings.readings,
            into: &output
        )
        countReadings()
        noteNewestInstant()
        var next = BlockOutputs()
        var learned = 0
        for block in batch.slices.indices {
            let first = learned
            while learned < learnedUnits.count, learnedUnits[learned].block <= block {
                bindScenarios(metric: learnedUnits[learned].metric)
                learned += 1
            }
            // Ladders are the same up to the block that tells the next unit.
            if block == 0 || learned > first {
                let end = learned < learnedUnits.count ? learnedUnits[learned].block : batch.slices.count
                findInterest(next.evaluations(before: end, in: output))
            }
            next.advance(to: block, in: output)
            releaseSuppressed(now: batch.slices[block].now, into: &commit)
            if let command = batch.blocks[block].command { obey(command, into: &commit) }
            if windowLines != nil { writeLines(next.evaluations, next.groups, reports: next.reports) }
            judge(next.evaluations, groups: next.groups, reports: next.reports, block: block)
            markStale(block: block)
            emitDrafts(into: &commit)
            if suppressions.hasChanged { releaseSuppressed(now: batch.slices[block].now, into: &commit) }
            emitDeviceEvents(block: block, into: &commit)
            emitFeedEvent(block: block, into: &commit)
        }
        takeTraces(into: &commit)
        batch.removeAll()
        books.close(into: &commit)
        commit.position = position
    }

    private mutating func watchDevices() {
        deviceChanges.removeAll(keepingCapacity: true)
        nextDeviceChange = 0
        deviceWatch.watch(batch.slices, batch.readings.readings, running: batch.running, into: &deviceChanges)
    }

    private mutating func takeTraces(into commit: inout Commit) {
        guard !traces.isEmpty else { return }
        commit.traces += traces
        traces.removeAll(keepingCapacity: true)
    }

    /// Ends the input: closes every open window up to its last reading, in the order of instants.
    ///
    /// - Parameters:
    ///   - commit: Gets what that changed.
    ///   - afterInstant: Called after each instant with the commit so far, so that nothing needs to pile up.
    public mutating func finish(
        into commit: inout Commit,
        afterInstant: (inout Commit, inout Pipeline) throws -> Void
    ) rethrows {
        flush(into: &commit)
        position += 1
        rankKeys()
        output.removeAll()
        while windows.finishNext(into: &output) {
            let (evaluations, groups, reports) = (
                output.evaluations.indices, output.groups.indices, output.reports.indices
            )
            if windowLines != nil { writeLines(evaluations, groups, reports: reports) }
            findInterest(evaluations)
            judge(evaluations, groups: groups, reports: reports, block: nil)
            emitDrafts(into: &commit)
            takeTraces(into: &commit)
            output.removeAll()
            try afterInstant(&commit, &self)
        }
        commit.position = position
    }

    private mutating func registerChannels() {
        for channel in batch.readings.newChannels {
            let series = UInt32(channels.count)
            channels.append(channel)
            deviceWatch.register(channel)
            let watched = routing.join(channel, series: series, in: generation.catalogue)
            windows.register(
                expectedInterval: normaliser.expectedInterval(of: series),
                watchedBy: watched.plans,
                groups: watched.groups
            )
            noteRows(of: series, plans: watched.plans)
        }
    }

    /// Takes note of which row of each plan belongs to a series.
    mutating func noteRows(of series: UInt32, plans: [Int]) {
        for plan in plans {
            guard let row = windows.row(ofSeries: Int(series), plan: plan) else { continue }
            while routing.seriesOfRow[plan].count <= row { routing.seriesOfRow[plan].append(.max) }
            routing.seriesOfRow[plan][row] = series
        }
    }

    /// Books what became of the readings of each block.
    private mutating func countReadings() {
        var notable = 0
        var reading = 0
        for (block, slice) in batch.slices.enumerated() where slice.count > 0 {
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
                    case .revised: .readingsRevised
                    case .partlyLate: .readingsPartlyLate
                    }
                let value = batch.readings.readings[entry.reading]
                if entry.outcome != .partlyLate {
                    applied -= 1
                    if countsUnknown, !normaliser.isKnownDevice(value.channel) { unknown -= 1 }
                }
                let channel = channels[Int(value.channel)]
                books.add(
                    column,
                    feed: feeds[slice.feed].name,
                    reason: "",
                    received: slice.now,
                    topic: batch.blocks[block].topic,
                    detail: "\(channel.device) \(channel.metric) \(value.value) at \(value.time.rfc3339)"
                )
                notable += 1
            }
            books.count(feed: slice.feed) {
                $0.applied += applied
                $0.unknownDevice += unknown
            }
            reading = end
        }
    }
}
