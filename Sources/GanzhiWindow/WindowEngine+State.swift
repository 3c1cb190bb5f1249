public import GanzhiModel
import HeapModule

// What a checkpoint keeps.
extension WindowEngine {
    /// Writes everything that results to come depend on.
    ///
    /// Call it between batches, before the end of input. Memory of series is written as it lies.
    ///
    /// - Complexity: O(memory); copies at most a megabyte at a time, but for the members of groups.
    public func write(to state: inout StateWriter) throws {
        precondition(!isFinishing, "There is nothing to go on with behind the end of input.")
        try state.section("windows")
        try state.array(Self.sizes)
        try state.value(planCount)
        for plan in 0..<planCount { try plans[plan].write(to: &state) }

        try state.section("series")
        try state.each(0..<layouts.count) { try $1.array(layouts[$0].pointee.plans) }
        try state.value(series.count)
        for id in 0..<series.count {
            try state.value(series[id].assumingMemoryBound(to: SeriesHeader.self).pointee.layout)
        }
        for layout in 0..<layouts.count { try layouts[layout].pointee.slabs.write(to: &state) }
        try state.each(idleHeaps) { try $1.array($0.unordered) }
        try state.array(quietHeap.unordered)

        try state.section("groups")
        try state.value(closedEarlyBefore)
        try state.value(hasIdled)
        try state.value(cohortCount)
        for cohort in 0..<cohortCount { try cohorts[cohort].write(to: &state) }
    }

    /// Reads what an engine of the same plans wrote into one without series.
    ///
    /// - Throws: ``StateMismatch`` where it was written with other plans or by another version, and what the source
    ///   throws; the engine must not be used then.
    public mutating func restore(from state: inout StateReader) throws {
        precondition(series.count == 0, "State is restored into an engine that has seen nothing.")
        try state.section("windows")
        guard try state.array() == Self.sizes else { throw StateMismatch("memory is laid out in another way") }
        guard try state.value() == planCount else { throw StateMismatch("there are other plans") }
        for plan in 0..<planCount { try plans[plan].restore(from: &state) }

        try state.section("series")
        try restoreSeries(from: &state)
        idleHeaps = try state.each { Heap(try $0.array(RowDeadline.self)) }
        quietHeap = Heap(try state.array(RowDeadline.self))

        try state.section("groups")
        closedEarlyBefore = try state.value()
        hasIdled = try state.value()
        guard try state.value() == cohortCount else { throw StateMismatch("there are other groups") }
        for cohort in 0..<cohortCount {
            try cohorts[cohort].restore(from: &state) { series, plan in
                Int(series) < self.series.count ? row(series: Int(series), plan: plan) : nil
            }
        }
    }

    private mutating func restoreSeries(from state: inout StateReader) throws {
        for (number, watching) in try state.each({ try $0.array(Int.self) }).enumerated() {
            guard watching.allSatisfy({ 0..<planCount ~= $0 }), layouts.number(of: watching, in: plans) == number else {
                throw StateMismatch("series are watched by plans that there are not")
            }
        }
        let layoutOfSeries: [UInt16] = try state.array()
        for layout in 0..<layouts.count { try layouts[layout].pointee.slabs.restore(from: &state) }
        var next = Array(repeating: 0, count: layouts.count)
        for layout in layoutOfSeries.map(Int.init) {
            guard layout < layouts.count, next[layout] < layouts[layout].pointee.slabs.count else {
                throw StateMismatch("a series has no memory")
            }
            _ = series.append(layouts[layout].pointee.slabs[next[layout]])
            next[layout] += 1
        }
    }

    /// Sizes of what lies in memory as it is: a checkpoint with others was written by another version.
    private static var sizes: [Int] {
        [
            MemoryLayout<SeriesHeader>.stride, MemoryLayout<RowHeader>.stride, MemoryLayout<RecentReading>.stride,
            MemoryLayout<SeriesFacts>.stride, MemoryLayout<ReadingRow>.stride, MemoryLayout<OpenSessions>.stride,
            MemoryLayout<Pane>.stride, MemoryLayout<WindowResult>.stride, MemoryLayout<LoggedReading>.stride,
        ]
    }
}
