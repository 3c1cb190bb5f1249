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
        output.removeAll()
        windows.process(
            batch.slices,
            running: batch.running,
            feedCount: feeds.count,
            readings: batch.readings.readings,
            into: &output
        )
        countReadings()
        var evaluation = 0
        var report = 0
        var learned = 0
        for block in batch.slices.indices {
            while learned < learnedUnits.count, learnedUnits[learned].block <= block {
                bindScenarios(metric: learnedUnits[learned].metric)
                learned += 1
            }
            let first = evaluation
            while evaluation < output.evaluations.count, output.evaluations[evaluation].block == block {
                evaluation += 1
            }
            let firstReport = report
            while report < output.reports.count, output.reports[report].block == block { report += 1 }
            if windowLines != nil { writeLines(first..<evaluation, reports: firstReport..<report) }
            if first < evaluation { judge(first..<evaluation, block: block) }
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
        into commit: inout Commit,
        afterInstant: (inout Commit, inout Pipeline) throws -> Void
    ) rethrows {
        flush(into: &commit)
        position += 1
        rankKeys()
        output.removeAll()
        while windows.finishNext(into: &output) {
            if windowLines != nil { writeLines(output.evaluations.indices, reports: output.reports.indices) }
            judge(output.evaluations.indices, block: nil)
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
                watchedBy: routing.watchers(of: channel, in: generation.catalogue)
            )
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
