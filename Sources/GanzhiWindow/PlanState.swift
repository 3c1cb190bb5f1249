import CGanzhi
import GanzhiModel

/// A plan at work: the rows and panes of the series it watches.
struct PlanState: ~Copyable {
    let plan: Plan
    var rows: ChunkedTable<PlanRow>
    private var panes: ChunkedTable<Pane>
    /// Last results of the windows that end less often than the plan evaluates; they stand until their next end.
    private var standing: ChunkedTable<WindowResult>
    private let every: Int64
    private let lateness: Int64
    let idle: Int64
    private let pane: Int64
    private let paneCount: Int64
    private let reach: Int64
    /// The number that evaluations carry.
    var index: Int32

    init(_ plan: Plan, index: Int) {
        self.plan = plan
        self.index = Int32(index)
        rows = ChunkedTable(empty: PlanRow())
        panes = ChunkedTable(elementsPerItem: plan.paneCount, empty: Pane())
        standing = ChunkedTable(elementsPerItem: plan.standingCount, empty: WindowResult(start: .never, end: .never))
        every = plan.every.microseconds
        lateness = plan.lateness.microseconds
        idle = plan.idle.microseconds
        pane = plan.pane.microseconds
        paneCount = Int64(plan.paneCount)
        reach = plan.reach.microseconds
    }

    /// Gives a series a row.
    mutating func addRow(series: UInt32) -> UInt32 {
        let row = rows.append()
        rows[row].pointee.series = series
        _ = panes.append()
        _ = standing.append()
        return UInt32(row)
    }

    /// Asks for the memory that a reading of this time will need.
    @inline(__always)
    func prefetch(row: Int, time: Int64) {
        ganzhi_prefetch(rows[row])
        let slot = UnsafeRawPointer(panes[row] + Int(Self.modulo(Self.floorDivide(time, pane), paneCount)))
        ganzhi_prefetch(slot)
        ganzhi_prefetch(slot + MemoryLayout<Pane>.size - 1)
    }

    /// What became of a reading in this plan.
    enum Outcome { case applied, partlyLate, late }

    /// Judges a reading, closes what its arrival makes final, and adds it to its pane.
    ///
    /// The windows that it closes end at or before its own time, so none of them holds it: closing before adding gives
    /// the same results as after, and the row's panes never need to reach further than ``Plan/paneCount``.
    @inline(__always)
    mutating func apply(
        row rowIndex: Int,
        series: UnsafeMutablePointer<SeriesRecord>,
        time: Int64,
        value: Double,
        quality: Quality,
        received: Int64,
        block: Int32,
        output: inout WindowOutput
    ) -> Outcome {
        let row = rows[rowIndex]
        var outcome = Outcome.applied
        if time < row.pointee.watermark {
            outcome = judge(time: time, watermark: row.pointee.watermark)
            if outcome == .late { return .late }
        } else if time - lateness > row.pointee.watermark {
            advance(row: rowIndex, to: time - lateness, block: block, series: series, output: &output)
        }
        let index = Self.floorDivide(time, pane)
        guard index * pane >= row.pointee.nextInstant - reach else { return outcome }
        let slot = panes[rowIndex] + Int(Self.modulo(index, paneCount))
        if slot.pointee.index != index { slot.pointee = Pane(index: index) }
        slot.pointee.add(time: time, value: value, quality: quality, received: received)
        if index > row.pointee.newestPane { row.pointee.newestPane = index }
        return outcome
    }

    private func judge(time: Int64, watermark: Int64) -> Outcome {
        var isHeld = false
        var isOpen = false
        var misses = false
        for window in plan.windows {
            guard let end = window.lastEnd(holding: Timestamp(microseconds: time)) else { continue }
            isHeld = true
            if watermark >= end.microseconds { misses = true } else { isOpen = true }
        }
        if isHeld, !isOpen { return .late }
        return misses ? .partlyLate : .applied
    }

