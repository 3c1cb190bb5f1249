import GanzhiModel

// What rows say to their groups without being moved.
extension PlanState {
    /// How what a row says waits for its group.
    var recordForm: MemberRecord { MemberRecord(windowCount: windowCount, aggregateCount: aggregateCount) }

    /// What a row whose watermark has not reached an instant would say there, with the row as it was afterwards.
    ///
    /// - Parameters:
    ///   - instant: An instant, or the end of an open pane.
    ///   - open: Where it is the end of an open pane, the time that has come, and the instant up to which windows that do
    ///     not end there are closed.
    ///   - records: Where what it says is kept; the record is 0 where no window has a result.
    mutating func look(
        _ row: Row,
        at instant: Int64,
        open: (time: Int64, closed: Int64)? = nil,
        records: inout WordPool,
        output: inout WindowOutput
    ) -> (record: UInt32, isFresh: Bool) {
        let last = grids[gridCount - 1]
        let beside = last.offset + last.paneCount * last.form.bytes
        let words = (plan.layout.areaBytes - beside + 7) / 8
        while aside.count < words { aside.append(0) }
        aside.withUnsafeMutableBytes {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: row.area + beside, count: plan.layout.areaBytes - beside))
        }
        // Closing a session lets go of its readings.
        for session in 0..<plan.layout.sessionCount {
            sessions(row)[session].log = sessions(row)[session].log.copy(pool: &pool)
        }
        let reports = output.reports.count
        let windows = output.windows.count
        let values = output.values.count
        // A row that has come further is not moved back.
        let closed = Swift.max(open?.closed ?? instant, row.header.pointee.watermark)
        if hasOwnEnds { closeOwnEnds(row, upTo: closed, block: 0, output: &output) }
        for index in 0..<windowCount {
            let window = self.windows + index
            guard window.pointee.standing >= 0, window.pointee.spec.kind == .hopping, !window.pointee.endsWithDays
            else { continue }
            // An end that the row has not come to is no end that was passed over.
            let end = lastEnd(of: window, upTo: closed)
            if end >= row.header.pointee.nextInstant { refreshStanding(window, row, instant: end) }
        }
        if let open {
            evaluateOpen(row, end: instant, time: open.time, come: closed, block: 0, output: &output)
        } else {
            evaluate(row, instant: instant, block: 0, output: &output)
        }
        let said = takeRecord(in: &records, &output)
        output.reports.removeLast(to: reports)
        output.windows.removeLast(to: windows)
        output.values.removeLast(to: values)
        for session in 0..<plan.layout.sessionCount { sessions(row)[session].log.release(pool: &pool) }
        aside.withUnsafeBytes {
            if let aside = $0.baseAddress, plan.layout.areaBytes > beside {
                (row.area + beside).copyMemory(from: aside, byteCount: plan.layout.areaBytes - beside)
            }
        }
        return said
    }

    /// What a row says at the end of its open pane when a reading has just come.
    mutating func lookOpen(
        _ row: Row,
        end: Int64,
        time: Int64,
        records: inout WordPool,
        output: inout WindowOutput
    ) -> (record: UInt32, isFresh: Bool) {
        let come = row.header.pointee.nextInstant - 1
        evaluateOpen(row, end: end, time: time, come: come, block: 0, output: &output)
        return takeRecord(in: &records, &output)
    }

    /// Whether a result stands, or is to come, for which no end comes that takes it away: that of a sliding window or a
    /// session.
    func outlastsReadings(_ row: Row) -> Bool {
        guard keepsReadings else { return false }
        for index in 0..<windowCount where windows[index].spec.kind != .hopping {
            if standing(row, windows[index]).pointee.count > 0 { return true }
        }
        return nextOwnEnd(row) != nil
    }

    /// Whether a row says something to its group at instants that its readings do not reach any more, which are not so many
    /// that they would make the group close early.
    func hasLastingPart(_ row: Row, from instant: Int64, to watermark: Int64) -> Bool {
        guard isGrouped, keepsReadings, member(of: row) != nil, outlastsReadings(row) else { return false }
        return step.index(of: watermark, calendar) - step.index(of: instant, calendar) < Cohort.maximumWaiting / 2
    }

    /// Lets what a row said, and what still waits for its group, be what a reading makes of it that came late.
    ///
    /// - Parameter reports: Reports of the windows that the reading revised.
    func revise(
        _ reports: Range<Int>,
        by reading: PaneReading,
        of row: Row,
        as member: UInt32,
        _ output: borrowing WindowOutput
    ) {
        guard let cohort else { return }
        let closed = cohort.pointee.closed(of: member)
        for number in reports {
            let report = output.reports[number]
            let window = windows + Int(report.window)
            let end = output.windows[Int(report.result)].end.microseconds
            // Where it stands between its ends, it was said at all instants up to the next one.
            let until = window.pointee.standing >= 0 ? nextEnd(of: window, after: end) : end + 1
            var instant = step.next(after: Swift.max(end - 1, closed), calendar)
            while instant < Swift.min(until, row.header.pointee.nextInstant) {
                let places = aggregatesOfWindow[Int(report.window)]
                let record = record(of: row, as: member, at: instant, in: cohort)
                recordForm.revise(record, report, aggregates: places, output, in: cohort.pointee.pool)
                instant = step.next(after: instant, calendar)
            }
        }
        guard reading.quality != .bad else { return }
        let instant = step.next(after: reading.time, calendar)
        let watermark = row.header.pointee.watermark
        if instant > closed, instant <= watermark, instant > watermark - revise {
            cohort.pointee.freshen(member, at: instant)
        }
    }

    /// What a row said at an instant that waits; where that is nothing, that none of its windows has a result there.
    private func record(
        of row: Row,
        as member: UInt32,
        at instant: Int64,
        in cohort: UnsafeMutablePointer<Cohort>
    ) -> UInt32 {
        let waiting = cohort.pointee.record(of: member, at: instant)
        if waiting != 0 { return waiting }
        let record = recordForm.storeEmpty(row, place: place, in: &cohort.pointee.pool) { number in
            let window = windows + number
            guard window.pointee.spec.kind == .hopping else { return WindowResult(start: instant, end: instant) }
            let end = lastEnd(of: window, upTo: instant)
            return WindowResult(start: start(of: window, end: end), end: end)
        }
        cohort.pointee.keep(record, of: member, at: instant)
        return record
    }

    /// The end of a window that follows one.
    private func nextEnd(of window: UnsafeMutablePointer<PlanLayout.Window>, after end: Int64) -> Int64 {
        let grid = grids + window.pointee.grid
        return grid.pointee.pane.start(of: grid.pointee.pane.index(of: end, calendar) + grid.pointee.hopPanes, calendar)
    }

    /// Takes the last evaluation back out of the output, and keeps what it says.
    private func takeRecord(
        in records: inout WordPool,
        _ output: inout WindowOutput
    ) -> (record: UInt32, isFresh: Bool) {
        let evaluation = output.evaluations[output.evaluations.count - 1]
        let record = recordForm.store(evaluation, output, place: place, in: &records)
        output.takeBackEvaluation()
        return (record, evaluation.isFresh)
    }
}
