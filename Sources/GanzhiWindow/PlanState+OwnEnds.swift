import GanzhiModel

// Windows that end at other times than instants of evaluation: with readings, or with days.
extension PlanState {
    /// Reports the windows that end up to a time.
    mutating func closeOwnEnds(_ row: Row, upTo time: Int64, block: Int32, output: inout WindowOutput) {
        for index in 0..<windowCount {
            let window = windows + index
            switch window.pointee.spec.kind {
            case .hopping:
                if window.pointee.endsWithDays { closeDays(window, row, upTo: time, block: block, output: &output) }
            case .sliding:
                var place = firstUnreported(row)
                while let end = nextSlidingEnd(row, from: &place), end <= time {
                    report(window, row, start: end - window.pointee.spec.size.microseconds, end: end, block, &output)
                }
            case .session:
                while let session = openSession(window, row), session.end <= time {
                    report(window, row, start: session.first, end: session.end, block, &output)
                    dropSession(window, row, end: session.end)
                }
            }
        }
        if keepsReadings { readings(row).pointee.reported = Swift.max(readings(row).pointee.reported, time) }
    }

    /// The next end after what was reported; `nil` where none is open.
    func nextOwnEnd(_ row: Row) -> Int64? {
        guard hasOwnEnds else { return nil }
        var next: Int64?
        for index in 0..<windowCount {
            let window = windows + index
            let end: Int64?
            switch window.pointee.spec.kind {
            case .hopping: end = window.pointee.endsWithDays ? nextDaysEnd(window, row) : nil
            case .sliding:
                var place = firstUnreported(row)
                end = nextSlidingEnd(row, from: &place)
            case .session: end = openSession(window, row)?.end
            }
            if let end { next = Swift.min(next ?? end, end) }
        }
        return next
    }

    /// Place of the first reading in the log whose sliding window was not reported.
    private func firstUnreported(_ row: Row) -> Int {
        let readings = readings(row)
        return readings.pointee.log.bounds(from: .min, to: after(readings.pointee.reported), pool: pool).upperBound
    }

    // MARK: Days

    /// Closes windows of days, and lets the last one stand.
    private mutating func closeDays(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        upTo time: Int64,
        block: Int32,
        output: inout WindowOutput
    ) {
        while let end = nextDaysEnd(window, row), end <= time {
            let grid = grids + window.pointee.grid
            let number = grid.pointee.pane.index(of: end, calendar)
            let start = grid.pointee.pane.start(of: number - window.pointee.sizePanes, calendar)
            guard row.header.pointee.newest != .min, start <= row.header.pointee.newest else {
                // Nothing reaches this end or a later one.
                let last = lastEnd(of: window, upTo: time)
                skipRevisions(row, window, from: end, to: last)
                standEmpty(window, row, end: last)
                return
            }
            let result = merge(window, row, end: end)
            stand(result, window, row)
            releaseWhole(window)
            if window.pointee.revisions >= 0 { noteReported(row, window, end: end, isReported: result.count > 0) }
            if result.count > 0 { reportStanding(window, row, block, &output) }
        }
    }

    /// The end that follows the one that stands.
    private func nextDaysEnd(_ window: UnsafeMutablePointer<PlanLayout.Window>, _ row: Row) -> Int64? {
        guard row.header.pointee.hasBegun else { return nil }
        let standing = standing(row, window.pointee).pointee.end.microseconds
        let grid = grids + window.pointee.grid
        let hop = grid.pointee.hopPanes
        let number = TimeGrid.floorDivide(grid.pointee.pane.index(of: standing, calendar), hop) * hop + hop
        return grid.pointee.pane.start(of: number, calendar)
    }

    /// Lets windows of days stand at their last end before the first reading, which held none.
    func beginOwnEnds(_ row: Row) {
        for index in 0..<windowCount where windows[index].endsWithDays {
            standEmpty(windows + index, row, end: lastEnd(of: windows + index, upTo: row.header.pointee.watermark))
        }
    }

    private func standEmpty(_ window: UnsafeMutablePointer<PlanLayout.Window>, _ row: Row, end: Int64) {
        standing(row, window.pointee).pointee = WindowResult(start: end, end: end)
        let values = standingValues(row, window.pointee)
        for place in aggregatesOfWindow[window - windows].indices { values[place] = .nan }
    }

    // MARK: Reports

    /// Adds a report of a result; the values of its aggregates are to follow.
    func appendReport(
        of result: WindowResult,
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        _ block: Int32,
        _ output: inout WindowOutput
    ) {
        output.reports.append(
            WindowReport(
                block: block,
                plan: self.index,
                series: row.id,
                row: row.number.pointee,
                window: Int32(window - windows),
                result: Int32(output.windows.count),
                firstValue: Int32(output.values.count)
            )
        )
        output.windows.append(result)
    }

    /// Reports the result that stands.
    func reportStanding(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        _ block: Int32,
        _ output: inout WindowOutput
    ) {
        appendReport(of: standing(row, window.pointee).pointee, window, row, block, &output)
        let values = standingValues(row, window.pointee)
        for place in aggregatesOfWindow[window - windows].indices { output.values.append(values[place]) }
    }
}
