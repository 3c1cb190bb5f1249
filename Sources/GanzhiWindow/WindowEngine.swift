internal import CGanzhi
public import GanzhiModel
import HeapModule

/// Event-time windows over many series: per-series watermarks, idleness, duplicates, lateness, revisions.
///
/// A pure value: the same slices of the same readings give the same output, however they are cut into batches. Owned by
/// one task; nothing in it is locked. A series is known by the number of its channel in the stream of batches.
///
/// - Complexity: A reading costs O(1) per plan that watches it, an evaluation O(panes of its windows).
public struct WindowEngine: ~Copyable {
    /// Where each series' memory begins: header first, then what its layout says.
    var series = SeriesTable()
    /// Layouts of memory by the plans that watch a series.
    var layouts = LayoutTable()
    var plans: UnsafeMutablePointer<PlanState>
    var planCount: Int
    /// Plans that are evaluated together; they stand where they are until the next generation.
    var cohorts: UnsafeMutablePointer<Cohort>
    var cohortCount = 0
    /// Rows that wait for their idleness, by feed, in its running time.
    var idleHeaps: [Heap<RowDeadline>] = []
    /// Idle rows whose watermark follows *now*, by the *now* at which they have something to evaluate.
    var quietHeap = Heap<RowDeadline>()
    /// Rows with open windows, by their next end; only after the end of input.
    private var ends: EndQueue?
    /// Instants of groups that cohorts which are gone closed early.
    var closedEarlyBefore = 0
    /// Whether members of groups have fallen idle at the block at hand, or left before it.
    var hasIdled = false
    /// Whether groups have members in other engines.
    let groupsAreParts: Bool
    /// Whether ``finishNext(into:)`` has been called.
    var isFinishing: Bool { ends != nil }

    /// Creates an engine without series, whose plans stand alone.
    ///
    /// - Parameters:
    ///   - plans: The plans, in the order of the numbers that evaluations carry.
    ///   - groupsAreParts: What it says for plans in cohorts, which another generation may bring.
    public init(plans: [Plan], groupsAreParts: Bool = false) {
        self.init(plans: plans.map { ($0, nil) }, groupsAreParts: groupsAreParts)
    }

    /// Creates an engine without series.
    ///
    /// - Parameters:
    ///   - plans: The plans, in the order of the numbers that evaluations carry, each with the number of the cohort in
    ///     which it has groups, dense from 0, if there is one. Plans of a cohort share `every` and, where that is whole
    ///     days, the calendar.
    ///   - groupsAreParts: Whether groups have members in other engines too: then nothing but
    ///     ``closeGroup(_:of:upTo:into:)`` closes their instants, or too many that wait, and none is evaluated eagerly.
    public init(plans: [(plan: Plan, cohort: Int?)], groupsAreParts: Bool = false) {
        planCount = plans.count
        self.groupsAreParts = groupsAreParts
        self.plans = .allocate(capacity: plans.count)
        cohorts = .allocate(capacity: 0)
        for (index, entry) in plans.enumerated() {
            (self.plans + index).initialize(to: PlanState(entry.plan, index: index))
        }
        formCohorts(plans.map(\.cohort), previous: plans.map { _ in nil })
    }

