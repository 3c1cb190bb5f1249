import GanzhiModel

/// How what a member says at an instant lies in a block of its cohort's pool until its group comes to that instant.
///
/// The record that came before it, series and row, place of the plan and feed; then the plan's windows, then its values.
struct MemberRecord {
    let windowCount: Int
    let aggregateCount: Int

    private static var windowsOffset: Int { 3 * MemoryLayout<UInt64>.stride }
    private var valuesOffset: Int { Self.windowsOffset + windowCount * MemoryLayout<WindowResult>.stride }
    private var words: Int {
        (valuesOffset + aggregateCount * MemoryLayout<Double>.stride) / MemoryLayout<UInt64>.stride
    }

    /// The record that was linked before a record; or 0.
    static func previous(of record: UInt32, in pool: borrowing WordPool) -> UInt32 {
        UInt32(truncatingIfNeeded: pool[record].pointee)
    }

    static func link(_ record: UInt32, to previous: UInt32, in pool: borrowing WordPool) {
        pool[record].pointee = UInt64(previous)
    }

    /// A block that holds what an evaluation says, or 0 where none of its windows has a result.
    func store(
        _ evaluation: Evaluation,
        _ output: borrowing WindowOutput,
        place: UInt32,
        in pool: inout WordPool
    ) -> UInt32 {
        let firstWindow = Int(evaluation.firstWindow)
        var hasResult = false
        for window in 0..<windowCount where output.windows[firstWindow + window].count > 0 { hasResult = true }
        guard hasResult else { return 0 }
        var log = WordPool.smallestLog
        while 1 << log < words { log += 1 }
        let handle = pool.take(logWords: log)
        let record = UnsafeMutableRawPointer(pool[handle])
        record.storeBytes(of: 0, as: UInt64.self)
        let names = UInt64(evaluation.row) << 32 | UInt64(evaluation.series)
        record.storeBytes(of: names, toByteOffset: 8, as: UInt64.self)
        record.storeBytes(of: UInt64(place) << 32 | UInt64(evaluation.feed), toByteOffset: 16, as: UInt64.self)
        let windows = (record + Self.windowsOffset).assumingMemoryBound(to: WindowResult.self)
        for window in 0..<windowCount { (windows + window).initialize(to: output.windows[firstWindow + window]) }
        let values = (record + valuesOffset).assumingMemoryBound(to: Double.self)
        for aggregate in 0..<aggregateCount {
            (values + aggregate).initialize(to: output.values[Int(evaluation.firstValue) + aggregate])
        }
        return handle
    }

    /// A block that says of an instant that none of the windows there has a result.
    ///
    /// - Parameter empty: The windows there by number, without results.
    func storeEmpty(
        _ row: Row,
        place: UInt32,
        in pool: inout WordPool,
        _ empty: (_ window: Int) -> WindowResult
    ) -> UInt32 {
        var log = WordPool.smallestLog
        while 1 << log < words { log += 1 }
        let handle = pool.take(logWords: log)
        let record = UnsafeMutableRawPointer(pool[handle])
        record.storeBytes(of: 0, as: UInt64.self)
        record.storeBytes(of: UInt64(row.number.pointee) << 32 | UInt64(row.id), toByteOffset: 8, as: UInt64.self)
        let feed = UInt64(row.series.pointee.feed)
        record.storeBytes(of: UInt64(place) << 32 | feed, toByteOffset: 16, as: UInt64.self)
        let windows = (record + Self.windowsOffset).assumingMemoryBound(to: WindowResult.self)
        for window in 0..<windowCount { (windows + window).initialize(to: empty(window)) }
        let values = (record + valuesOffset).assumingMemoryBound(to: Double.self)
        for aggregate in 0..<aggregateCount { (values + aggregate).initialize(to: .nan) }
        return handle
    }

    /// Puts a revised window in the place of the one that a record holds.
    func revise(
        _ handle: UInt32,
        _ report: WindowReport,
        aggregates places: UnsafeMutableBufferPointer<Int>,
        _ output: borrowing WindowOutput,
        in pool: borrowing WordPool
    ) {
        let record = UnsafeMutableRawPointer(pool[handle])
        let window = (record + Self.windowsOffset).assumingMemoryBound(to: WindowResult.self) + Int(report.window)
        window.pointee = output.windows[Int(report.result)]
        let values = (record + valuesOffset).assumingMemoryBound(to: Double.self)
        for (number, aggregate) in places.enumerated() {
            values[aggregate] = output.values[Int(report.firstValue) + number]
        }
    }

    /// Whose record it is: its series, and the place of its plan in the cohort.
    static func owner(of record: UInt32, in pool: borrowing WordPool) -> (series: UInt32, place: UInt32) {
        (UInt32(truncatingIfNeeded: pool[record][1]), UInt32(truncatingIfNeeded: pool[record][2] >> 32))
    }

    /// Adds what a record holds to the output.
    func load(_ handle: UInt32, plan: Int, in pool: borrowing WordPool, into output: inout WindowOutput) {
        let record = UnsafeRawPointer(pool[handle])
        let names = record.load(fromByteOffset: 8, as: UInt64.self)
        output.members.append(
            GroupMember(
                plan: Int32(truncatingIfNeeded: plan),
                series: UInt32(truncatingIfNeeded: names),
                row: UInt32(truncatingIfNeeded: names >> 32),
                feed: UInt32(truncatingIfNeeded: record.load(fromByteOffset: 16, as: UInt64.self)),
                firstWindow: Int32(output.windows.count),
                firstValue: Int32(output.values.count)
            )
        )
        let windows = (record + Self.windowsOffset).assumingMemoryBound(to: WindowResult.self)
        for window in 0..<windowCount { output.windows.append(windows[window]) }
        let values = (record + valuesOffset).assumingMemoryBound(to: Double.self)
        for aggregate in 0..<aggregateCount { output.values.append(values[aggregate]) }
    }
}
