import GanzhiModel

// Windows that are reported again.
extension PlanState {
    /// Reports every final window again that holds a late reading, which its pane has taken in.
    mutating func reviseWindows(holding time: Int64, _ row: Row, block: Int32, output: inout WindowOutput) {
        let watermark = row.header.pointee.watermark
        for index in 0..<windowCount {
            let window = windows + index
            let grid = grids + window.pointee.grid
            let hop = grid.pointee.hopPanes
            let number = grid.pointee.pane.index(of: time, calendar)
            var endNumber = (TimeGrid.floorDivide(number, hop) + 1) * hop
            while endNumber - window.pointee.sizePanes <= number {
                let end = grid.pointee.pane.start(of: endNumber, calendar)
                if end > watermark { break }
                if end > watermark - revise { revise(window, row, end: end, block: block, output: &output) }
                endNumber += hop
            }
        }
    }

    private mutating func revise(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        end: Int64,
        block: Int32,
        output: inout WindowOutput
    ) {
        var result = merge(window, row, end: end)
        guard result.count > 0 else { return }
        let reported = revisionCount(row, window, end: end)
        result.revision = reported.pointee
        reported.pointee += 1
        appendReport(of: result, window, row, block, &output)
        compute(window, row, result) { output.values.append($1) }
        if window.pointee.standing >= 0, end == lastEnd(of: window, upTo: row.header.pointee.watermark) {
            stand(result, window, row)
        }
        releaseWhole(window)
    }

    /// The last end of a window up to a time.
    func lastEnd(of window: UnsafeMutablePointer<PlanLayout.Window>, upTo time: Int64) -> Int64 {
        let grid = grids + window.pointee.grid
        let hop = grid.pointee.hopPanes
        let number = TimeGrid.floorDivide(grid.pointee.pane.index(of: time, calendar), hop) * hop
        return grid.pointee.pane.start(of: number, calendar)
    }

    /// Remembers that a window became final, and whether it was reported then.
    func noteReported(
        _ row: Row,
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        end: Int64,
        isReported: Bool
    ) {
        revisionCount(row, window, end: end).pointee = isReported ? 1 : 0
    }

    /// Forgets the counts of windows that are passed over without evaluation.
    func skipRevisions(_ row: Row, from first: Int64, to last: Int64) {
        guard revise > 0 else { return }
        for index in 0..<windowCount where !windows[index].endsWithDays {
            skipRevisions(row, windows + index, from: first, to: last)
        }
    }

    /// Forgets the counts of one window.
    func skipRevisions(
        _ row: Row,
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        from first: Int64,
        to last: Int64
    ) {
        guard revise > 0 else { return }
        let grid = grids + window.pointee.grid
        let hop = grid.pointee.hopPanes
        var number = TimeGrid.floorDivide(grid.pointee.pane.index(of: last, calendar), hop) * hop
        for _ in 0..<plan.layout.revisionCount {
            let end = grid.pointee.pane.start(of: number, calendar)
            if end < first { break }
            revisionCount(row, window, end: end).pointee = 0
            number -= hop
        }
    }

    /// How often the window with this end was reported.
    private func revisionCount(
        _ row: Row,
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        end: Int64
    ) -> UnsafeMutablePointer<UInt32> {
        let grid = grids + window.pointee.grid
        let number = TimeGrid.floorDivide(grid.pointee.pane.index(of: end, calendar), grid.pointee.hopPanes)
        let slot = Int(TimeGrid.modulo(number, Int64(plan.layout.revisionCount)))
        return (row.area + window.pointee.revisions).assumingMemoryBound(to: UInt32.self) + slot
    }
}
