import GanzhiModel

// Windows that readings end, and functions that need readings in their order.
extension PlanState {
    /// Time of the next usable reading from a place in the log on; moves the place behind its time.
    func nextSlidingEnd(_ row: Row, from place: inout Int) -> Int64? {
        let log = readings(row).pointee.log
        var end: Int64?
        while place < log.count {
            let entry = log.entry(place, pool: pool)
            if let end, entry.time != end { break }
            if entry.isUsable { end = entry.time }
            place += 1
        }
        return end
    }

    /// Keeps a reading for every window that needs it itself.
    mutating func keep(_ reading: PaneReading, _ row: Row) {
        if keepsLog { Self.insert(reading, into: &readings(row).pointee.log, &pool) }
        guard plan.layout.sessionCount > 0 else { return }
        for index in 0..<windowCount where windows[index].spec.kind == .session {
            guard !isLate(reading.time, forSession: windows + index, row) else { continue }
            let open = sessions(row) + windows[index].session
            Self.insert(reading, into: &open.pointee.log, &pool)
            // What was walked holds only for readings behind it.
            if reading.time <= open.pointee.last { (open.pointee.first, open.pointee.last) = (.min, .min) }
        }
    }

    private static func insert(_ reading: PaneReading, into log: inout ReadingLog, _ pool: inout WordPool) {
        log.insert(
            time: reading.time,
            value: reading.value,
            received: reading.received,
            quality: reading.quality,
            pool: &pool
        )
    }

    /// The earliest session that is open.
    ///
    /// - Complexity: O(readings that came since it was asked for), unless one of them came before others.
    func openSession(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row
    ) -> (first: Int64, last: Int64, end: Int64)? {
        let open = sessions(row) + window.pointee.session
        let gap = window.pointee.spec.size.microseconds
        var (first, last) = (open.pointee.first, open.pointee.last)
        for entry in open.pointee.log.readings(from: last, to: .max, pool: pool) {
            guard entry.isUsable else {
                if first == .min { last = entry.time }
                continue
            }
            if first == .min { first = entry.time } else if entry.time - last >= gap { break }
            last = entry.time
        }
        (open.pointee.first, open.pointee.last) = (first, last)
        guard first != .min else { return nil }
        return (first, last, last + gap)
    }

    /// Forgets a session that was closed, and all readings before its end.
    mutating func dropSession(_ window: UnsafeMutablePointer<PlanLayout.Window>, _ row: Row, end: Int64) {
        let open = sessions(row) + window.pointee.session
        open.pointee.log.dropBefore(end, pool: &pool)
        (open.pointee.first, open.pointee.last) = (.min, .min)
    }

    /// Whether the session that a reading would form with those that are open is final.
    ///
    /// A session that was closed takes no more readings, whatever their times.
    func isLate(
        _ time: Int64,
        forSession window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row
    ) -> Bool {
        let gap = window.pointee.spec.size.microseconds
        let watermark = row.header.pointee.watermark
        guard watermark != .min, time + gap <= watermark else { return false }
        var last = time
        let log = sessions(row)[window.pointee.session].log
        for entry in log.readings(from: time, to: .max, pool: pool) where entry.isUsable {
            if entry.time - last >= gap { break }
            last = entry.time
        }
        return last + gap <= watermark
    }

    /// The time after which readings count; the first one of all where nothing was before.
    func after(_ time: Int64) -> Int64 { time == .min ? .min : time + 1 }

    /// Reports a window that readings ended, and lets its result stand.
    mutating func report(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        start: Int64,
        end: Int64,
        _ block: Int32,
        _ output: inout WindowOutput
    ) {
        let result = measure(window, row, start: start, end: end)
        stand(result, window, row)
        releaseWhole(window)
        reportStanding(window, row, block, &output)
    }

    /// Adds the readings of a window up in ``whole``.
    private mutating func measure(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        start: Int64,
        end: Int64
    ) -> WindowResult {
        let form = window.pointee.form
        form.clear(whole)
        let slot = step.width
        var slots: Int64 = 0
        var lastSlot = Int64.min
        for entry in run(window, row, start: start, end: end) {
            let reading = PaneReading(
                time: entry.time,
                value: entry.value,
                quality: entry.quality,
                received: entry.received
            )
            form.add(reading, to: whole, origin: start, pool: &pool)
            guard entry.isUsable else { continue }
            let back = window.pointee.spec.kind == .sliding ? end - entry.time : end - 1 - entry.time
            if back / slot != lastSlot {
                slots += 1
                lastSlot = back / slot
            }
        }
        let head = whole.assumingMemoryBound(to: Pane.self)
        if hasLost(window, row, start: start) {
            // Readings are missing: no result rather than a wrong one.
            head.pointee.good = 0
            head.pointee.uncertain = 0
        }
        let interval = row.facts.pointee.expectedInterval
        let coverage =
            interval > 0
            ? Swift.min(1, Double(head.pointee.usable) / (Double(end - start) / Double(interval)))
            : Double(slots) / Double((end - start + slot - 1) / slot)
        return WindowResult(of: head.pointee, start: start, end: end, coverage: coverage)
    }

    /// The readings of a window in their order.
    private func run(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        start: Int64,
        end: Int64
    ) -> ReadingRun {
        // A sliding window holds its end and not its start.
        let shift: Int64 = window.pointee.spec.kind == .sliding ? 1 : 0
        return log(window, row).readings(from: start + shift, to: end + shift, pool: pool)
    }

    private func log(_ window: UnsafeMutablePointer<PlanLayout.Window>, _ row: Row) -> ReadingLog {
        window.pointee.spec.kind == .session
            ? sessions(row)[window.pointee.session].log : readings(row).pointee.log
    }

    /// Whether readings of a window have been dropped because there were too many; a session begins with what is left.
    private func hasLost(_ window: UnsafeMutablePointer<PlanLayout.Window>, _ row: Row, start: Int64) -> Bool {
        let dropped = log(window, row).droppedBefore
        guard dropped != .min else { return false }
        let isSession = window.pointee.spec.kind == .session
        return isSession ? start - dropped < window.pointee.spec.size.microseconds : start <= dropped
    }

    /// What a function that needs the order of readings says about a window; `nan` where some have been dropped.
    func ordered(
        _ function: WindowFunction,
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        start: Int64,
        end: Int64
    ) -> Double {
        guard !hasLost(window, row, start: start) else { return .nan }
        let run = run(window, row, start: start, end: end)
        let value: Double =
            switch function {
            case .rate: run.rate()
            case .twa: run.timeWeightedMean(until: end)
            case .above(let bound): run.share(above: bound, until: end)
            case .below(let bound): run.share(below: bound, until: end)
            default: .nan
            }
        return value.isFinite ? value : .nan
    }

    /// Lets go of readings that no window to come holds.
    mutating func trimReadings(_ row: Row) {
        let watermark = row.header.pointee.watermark
        var floor = Int64.max
        for index in 0..<windowCount {
            let window = windows + index
            switch window.pointee.spec.kind {
            case .hopping:
                guard window.pointee.needsReadings else { continue }
                let grid = grids + window.pointee.grid
                let first = nextEnd(grid, row) - window.pointee.sizePanes
                floor = Swift.min(floor, grid.pointee.pane.start(of: first, calendar))
            case .sliding: floor = Swift.min(floor, watermark - window.pointee.spec.size.microseconds)
            case .session: break
            }
        }
        if keepsLog { readings(row).pointee.log.dropBefore(floor, pool: &pool) }
    }
}