    /// Raises a row's watermark and evaluates the instants that this makes final.
    private mutating func advance(
        row rowIndex: Int,
        to watermark: Int64,
        block: Int32,
        series: UnsafeMutablePointer<SeriesRecord>,
        output: inout WindowOutput
    ) {
        let row = rows[rowIndex]
        row.pointee.watermark = watermark
        let last = Self.floorDivide(watermark, every) * every
        guard row.pointee.nextInstant != .min else {
            row.pointee.nextInstant = last + every
            return
        }
        while row.pointee.nextInstant <= last {
            let instant = row.pointee.nextInstant
            if !isBacked(row: rowIndex, instant: instant) {
                // Nothing reaches this instant or a later one: evaluations to come are unknown, the last stands for all.
                emitUnknown(row: rowIndex, instant: last, block: block, series: series, output: &output)
                row.pointee.nextInstant = last + every
                return
            }
            evaluate(row: rowIndex, instant: instant, block: block, series: series, output: &output)
            row.pointee.nextInstant = instant + every
        }
    }

    /// Whether a window that the instant looks at, or its last step, may hold a reading.
    private func isBacked(row: Int, instant: Int64) -> Bool {
        let newest = rows[row].pointee.newestPane
        return newest != .min && instant - reach < (newest + 1) * pane
    }

    private func emitUnknown(
        row: Int,
        instant: Int64,
        block: Int32,
        series: UnsafeMutablePointer<SeriesRecord>,
        output: inout WindowOutput
    ) {
        output.evaluations.append(
            Evaluation(
                block: block,
                plan: index,
                series: rows[row].pointee.series,
                row: UInt32(row),
                feed: series.pointee.feed,
                instant: Timestamp(microseconds: instant),
                isFresh: false,
                firstWindow: -1
            )
        )
    }

    private func evaluate(
        row: Int,
        instant: Int64,
        block: Int32,
        series: UnsafeMutablePointer<SeriesRecord>,
        output: inout WindowOutput
    ) {
        let panes = panes[row]
        output.evaluations.append(
            Evaluation(
                block: block,
                plan: index,
                series: rows[row].pointee.series,
                row: UInt32(row),
                feed: series.pointee.feed,
                instant: Timestamp(microseconds: instant),
                isFresh: isFresh(panes, from: instant - every, to: instant),
                firstWindow: Int32(output.windows.count)
            )
        )
        let expectedInterval = series.pointee.expectedInterval
        var standing = standing[row]
        for window in plan.windows {
            guard window.every != plan.every else {
                output.windows.append(merge(panes, window: window, end: instant, expectedInterval: expectedInterval))
                continue
            }
            // Between its ends a window is not merged again: what came since was late for it.
            let end = Self.floorDivide(instant, window.every.microseconds) * window.every.microseconds
            if end == instant {
                standing.pointee = merge(panes, window: window, end: end, expectedInterval: expectedInterval)
            } else if standing.pointee.end.microseconds != end {
                // An end that was passed over without evaluation held nothing.
                let time = Timestamp(microseconds: end)
                standing.pointee = WindowResult(start: time - window.size, end: time)
            }
            output.windows.append(standing.pointee)
            standing += 1
        }
    }

    private func isFresh(_ panes: UnsafeMutablePointer<Pane>, from start: Int64, to end: Int64) -> Bool {
        var index = Self.floorDivide(start, pane)
        while index * pane < end {
            let slot = panes + Int(Self.modulo(index, paneCount))
            if slot.pointee.index == index, slot.pointee.usable > 0 { return true }
            index += 1
        }
        return false
    }

