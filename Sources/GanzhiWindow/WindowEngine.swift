internal import CGanzhi
public import GanzhiModel
import HeapModule

/// Event-time windows over many series: per-series watermarks, idleness, duplicates, lateness.
///
/// A pure value: the same slices of the same readings give the same output, however they are cut into batches. Owned by
/// one task; nothing in it is locked. A series is known by the number of its channel in the stream of batches.
///
/// - Complexity: A reading costs O(1) per plan that watches it, an evaluation O(panes of its windows).
public struct WindowEngine: ~Copyable {
    private var series = ChunkedTable<SeriesRecord>(empty: SeriesRecord())
    private var routes: [Route] = []
    private var plans: UnsafeMutablePointer<PlanState>
    private var planCount: Int
    /// Rows that wait for their idleness, by feed, in its running time.
    private var idleHeaps: [Heap<RowDeadline>] = []
    /// Idle rows whose watermark follows *now*, by the *now* at which they have something to evaluate.
    private var quietHeap = Heap<RowDeadline>()
    /// Rows with open windows, by their next instant; only after the end of input.
    private var endHeap: Heap<RowDeadline>?

    /// Creates an engine without series.
    ///
    /// - Parameter plans: The plans, in the order of the numbers that evaluations carry.
    public init(plans: [Plan]) {
        planCount = plans.count
        self.plans = .allocate(capacity: plans.count)
        for (index, plan) in plans.enumerated() {
            (self.plans + index).initialize(to: PlanState(plan, index: index))
        }
    }

    deinit {
        plans.deinitialize(count: planCount)
        plans.deallocate()
    }

    /// Number of series registered.
    public var seriesCount: Int { series.count }

    /// Makes the next series known.
    ///
    /// - Parameters:
    ///   - expectedInterval: Time between readings as the catalogue expects; `nil` where it does not say.
    ///   - watchers: Numbers of the plans that watch it.
    public mutating func register(expectedInterval: TimeSpan?, watchedBy watchers: [Int]) {
        let id = series.append()
        series[id].pointee.expectedInterval = expectedInterval?.microseconds ?? 0
        setRoutes(of: id, watchedBy: watchers, keeping: [])
    }

    /// Replaces the plans, for a new generation; rows and panes of those that stay are kept.
    ///
    /// - Parameters:
    ///   - plans: The new plans, each with the number of the old plan that it goes on with, if there is one.
    ///   - watchers: Says of each series which of the new plans watch it, and its expected interval.
    public mutating func adopt(
        plans next: [(plan: Plan, previous: Int?)],
        watchers: (_ series: Int) -> (plans: [Int], expectedInterval: TimeSpan?)
    ) {
        let states = UnsafeMutablePointer<PlanState>.allocate(capacity: next.count)
        var numberOfOld: [UInt32: UInt32] = [:]
        for (index, entry) in next.enumerated() {
            if let previous = entry.previous {
                precondition(numberOfOld[UInt32(previous)] == nil, "Two plans cannot go on with the same old one.")
                numberOfOld[UInt32(previous)] = UInt32(index)
                (states + index).moveInitialize(from: plans + previous, count: 1)
                states[index].index = Int32(index)
            } else {
                (states + index).initialize(to: PlanState(entry.plan, index: index))
            }
        }
        for old in 0..<planCount where numberOfOld[UInt32(old)] == nil { (plans + old).deinitialize(count: 1) }
        plans.deallocate()
        plans = states
        planCount = next.count

        func renumbered(_ heap: Heap<RowDeadline>) -> Heap<RowDeadline> {
            Heap(
                heap.unordered.compactMap { entry in
                    numberOfOld[entry.route.plan].map {
                        RowDeadline(time: entry.time, route: Route(plan: $0, row: entry.route.row))
                    }
                }
            )
        }
        idleHeaps = idleHeaps.map(renumbered)
        quietHeap = renumbered(quietHeap)

        let oldRoutes = routes
        routes = []
        for id in 0..<series.count {
            let record = series[id]
            let first = Int(record.pointee.firstRoute)
            let kept = oldRoutes[first..<(first + Int(record.pointee.routeCount))].compactMap { route in
                numberOfOld[route.plan].map { Route(plan: $0, row: route.row) }
            }
            let watched = watchers(id)
            for route in kept where !watched.plans.contains(Int(route.plan)) {
                // No longer watched: what it holds must not come out at the end of input.
                plans[Int(route.plan)].rows[Int(route.row)].pointee = PlanRow(series: UInt32(id))
            }
            record.pointee.expectedInterval = watched.expectedInterval?.microseconds ?? 0
            setRoutes(of: id, watchedBy: watched.plans, keeping: kept)
        }
    }