    deinit {
        cohorts.deinitialize(count: cohortCount)
        cohorts.deallocate()
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
    ///   - groups: By plan, the number of the group of that plan's cohort it belongs to through it, dense from 0; it
    ///     stands alone in the others.
    public mutating func register(expectedInterval: TimeSpan?, watchedBy watchers: [Int], groups: [Int: Int] = [:]) {
        let layout = layouts.number(of: watchers.sorted(), in: plans)
        let id = series.append(layouts[layout].pointee.slabs.append())
        let header = series[id].assumingMemoryBound(to: SeriesHeader.self)
        header.initialize(to: SeriesHeader(layout: UInt16(layout)))
        for place in layouts[layout].pointee.places {
            plans[place.plan].begin(row(id, place, layouts[layout]))
            if let group = groups[place.plan] { plans[place.plan].join(row(id, place, layouts[layout]), group: group) }
        }
        (series[id] + layouts[layout].pointee.facts).initializeMemory(
            as: SeriesFacts.self,
            to: SeriesFacts(expectedInterval: expectedInterval?.microseconds ?? 0)
        )
    }

    @inline(__always)
    func row(_ id: Int, _ place: SeriesLayout.Place, _ layout: UnsafeMutablePointer<SeriesLayout>) -> Row {
        let slab = series[id]
        return Row(
            header: (slab + place.header).assumingMemoryBound(to: RowHeader.self),
            area: slab + place.area,
            series: slab.assumingMemoryBound(to: SeriesHeader.self),
            facts: (slab + layout.pointee.facts).assumingMemoryBound(to: SeriesFacts.self),
            number: (slab + place.number).assumingMemoryBound(to: UInt32.self),
            id: UInt32(truncatingIfNeeded: id)
        )
    }

    /// The row of a series in a plan that watches it.
    func row(series id: Int, plan: Int) -> Row? {
        let layout = layout(of: id)
        return layout.pointee.places.first { $0.plan == plan }.map { row(id, $0, layout) }
    }

    func layout(of id: Int) -> UnsafeMutablePointer<SeriesLayout> {
        layouts[Int(series[id].assumingMemoryBound(to: SeriesHeader.self).pointee.layout)]
    }

    /// Where a series stands in a plan, or `nil` where the plan does not watch it.
    public func row(ofSeries id: Int, plan: Int) -> Int? {
        row(series: id, plan: plan).map { Int($0.number.pointee) }
    }

    // MARK: Blocks

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
        readings.withUnsafeBufferPointer { readings in
            var next = 0
            for index in slices.indices {
                let slice = slices[index]
                let block = Int32(truncatingIfNeeded: index)
                for feed in 0..<feedCount where Self.isDue(idleHeaps[feed], at: running[index &* feedCount &+ feed]) {
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
                if hasIdled { closeIdledGroups(block: block, output: &output) }
                let end = next &+ slice.count
                while next < end {
                    prefetch(readings, after: next)
                    apply(
                        readings[next],
                        at: next,
                        feed: slice.feed,
                        running: running[index &* feedCount &+ slice.feed],
                        now: slice.now.microseconds,
                        block: block,
                        output: &output
                    )
                    next &+= 1
                }
            }
        }
    }

    @inline(__always)
    private mutating func apply(
        _ reading: Reading,
        at number: Int,
        feed: Int,
        running: Int64,
        now: Int64,
        block: Int32,
        output: inout WindowOutput
    ) {
        let id = Int(reading.channel)
        let slab = series[id]
        let header = slab.assumingMemoryBound(to: SeriesHeader.self)
        let layout = layouts[Int(header.pointee.layout)]
        header.pointee.heard = running
        header.pointee.feed = UInt32(truncatingIfNeeded: feed)
        let (places, count) = (layout.pointee.firstPlace, layout.pointee.placeCount)
        var index = 0
        while index < count {
            let row = (slab + places[index].header).assumingMemoryBound(to: RowHeader.self)
            if row.pointee.waitingIn != UInt32(truncatingIfNeeded: feed) {
                let plan = places[index].plan
                if row.pointee.waitingIn == RowHeader.noFeed, plans[plan].plan.quietCounts {
                    followReturning(id, places[index], now: now, block: block, output: &output)
                }
                wait(row, feed: feed, until: running &+ plans[plan].idle, series: id, plan: plan)
            }
            index &+= 1
        }
        let time = reading.time.microseconds
        let recents = (slab + layout.pointee.recents).assumingMemoryBound(to: RecentReading.self)
        if SeriesHeader.isDuplicate(header, recents, time: time, value: reading.value) {
            output.notable.append(NotableReading(reading: number, outcome: .duplicate))
            return
        }
        let reading = PaneReading(time: time, value: reading.value, quality: reading.quality, received: now)
        if layout.pointee.isSingle {
            let isPlain = plans[places.pointee.plan].applyPlainly(
                reading,
                (slab + places.pointee.header).assumingMemoryBound(to: RowHeader.self),
                slab + places.pointee.area,
                row: row(id, places.pointee, layout),
                block: block,
                output: &output
            )
            if isPlain { return }
        }
        applyToAll(reading, number: number, id: id, block: block, output: &output)
    }

    /// Takes a reading into every plan that watches its series.
    @inline(never)
    private mutating func applyToAll(
        _ reading: PaneReading,
        number: Int,
        id: Int,
        block: Int32,
        output: inout WindowOutput
    ) {
        let layout = layout(of: id)
        if layout.pointee.isFollowed {
            applyAndFollow(reading, number: number, id: id, block: block, output: &output)
            return
        }
        var outcomes = Outcomes()
        for place in layout.pointee.places {
            let row = row(id, place, layout)
            let isPlain = plans[place.plan].applyPlainly(
                reading,
                row.header,
                row.area,
                row: row,
                block: block,
                output: &output
            )
            if isPlain {
                outcomes.isApplied = true
            } else {
                outcomes.insert(plans[place.plan].apply(reading, to: row, block: block, output: &output))
            }
        }
        guard !layout.pointee.places.isEmpty else { return }
        outcomes.note(number, &output)
    }

    /// What became of one reading in the plans that watch it.
    struct Outcomes {
        var isApplied = false
        private var isRevised = false
        private(set) var isPartlyLate = false

        @inline(__always)
        mutating func insert(_ outcome: PlanState.Outcome) {
            switch outcome {
            case .applied: isApplied = true
            case .partlyLate: (isApplied, isPartlyLate) = (true, true)
            case .revised: isRevised = true
            case .revisedPartlyLate: (isRevised, isPartlyLate) = (true, true)
            case .late: break
            }
        }

        /// What became of it, if it was not applied.
        @inline(__always)
        var notable: NotableReading.Outcome? {
            isApplied ? nil : isRevised ? .revised : .late
        }

        @inline(__always)
        func note(_ number: Int, _ output: inout WindowOutput) {
            if let notable { output.notable.append(NotableReading(reading: number, outcome: notable)) }
            if isPartlyLate { output.notable.append(NotableReading(reading: number, outcome: .partlyLate)) }
        }
    }

    /// Asks for the memory of readings to come: with many series hardly any of it is in a cache.
    ///
    /// In three steps, as the address of the one stands in what the one before asked for; each as far ahead as memory
    /// takes to answer.
    @inline(__always)
    private func prefetch(_ readings: UnsafeBufferPointer<Reading>, after index: Int) {
        if index &+ 48 < readings.count { ganzhi_prefetch(series.place(of: Int(readings[index &+ 48].channel))) }
        if index &+ 28 < readings.count { ganzhi_prefetch(series[Int(readings[index &+ 28].channel)]) }
        guard index &+ 10 < readings.count else { return }
        let reading = readings[index &+ 10]
        let slab = series[Int(reading.channel)]
        let header = slab.assumingMemoryBound(to: SeriesHeader.self)
        let layout = layouts[Int(header.pointee.layout)]
        ganzhi_prefetch(slab + layout.pointee.recents + Int(header.pointee.nextRecent) &* 16)
        for place in layout.pointee.places {
            plans[place.plan].prefetch(
                header: slab + place.header,
                area: slab + place.area,
                facts: slab + layout.pointee.facts,
                time: reading.time.microseconds
            )
        }
    }

    // MARK: Idleness

    @inline(never)
    private mutating func wait(
        _ row: UnsafeMutablePointer<RowHeader>,
        feed: Int,
        until time: Int64,
        series: Int,
        plan: Int
    ) {
        row.pointee.waitingIn = UInt32(truncatingIfNeeded: feed)
        idleHeaps[feed].insert(RowDeadline(time: time, series: UInt32(series), plan: UInt32(plan)))
        if plans[plan].isGrouped, let row = self.row(series: series, plan: plan) { hear(row, plan: plan) }
    }

    /// Brings the watermark of a quiet row up to the block that brings its device back.
    private mutating func followReturning(
        _ id: Int,
        _ place: SeriesLayout.Place,
        now: Int64,
        block: Int32,
        output: inout WindowOutput
    ) {
        let row = row(id, place, layout(of: id))
        _ = plans[place.plan].follow(row, now: now, block: block, output: &output)
        if plans[place.plan].isGrouped { settle(row, plan: place.plan) }
    }

    private mutating func markIdle(
        feed: Int,
        running: Int64,
        now: Timestamp,
        block: Int32,
        output: inout WindowOutput
    ) {
        while let due = Self.popDue(&idleHeaps[feed], at: running) {
            guard let row = row(series: Int(due.series), plan: Int(due.plan)),
                row.header.pointee.waitingIn == UInt32(feed)
            else { continue }
            let plan = plans + Int(due.plan)
            let deadline = row.series.pointee.heard + plan.pointee.idle
            if deadline > running {
                idleHeaps[feed].insert(RowDeadline(time: deadline, series: due.series, plan: due.plan))
                continue
            }
            plan.pointee.markIdle(row, block: block, output: &output)
            if plan.pointee.isGrouped {
                settle(row, plan: Int(due.plan))
                hasIdled = true
            }
            if plan.pointee.plan.quietCounts { follow(due, row, now: now, block: block, output: &output) }
        }
    }

    private mutating func followQuiet(now: Timestamp, block: Int32, output: inout WindowOutput) {
        while let due = Self.popDue(&quietHeap, at: now.microseconds) {
            guard let row = row(series: Int(due.series), plan: Int(due.plan)),
                row.header.pointee.waitingIn == RowHeader.noFeed
            else { continue }
            follow(due, row, now: now, block: block, output: &output)
        }
    }

    private mutating func follow(
        _ due: RowDeadline,
        _ row: Row,
        now: Timestamp,
        block: Int32,
        output: inout WindowOutput
    ) {
        let plan = plans + Int(due.plan)
        if let next = plan.pointee.follow(row, now: now.microseconds, block: block, output: &output) {
            quietHeap.insert(RowDeadline(time: next, series: due.series, plan: due.plan))
        }
        if plan.pointee.isGrouped {
            settle(row, plan: Int(due.plan))
            hasIdled = true
        }
    }

    // MARK: End of input

    /// Says in which order the series are to be finished at each end, where that is not the order of their numbers.
    ///
    /// Call it before the first ``finishNext(into:)``.
    public mutating func setEndOrder(_ order: [Int]) { ends = openRows(order) }

    /// Evaluates the earliest open end of all rows, up to each row's last window that holds a reading.
    ///
    /// Call it until it returns `false`; from the first call on no more readings may come. One end a call bounds the
    /// output, and keeps the order of results whatever the series.
    ///
    /// - Returns: Whether there was an open end.
    public mutating func finishNext(into output: inout WindowOutput) -> Bool {
        var ends = self.ends.take() ?? openRows(series.indices)
        defer { self.ends = ends }
        guard let (end, rows) = ends.popFirst() else { return false }
        for (index, place) in rows.enumerated() where place.series != EndQueue.groups {
            if index + 16 < rows.count { prefetchHeader(of: rows[index + 16]) }
            if index + 6 < rows.count { prefetchEnd(of: rows[index + 6]) }
            guard let row = row(series: Int(place.series), plan: Int(place.plan)) else { continue }
            let plan = plans + Int(place.plan)
            plan.pointee.finish(row, at: end, output: &output)
            if let next = plan.pointee.nextOpenEnd(row) { ends.insert(place, at: next) }
        }
        finishGroups(at: end, &ends, output: &output)
        return true
    }

    private func prefetchHeader(of row: EndQueue.RowPlace) {
        if row.series != EndQueue.groups { ganzhi_prefetch(series[Int(row.series)]) }
    }

    /// Asks for the memory that the end of a row will need.
    private func prefetchEnd(of row: EndQueue.RowPlace) {
        guard row.series != EndQueue.groups else { return }
        let id = Int(row.series)
        let layout = layout(of: id)
        let slab = series[id]
        for place in layout.pointee.places where place.plan == Int(row.plan) {
            plans[place.plan].prefetchAll(area: slab + place.area, facts: slab + layout.pointee.facts)
        }
    }

    private mutating func openRows(_ order: some Sequence<Int>) -> EndQueue {
        var open = EndQueue()
        for id in order {
            let layout = layout(of: id)
            for place in layout.pointee.places {
                if let next = plans[place.plan].nextOpenEnd(row(id, place, layout)) {
                    open.insert(EndQueue.RowPlace(series: UInt32(id), plan: UInt32(place.plan)), at: next)
                }
            }
        }
        queueGroups(in: &open)
        return open
    }

    // MARK: Deadlines

    @inline(__always)
    private static func isDue(_ heap: Heap<RowDeadline>, at time: Int64) -> Bool {
        heap.min.map { $0.time <= time } ?? false
    }

    private static func popDue(_ heap: inout Heap<RowDeadline>, at time: Int64) -> RowDeadline? {
        guard isDue(heap, at: time), let due = heap.popMin() else { return nil }
        // A row that changed feeds, or fell idle again, may wait twice; both come back with the same time.
        while heap.min == due { heap.removeMin() }
        return due
    }
}