    /// Merges the panes of one window, oldest first.
    private func merge(
        _ panes: UnsafeMutablePointer<Pane>,
        window: WindowSpec,
        end: Int64,
        expectedInterval: Int64
    ) -> WindowResult {
        let hop = window.every.microseconds
        let start = end - window.size.microseconds
        var whole = Pane()
        var slots: Int64 = 0
        var lastSlot = Int64.min
        var index = Self.floorDivide(start, pane)
        let endIndex = Self.floorDivide(end, pane)
        var slot = Int(Self.modulo(index, paneCount))
        while index < endIndex {
            let part = panes + slot
            if part.pointee.index == index {
                whole.merge(later: part.pointee)
                if part.pointee.usable > 0 {
                    // Slots are counted back from the end: the pane's last microsecond tells which it lies in.
                    let hopsBack = (end - (index + 1) * pane) / hop
                    if hopsBack != lastSlot {
                        slots += 1
                        lastSlot = hopsBack
                    }
                }
            }
            index += 1
            slot = slot + 1 == Int(paneCount) ? 0 : slot + 1
        }
        let coverage =
            expectedInterval > 0
            ? Swift.min(
                1,
                Double(whole.usable) / (Double(window.size.microseconds) / Double(expectedInterval))
            )
            : Double(slots) / Double((window.size.microseconds + hop - 1) / hop)
        return WindowResult(
            of: whole,
            start: Timestamp(microseconds: start),
            end: Timestamp(microseconds: end),
            coverage: coverage
        )
    }

    // MARK: Idleness

    /// Moves the watermark of a row that has fallen idle to the end of the step that holds its newest reading.
    mutating func markIdle(
        row rowIndex: Int,
        block: Int32,
        series: UnsafeMutablePointer<SeriesRecord>,
        output: inout WindowOutput
    ) {
        let row = rows[rowIndex]
        row.pointee.waitingIn = PlanRow.noFeed
        guard row.pointee.nextInstant != .min else { return }
        let stepEnd = Self.floorDivide(series.pointee.newest, every) * every + every
        if stepEnd > row.pointee.watermark {
            advance(row: rowIndex, to: stepEnd, block: block, series: series, output: &output)
        }
    }

    /// Lets the watermark of an idle row follow *now* − `idle`, and says at which *now* to come back.
    mutating func follow(
        row rowIndex: Int,
        now: Int64,
        block: Int32,
        series: UnsafeMutablePointer<SeriesRecord>,
        output: inout WindowOutput
    ) -> Int64? {
        let row = rows[rowIndex]
        guard row.pointee.nextInstant != .min else { return nil }
        if now - idle > row.pointee.watermark {
            advance(row: rowIndex, to: now - idle, block: block, series: series, output: &output)
        }
        return row.pointee.nextInstant + idle
    }

    // MARK: End of input

    /// The row's next instant, if a window that holds a reading ends there or later.
    func nextOpenInstant(row: Int) -> Int64? {
        let newest = rows[row].pointee.newestPane
        guard newest != .min else { return nil }
        let next = rows[row].pointee.nextInstant
        if let last = lastEnd(ofPane: newest) { return next <= last ? next : nil }
        // The newest pane lies between windows, but an older one may lie in a window that is still open.
        let isOpen = (0..<Int(paneCount)).contains { slot in
            let index = panes[row][slot].index
            return index != .min && lastEnd(ofPane: index).map { next <= $0 } ?? false
        }
        return isOpen ? next : nil
    }

    /// End of the last window that holds a pane, or `nil` where none does.
    private func lastEnd(ofPane index: Int64) -> Int64? {
        let time = Timestamp(microseconds: index * pane)
        return plan.windows.compactMap { $0.lastEnd(holding: time)?.microseconds }.max()
    }

    /// Evaluates the row's next instant, whatever its watermark.
    mutating func evaluateNext(
        row rowIndex: Int,
        series: UnsafeMutablePointer<SeriesRecord>,
        output: inout WindowOutput
    ) {
        let row = rows[rowIndex]
        let instant = row.pointee.nextInstant
        evaluate(row: rowIndex, instant: instant, block: 0, series: series, output: &output)
        row.pointee.nextInstant = instant + every
        row.pointee.watermark = Swift.max(row.pointee.watermark, instant)
    }

    @inline(__always)
    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value < 0 && quotient * divisor != value ? quotient - 1 : quotient
    }

    @inline(__always)
    private static func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