    /// Where a series stands in a plan, or `nil` where the plan does not watch it.
    public func row(ofSeries id: Int, plan: Int) -> Int? {
        let record = series[id]
        let first = Int(record.pointee.firstRoute)
        return routes[first..<(first + Int(record.pointee.routeCount))].first { $0.plan == plan }.map { Int($0.row) }
    }

    /// Gives feeds other numbers, for a new generation; those that are gone share the number 0.
    public mutating func renumberFeeds(_ numbers: [Int]) {
        var heaps: [Heap<RowDeadline>] = []
        for (old, new) in numbers.enumerated() where old < idleHeaps.count {
            while heaps.count <= new { heaps.append(Heap()) }
            heaps[new].insert(contentsOf: idleHeaps[old].unordered)
        }
        idleHeaps = heaps
        for id in 0..<series.count {
            series[id].pointee.feed = UInt32(numbers[Int(series[id].pointee.feed)])
        }
        for plan in 0..<planCount {
            for row in 0..<plans[plan].rows.count where plans[plan].rows[row].pointee.waitingIn != PlanRow.noFeed {
                let waitingIn = Int(plans[plan].rows[row].pointee.waitingIn)
                plans[plan].rows[row].pointee.waitingIn = UInt32(numbers[waitingIn])
            }
        }
    }

    private mutating func setRoutes(of id: Int, watchedBy watchers: [Int], keeping kept: [Route]) {
        series[id].pointee.firstRoute = UInt32(routes.count)
        series[id].pointee.routeCount = UInt32(watchers.count)
        for plan in watchers {
            routes.append(
                kept.first { $0.plan == plan }
                    ?? Route(plan: UInt32(plan), row: plans[plan].addRow(series: UInt32(id)))
            )
        }
    }

    /// Takes in blocks: per block first what has fallen idle, then its readings in order.
    ///
    /// - Parameters:
    ///   - slices: The blocks.
    ///   - running: Running time of every feed at every block, in microseconds: block-major, `feedCount` a block.
    ///   - feedCount: Number of feeds.
    ///   - readings: The readings of all blocks; their channels must be registered.
    ///   - output: Gets what the blocks brought forth, behind what it holds.
    public mutating func process(
        _ slices: [BlockSlice],
        running: [Int64],
        feedCount: Int,
        readings: [Reading],
        into output: inout WindowOutput
    ) {
        precondition(running.count == slices.count * feedCount, "Every block needs the running time of every feed.")
        while idleHeaps.count < feedCount { idleHeaps.append(Heap()) }
        var next = 0
        for (index, slice) in slices.enumerated() {
            let block = Int32(index)
            for feed in 0..<feedCount where Self.isDue(idleHeaps[feed], at: running[index * feedCount + feed]) {
                markIdle(
                    feed: feed,
                    running: running[index * feedCount + feed],
                    now: slice.now,
                    block: block,
                    output: &output
                )
            }
            if Self.isDue(quietHeap, at: slice.now.microseconds) {
                followQuiet(now: slice.now, block: block, output: &output)
            }
            let end = next + slice.count
            while next < end {
                prefetch(readings, after: next)
                apply(
                    readings[next],
                    at: next,
                    feed: slice.feed,
                    running: running[index * feedCount + slice.feed],
                    now: slice.now,
                    block: block,
                    output: &output
                )
                next += 1
            }
        }
    }

    @inline(__always)
    private mutating func apply(
        _ reading: Reading,
        at index: Int,
        feed: Int,
        running: Int64,
        now: Timestamp,
        block: Int32,
        output: inout WindowOutput
    ) {
        let record = series[Int(reading.channel)]
        let first = Int(record.pointee.firstRoute)
        let count = Int(record.pointee.routeCount)
        record.pointee.heard = running
        record.pointee.feed = UInt32(truncatingIfNeeded: feed)
        for route in first..<(first + count) {
            let route = routes[route]
            let row = plans[Int(route.plan)].rows[Int(route.row)]
            if row.pointee.waitingIn != UInt32(truncatingIfNeeded: feed) {
                row.pointee.waitingIn = UInt32(truncatingIfNeeded: feed)
                idleHeaps[feed].insert(RowDeadline(time: running + plans[Int(route.plan)].idle, route: route))
            }
        }
        let time = reading.time.microseconds
        if record.pointee.isDuplicate(time: time, value: reading.value) {
            output.notable.append(NotableReading(reading: index, outcome: .duplicate))
            return
        }
        var lateCount = 0
        var isPartlyLate = false
        for route in first..<(first + count) {
            let route = routes[route]
            switch plans[Int(route.plan)].apply(
                row: Int(route.row),
                series: record,
                time: time,
                value: reading.value,
                quality: reading.quality,
                received: now.microseconds,
                block: block,
                output: &output
            )
            {
            case .applied: break
            case .partlyLate: isPartlyLate = true
            case .late: lateCount += 1
            }
        }
        if count > 0, lateCount == count {
            output.notable.append(NotableReading(reading: index, outcome: .late))
            return
        }
        if isPartlyLate { output.notable.append(NotableReading(reading: index, outcome: .partlyLate)) }
        record.pointee.newest = Swift.max(record.pointee.newest, time)
    }

