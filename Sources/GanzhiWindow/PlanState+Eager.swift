import GanzhiModel

// Evaluations that do not wait for windows to end.
extension PlanState {
    /// End of the open pane that holds a time.
    func openEnd(_ time: Int64) -> Int64 { grids[freshGrid].pane.next(after: time, calendar) }

    /// The end of the windows that a row of this plan has a part with where another's open pane ends.
    ///
    /// - Parameter time: The time that has come, which the other's pane holds.
    func openEnd(_ time: Int64, for end: Int64) -> Int64 {
        grids[freshGrid].pane.floor(end, calendar) == end ? end : openEnd(time)
    }

    /// Evaluates a row where a reading newer than all of its others has come.
    mutating func evaluateEagerly(_ row: Row, time: Int64, block: Int32, output: inout WindowOutput) {
        let come = row.header.pointee.nextInstant - 1
        evaluateOpen(row, end: openEnd(time), time: time, come: come, block: block, output: &output)
    }

    /// Computes what windows that end with an open pane hold so far, beside what stands, and changes nothing.
    ///
    /// - Parameters:
    ///   - end: The end of the pane.
    ///   - time: The time that has come: what is after it is not yet expected.
    ///   - come: The time that the windows which stand have come to.
    mutating func evaluateOpen(
        _ row: Row,
        end: Int64,
        time: Int64,
        come: Int64,
        block: Int32,
        output: inout WindowOutput
    ) {
        let firstValue = output.values.count
        let firstWindow = output.windows.count
        let values = output.values.append(.nan, count: aggregateCount)
        for index in 0..<windowCount {
            let window = windows + index
            if window.pointee.standing < 0 {
                var result = merge(window, row, end: end)
                let interval = row.facts.pointee.expectedInterval
                if interval > 0 {
                    let elapsed = time - result.start.microseconds
                    let expected = Double(elapsed) / Double(interval)
                    result.coverage = elapsed > 0 ? Swift.min(1, Double(result.count) / expected) : 1
                }
                output.windows.append(result)
                if result.count > 0 { compute(window, row, result) { values[$0] = $1 } }
                releaseWhole(window)
                continue
            }
            let standing = standing(row, window.pointee).pointee
            if window.pointee.spec.kind == .hopping, !window.pointee.endsWithDays {
                let last = lastEnd(of: window, upTo: come)
                if standing.end.microseconds != last {
                    // An end that was passed over without evaluation held nothing.
                    output.windows.append(WindowResult(start: start(of: window, end: last), end: last))
                    continue
                }
            }
            output.windows.append(standing)
            copyStandingValues(window, row, to: values)
        }
        output.evaluations.append(
            Evaluation(
                block: block,
                plan: self.index,
                series: row.id,
                row: row.number.pointee,
                feed: row.series.pointee.feed,
                isFresh: isFresh(row, at: end),
                isEager: true,
                instant: Timestamp(microseconds: end),
                firstWindow: Int32(firstWindow),
                firstValue: Int32(firstValue)
            )
        )
    }

    /// Start of a window by its end.
    func start(of window: UnsafeMutablePointer<PlanLayout.Window>, end: Int64) -> Int64 {
        let grid = grids + window.pointee.grid
        return grid.pointee.pane.start(
            of: grid.pointee.pane.index(of: end, calendar) - window.pointee.sizePanes,
            calendar
        )
    }
}
