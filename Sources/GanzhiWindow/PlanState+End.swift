import GanzhiModel

// The end of input.
extension PlanState {
    /// The row's next end of a window, or instant before one, if that window holds a reading.
    func nextOpenEnd(_ row: Row) -> Int64? {
        guard row.header.pointee.newest != .min else { return nil }
        guard let last = lastOpenEnd(row) else { return nil }
        let instant = row.header.pointee.nextInstant
        let next = isSparse(row, at: instant) ? nextCoarseEnd(row, from: instant) : instant
        let end = Swift.min(next ?? .max, nextOwnEnd(row) ?? .max)
        return end <= last ? end : nil
    }

    /// Evaluates what ends at a time that ``nextOpenEnd(_:)`` named, whatever the watermark.
    mutating func finish(_ row: Row, at time: Int64, output: inout WindowOutput) {
        row.header.pointee.watermark = Swift.max(row.header.pointee.watermark, time)
        if hasOwnEnds { closeOwnEnds(row, upTo: time, block: 0, output: &output) }
        guard row.header.pointee.nextInstant <= time, step.floor(time, calendar) == time else { return }
        evaluate(row, instant: time, block: 0, output: &output)
        if isGrouped { keep(row, &output) }
        row.header.pointee.nextInstant = step.next(after: time, calendar)
    }

    /// End of the last window that holds a reading.
    private func lastOpenEnd(_ row: Row) -> Int64? {
        var last: Int64?
        for index in 0..<windowCount {
            let window = windows + index
            let end: Int64?
            switch window.pointee.spec.kind {
            case .hopping:
                end =
                    lastEnd(of: window, holding: row.header.pointee.newest)
                    ?? lastEndOfPanes(window, row)
            case .sliding: end = row.header.pointee.newest
            case .session: end = row.header.pointee.newest + window.pointee.spec.size.microseconds
            }
            if let end { last = Swift.max(last ?? end, end) }
        }
        return last
    }

    /// The same where the newest reading lies between windows, but an older one in a window that may be open.
    private func lastEndOfPanes(_ window: UnsafeMutablePointer<PlanLayout.Window>, _ row: Row) -> Int64? {
        let grid = grids + window.pointee.grid
        let newest = grid.pointee.pane.index(of: row.header.pointee.newest, calendar)
        var last: Int64?
        for back in 1..<Int64(Swift.max(2, grid.pointee.paneCount)) {
            let number = newest - back
            let head = pane(row, grid, number).assumingMemoryBound(to: Pane.self)
            guard head.pointee.number == UInt32(truncatingIfNeeded: number), !head.pointee.isEmpty else { continue }
            if let end = lastEnd(of: window, holding: grid.pointee.pane.start(of: number, calendar)) {
                last = Swift.max(last ?? end, end)
            }
        }
        return last
    }
}