    /// Asks for the memory of readings to come: with many series hardly any of it is in a cache.
    ///
    /// In three steps, as the address of the one stands in what the one before asked for.
    @inline(__always)
    private func prefetch(_ readings: [Reading], after index: Int) {
        if index + 40 < readings.count {
            let record = UnsafeRawPointer(series[Int(readings[index + 40].channel)])
            for line in stride(from: 0, to: MemoryLayout<SeriesRecord>.stride, by: 64) {
                ganzhi_prefetch(record + line)
            }
        }
        if index + 20 < readings.count {
            let record = series[Int(readings[index + 20].channel)]
            routes.withUnsafeBufferPointer {
                ganzhi_prefetch($0.baseAddress.map { $0 + Int(record.pointee.firstRoute) })
            }
        }
        if index + 10 < readings.count {
            let reading = readings[index + 10]
            let record = series[Int(reading.channel)]
            let first = Int(record.pointee.firstRoute)
            for route in first..<(first + Int(record.pointee.routeCount)) {
                plans[Int(routes[route].plan)].prefetch(row: Int(routes[route].row), time: reading.time.microseconds)
            }
        }
    }

    // MARK: Idleness

    private mutating func markIdle(
        feed: Int,
        running: Int64,
        now: Timestamp,
        block: Int32,
        output: inout WindowOutput
    ) {
        while let route = Self.popDue(&idleHeaps[feed], at: running) {
            let plan = plans + Int(route.plan)
            let row = plan.pointee.rows[Int(route.row)]
            guard row.pointee.waitingIn == UInt32(feed) else { continue }
            let record = series[Int(row.pointee.series)]
            let deadline = record.pointee.heard + plan.pointee.idle
            if deadline > running {
                idleHeaps[feed].insert(RowDeadline(time: deadline, route: route))
                continue
            }
            plan.pointee.markIdle(row: Int(route.row), block: block, series: record, output: &output)
            if plan.pointee.plan.quietCounts { follow(route, now: now, block: block, output: &output) }
        }
    }

    private mutating func followQuiet(now: Timestamp, block: Int32, output: inout WindowOutput) {
        while let route = Self.popDue(&quietHeap, at: now.microseconds) {
            if plans[Int(route.plan)].rows[Int(route.row)].pointee.waitingIn == PlanRow.noFeed {
                follow(route, now: now, block: block, output: &output)
            }
        }
    }

    private mutating func follow(_ route: Route, now: Timestamp, block: Int32, output: inout WindowOutput) {
        let plan = plans + Int(route.plan)
        let record = series[Int(plan.pointee.rows[Int(route.row)].pointee.series)]
        if let due = plan.pointee.follow(
            row: Int(route.row),
            now: now.microseconds,
            block: block,
            series: record,
            output: &output
        ) {
            quietHeap.insert(RowDeadline(time: due, route: route))
        }
    }

    // MARK: End of input

    /// Evaluates the earliest open instant of all rows, up to each row's last window that holds a reading.
    ///
    /// Call it until it returns `false`; from the first call on no more readings may come. One instant a call bounds the
    /// output, and keeps the order of results whatever the series.
    ///
    /// - Returns: Whether there was an open instant.
    public mutating func finishNext(into output: inout WindowOutput) -> Bool {
        var heap = endHeap.take() ?? openRows()
        defer { endHeap = heap }
        guard let instant = heap.min?.time else { return false }
        while let route = Self.popDue(&heap, at: instant) {
            let plan = plans + Int(route.plan)
            let record = series[Int(plan.pointee.rows[Int(route.row)].pointee.series)]
            plan.pointee.evaluateNext(row: Int(route.row), series: record, output: &output)
            if let next = plan.pointee.nextOpenInstant(row: Int(route.row)) {
                heap.insert(RowDeadline(time: next, route: route))
            }
        }
        return true
    }

    private func openRows() -> Heap<RowDeadline> {
        var open: [RowDeadline] = []
        for plan in 0..<planCount {
            for row in 0..<plans[plan].rows.count {
                if let next = plans[plan].nextOpenInstant(row: row) {
                    open.append(RowDeadline(time: next, route: Route(plan: UInt32(plan), row: UInt32(row))))
                }
            }
        }
        return Heap(open)
    }

    // MARK: Deadlines

    @inline(__always)
    private static func isDue(_ heap: Heap<RowDeadline>, at time: Int64) -> Bool {
        heap.min.map { $0.time <= time } ?? false
    }

    private static func popDue(_ heap: inout Heap<RowDeadline>, at time: Int64) -> Route? {
        isDue(heap, at: time) ? heap.popMin()?.route : nil
    }
}
