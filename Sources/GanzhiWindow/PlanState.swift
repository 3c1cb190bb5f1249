import CGanzhi
import GanzhiModel

/// A plan at work: how it takes readings in and what it keeps beside the rows, which lie with their series.
struct PlanState: ~Copyable {
    let plan: Plan
    /// The number that evaluations carry.
    var index: Int32
    /// Rows so far.
    private(set) var rowCount: UInt32 = 0
    /// Sketches and readings of all rows.
    var pool = WordPool()
    /// The cohort whose groups its rows may belong to, the plan's place in it, and whether a row does.
    private(set) var cohort: UnsafeMutablePointer<Cohort>?
    private(set) var place: UInt32 = 0
    private(set) var isGrouped = false
    /// By the rows' numbers, theirs as members of the cohort; ``Cohort/noMember`` where a row stands alone.
    private var memberNumbers: [UInt32] = []
    /// Whether windows that end with any pane may be asked for, so that what these hold is kept too.
    private(set) var keepsOpenWindows: Bool
    /// Where what a row keeps beside its panes is put aside.
    var aside: [UInt64] = []

    let calendar: UnsafeMutablePointer<DayCalendar>
    let grids: UnsafeMutablePointer<PlanLayout.Grid>
    let gridCount: Int
    let windows: UnsafeMutablePointer<PlanLayout.Window>
    let windowCount: Int
    let aggregateCount: Int
    /// How each aggregate is read from merged panes.
    let recipes: UnsafeMutablePointer<AggregateRecipe>
    /// Functions of the aggregates, and the forms of the panes they are computed from.
    let functions: UnsafeMutablePointer<WindowFunction>
    let forms: UnsafeMutablePointer<PaneForm>
    let step: TimeGrid
    let lateness: Int64
    let idle: Int64
    let revise: Int64
    /// How far before an instant a reading may lie that some window looked at there still holds.
    let reach: Int64
    /// The same for windows that end at every instant, and the last step of `every`.
    let fineReach: Int64
    let freshGrid: Int
    let keepsReadings: Bool
    /// Whether readings are kept for other windows than sessions.
    let keepsLog: Bool
    let hasOwnEnds: Bool
    /// Whether ``applyPlainly(_:_:_:)`` can work: one grid of equal steps, nothing but sums and extrema.
    let isPlain: Bool
    /// Bytes of a pane of the first grid, and of all its panes that are asked for early.
    let paneBytes: Int
    let panesPrefetched: Int
    /// Numbers of each window's aggregates.
    let aggregatesOfWindow: UnsafeMutablePointer<UnsafeMutableBufferPointer<Int>>
    /// Number of the newest pane with usable readings that was merged last.
    var newestMerged = Int64.min
    /// Room to merge a window's panes in.
    let whole: UnsafeMutableRawPointer

    init(_ plan: Plan, index: Int) {
        self.plan = plan
        self.index = Int32(index)
        keepsOpenWindows = plan.eager
        let layout = plan.layout
        calendar = .allocate(capacity: 1)
        calendar.initialize(to: plan.calendar)
        gridCount = layout.grids.count
        grids = .allocate(capacity: gridCount)
        _ = UnsafeMutableBufferPointer(start: grids, count: gridCount).initialize(from: layout.grids)
        windowCount = layout.windows.count
        aggregateCount = plan.aggregates.count
        aggregatesOfWindow = .allocate(capacity: windowCount)
        for (number, window) in layout.windows.enumerated() {
            let list = UnsafeMutableBufferPointer<Int>.allocate(capacity: window.aggregates.count)
            _ = list.initialize(from: window.aggregates)
            (aggregatesOfWindow + number).initialize(to: list)
        }
        windows = .allocate(capacity: windowCount)
        _ = UnsafeMutableBufferPointer(start: windows, count: windowCount).initialize(from: layout.windows)
        functions = .allocate(capacity: plan.aggregates.count)
        forms = .allocate(capacity: plan.aggregates.count)
        recipes = .allocate(capacity: plan.aggregates.count)
        for (number, aggregate) in plan.aggregates.enumerated() {
            let window = layout.windows.first { $0.spec == aggregate.window }!
            let isMerged = window.spec.kind == .hopping
            (functions + number).initialize(to: aggregate.function)
            let form = isMerged ? layout.grids[window.grid].form : window.form
            (forms + number).initialize(to: form)
            (recipes + number).initialize(to: AggregateRecipe(aggregate.function, form))
        }
        step = layout.step
        lateness = plan.lateness.microseconds
        idle = plan.idle.microseconds
        revise = plan.revise.microseconds
        freshGrid = layout.freshGrid
        keepsReadings = layout.keepsReadings
        keepsLog = layout.windows.contains {
            $0.spec.kind == .sliding || $0.spec.kind == .hopping && $0.needsReadings
        }
        hasOwnEnds = layout.hasOwnEnds
        let days: Int64 = plan.calendar == .utc ? 0 : 2 * TimeSpan.days(1).microseconds
        fineReach =
            days
            + plan.windows.reduce(plan.every.microseconds) { reach, window in
                window.kind == .hopping && window.every == plan.every
                    ? Swift.max(reach, window.size.microseconds) : reach
            }
        reach =
            days
            + plan.windows.reduce(plan.every.microseconds) { reach, window in
                guard window.kind == .hopping else { return reach }
                return Swift.max(
                    reach,
                    window.size.microseconds + window.every.microseconds - plan.every.microseconds
                )
            }
        let first = layout.grids[0]
        isPlain =
            gridCount == 1 && first.pane.days == 0 && !layout.keepsReadings && !layout.hasOwnEnds
            && first.form.parts.isSubset(of: [.sum, .extrema])
        paneBytes = first.form.bytes
        panesPrefetched = Swift.min(first.paneCount * first.form.bytes, 2048)
        let room = layout.windows.map(\.form.bytes).max()! + layout.grids.map(\.form.bytes).max()!
        whole = .allocate(byteCount: room, alignment: SlabTable.line)
        whole.initializeMemory(as: UInt8.self, repeating: 0, count: room)
    }

    deinit {
        calendar.deinitialize(count: 1)
        calendar.deallocate()
        grids.deinitialize(count: gridCount)
        grids.deallocate()
        for number in 0..<windowCount { aggregatesOfWindow[number].deallocate() }
        aggregatesOfWindow.deallocate()
        windows.deinitialize(count: windowCount)
        windows.deallocate()
        functions.deallocate()
        forms.deallocate()
        recipes.deallocate()
        whole.deallocate()
    }

    /// Prepares a new row.
    mutating func begin(_ row: Row) {
        row.header.initialize(to: RowHeader())
        row.number.initialize(to: rowCount)
        rowCount += 1
        if keepsReadings {
            let readings = readings(row)
            readings.initialize(to: ReadingRow())
            for session in 0..<plan.layout.sessionCount {
                (sessions(row) + session).initialize(to: OpenSessions())
            }
        }
        for window in plan.layout.windows where window.standing >= 0 {
            standing(row, window).initialize(to: WindowResult(start: .min, end: .min))
            standingValues(row, window).initialize(repeating: .nan, count: window.aggregates.count)
        }
    }

    /// Gives back what a row keeps in the pool.
    mutating func end(_ row: Row) {
        if keepsReadings {
            readings(row).pointee.log.release(pool: &pool)
            for session in 0..<plan.layout.sessionCount { sessions(row)[session].log.release(pool: &pool) }
        }
        for grid in 0..<gridCount where grids[grid].form.parts.contains(.sketches) {
            for slot in 0..<grids[grid].paneCount {
                let pane = row.area + grids[grid].offset + slot * grids[grid].form.bytes
                if !pane.assumingMemoryBound(to: Pane.self).pointee.isEmpty {
                    grids[grid].form.release(pane, pool: &pool)
                }
            }
        }
    }

    // MARK: The cohort

    /// Enters a cohort, or stands alone; nobody belongs to a group before all join again.
    mutating func enter(_ cohort: UnsafeMutablePointer<Cohort>?, place: UInt32, isEager: Bool) {
        self.cohort = cohort
        self.place = place
        keepsOpenWindows = isEager
        isGrouped = false
        memberNumbers.removeAll()
    }

    /// Lets a row belong to a group of the cohort.
    mutating func join(_ row: Row, group: Int) {
        guard let cohort else { preconditionFailure("Only plans of a cohort have groups.") }
        let number = Int(row.number.pointee)
        while memberNumbers.count <= number { memberNumbers.append(Cohort.noMember) }
        memberNumbers[number] = cohort.pointee.join(row, place: place, group: group)
        isGrouped = true
    }

    /// The row's number as a member of the cohort; `nil` where it stands alone.
    func member(of row: Row) -> UInt32? {
        let number = Int(row.number.pointee)
        guard number < memberNumbers.count, memberNumbers[number] != Cohort.noMember else { return nil }
        return memberNumbers[number]
    }

    /// Lets the last evaluation wait for the row's group, where it belongs to one.
    mutating func keep(_ row: Row, _ output: inout WindowOutput) {
        guard let cohort, let member = member(of: row) else { return }
        cohort.pointee.keep(member, recordForm, &output)
    }

    // MARK: State

    /// Writes what the plan keeps beside the rows.
    func write(to state: inout StateWriter) throws {
        try state.value(rowCount)
        try state.value(isGrouped)
        try state.array(memberNumbers)
        try pool.write(to: &state)
    }

    /// Reads what the same plan wrote; its cohort it has entered already.
    mutating func restore(from state: inout StateReader) throws {
        rowCount = try state.value()
        isGrouped = try state.value()
        memberNumbers = try state.array()
        try pool.restore(from: &state)
    }

    // MARK: Parts of a row

    @inline(__always)
    func readings(_ row: Row) -> UnsafeMutablePointer<ReadingRow> {
        (row.area + plan.layout.readingsOffset).assumingMemoryBound(to: ReadingRow.self)
    }

    /// Per session window, the sessions that are open.
    func sessions(_ row: Row) -> UnsafeMutablePointer<OpenSessions> {
        (row.area + plan.layout.readingsOffset + MemoryLayout<ReadingRow>.stride)
            .assumingMemoryBound(to: OpenSessions.self)
    }

    func standing(_ row: Row, _ window: borrowing PlanLayout.Window) -> UnsafeMutablePointer<WindowResult> {
        (row.area + window.standing).assumingMemoryBound(to: WindowResult.self)
    }

    func standingValues(_ row: Row, _ window: borrowing PlanLayout.Window) -> UnsafeMutablePointer<Double> {
        UnsafeMutableRawPointer(standing(row, window) + 1).assumingMemoryBound(to: Double.self)
    }

    @inline(__always)
    func pane(_ row: Row, _ grid: UnsafeMutablePointer<PlanLayout.Grid>, _ number: Int64) -> UnsafeMutableRawPointer {
        let slot = Int(truncatingIfNeeded: grid.pointee.ring.modulo(number))
        return row.area + grid.pointee.offset + slot &* grid.pointee.form.bytes
    }

    /// Asks for the memory that a reading of this time will need.
    @inline(__always)
    func prefetch(header: UnsafeRawPointer, area: UnsafeRawPointer, facts: UnsafeRawPointer, time: Int64) {
        let row = header.assumingMemoryBound(to: RowHeader.self)
        let newest = area + Int(row.pointee.newestPane)
        guard time &- lateness >= row.pointee.nextInstant else {
            ganzhi_prefetch(newest)
            ganzhi_prefetch(newest + paneBytes)
            return
        }
        prefetchAll(area: area, facts: facts)
    }

    /// Asks for the memory that closing windows will need: all panes, and what no reading touches.
    @inline(__always)
    func prefetchAll(area: UnsafeRawPointer, facts: UnsafeRawPointer) {
        ganzhi_prefetch(facts)
        var line = 0
        while line < panesPrefetched {
            ganzhi_prefetch(area + line)
            line &+= SlabTable.line
        }
    }

    // MARK: Readings

    /// Takes in a usable reading that comes in order, in a plan of one plain grid.
    ///
    /// - Returns: Whether it was such a case; if not, nothing has happened.
    @inline(__always)
    mutating func applyPlainly(
        _ reading: PaneReading,
        _ header: UnsafeMutablePointer<RowHeader>,
        _ area: UnsafeMutableRawPointer,
        row: @autoclosure () -> Row,
        block: Int32,
        output: inout WindowOutput
    ) -> Bool {
        guard isPlain, reading.quality == .good, reading.time >= header.pointee.watermark else { return false }
        let watermark = reading.time &- lateness
        if watermark > header.pointee.watermark {
            if watermark < header.pointee.nextInstant {
                header.pointee.watermark = watermark
            } else {
                advance(row(), to: watermark, block: block, output: &output)
            }
        }
        let grid = grids
        let number = grid.pointee.pane.index(ofEqual: reading.time)
        let offset = Int(truncatingIfNeeded: grid.pointee.ring.modulo(number)) &* paneBytes
        let pane = area + offset
        let head = pane.assumingMemoryBound(to: Pane.self)
        if head.pointee.number != UInt32(truncatingIfNeeded: number) || head.pointee.isEmpty {
            guard begin(pane, number, grid, row()) else {
                header.pointee.newest = Swift.max(header.pointee.newest, reading.time)
                return true
            }
        }
        head.pointee.good &+= 1
        grid.pointee.form.addPlainly(reading, to: pane)
        if reading.time > header.pointee.newest {
            header.pointee.newest = reading.time
            header.pointee.newestPane = UInt32(truncatingIfNeeded: offset)
        }
        return true
    }

    /// What became of a reading in this plan.
    enum Outcome { case applied, partlyLate, revised, revisedPartlyLate, late }

    /// Judges a reading, takes it in, and closes what its arrival makes final.
    ///
    /// The windows that it closes hold it only where readings end them. Panes are filled after closing, so that they never
    /// need to reach further than ``PlanLayout/Grid/paneCount``.
    mutating func apply(_ reading: PaneReading, to row: Row, block: Int32, output: inout WindowOutput) -> Outcome {
        let watermark = reading.time &- lateness
        if reading.time < row.header.pointee.watermark || keepsReadings {
            return applyCarefully(reading, to: row, block: block, output: &output)
        }
        if watermark > row.header.pointee.watermark { advance(row, to: watermark, block: block, output: &output) }
        fill(reading, row)
        return .applied
    }

    /// The same, the plain way where that will do.
    mutating func applyAny(_ reading: PaneReading, to row: Row, block: Int32, output: inout WindowOutput) -> Outcome {
        applyPlainly(reading, row.header, row.area, row: row, block: block, output: &output)
            ? .applied : apply(reading, to: row, block: block, output: &output)
    }

    @inline(never)
    private mutating func applyCarefully(
        _ reading: PaneReading,
        to row: Row,
        block: Int32,
        output: inout WindowOutput
    ) -> Outcome {
        let watermark = row.header.pointee.watermark
        let outcome = reading.time < watermark ? judge(reading, row) : .applied
        if outcome == .late { return .late }
        if keepsReadings { keep(reading, row) }
        if reading.time &- lateness > watermark {
            advance(row, to: reading.time &- lateness, block: block, output: &output)
        }
        fill(reading, row)
        if revise > 0, reading.time < watermark {
            reviseWindows(holding: reading.time, row, block: block, output: &output)
        }
        return outcome
    }

    /// Adds a reading to its pane of every grid.
    private mutating func fill(_ reading: PaneReading, _ row: Row) {
        let isNewest = reading.time > row.header.pointee.newest
        for index in 0..<gridCount {
            let grid = grids + index
            let number = grid.pointee.pane.index(of: reading.time, calendar)
            let pane = pane(row, grid, number)
            let head = pane.assumingMemoryBound(to: Pane.self)
            if head.pointee.number != UInt32(truncatingIfNeeded: number) || head.pointee.isEmpty {
                guard begin(pane, number, grid, row) else { continue }
            }
            grid.pointee.form.add(
                reading,
                to: pane,
                origin: grid.pointee.pane.start(of: number, calendar),
                pool: &pool
            )
            if isNewest, index == 0 { row.header.pointee.newestPane = UInt32(truncatingIfNeeded: pane - row.area) }
        }
        if isNewest { row.header.pointee.newest = reading.time }
    }

    /// Makes room for a pane; says `false` where no window that is kept holds it.
    @inline(never)
    private mutating func begin(
        _ pane: UnsafeMutableRawPointer,
        _ number: Int64,
        _ grid: UnsafeMutablePointer<PlanLayout.Grid>,
        _ row: Row
    ) -> Bool {
        let header = row.header.pointee
        guard number >= nextEnd(grid, row) - grid.pointee.longestPanes else { return false }
        if header.newest != .min {
            let newest = grid.pointee.pane.index(of: header.newest, calendar)
            forgetPanes(between: newest, and: number, grid, row)
        }
        if !pane.assumingMemoryBound(to: Pane.self).pointee.isEmpty { grid.pointee.form.release(pane, pool: &pool) }
        grid.pointee.form.clear(pane, number: UInt32(truncatingIfNeeded: number))
        return true
    }

    /// Number of the first pane after the next end of a window that is kept.
    @inline(__always)
    func nextEnd(_ grid: UnsafeMutablePointer<PlanLayout.Grid>, _ row: Row) -> Int64 {
        let header = row.header.pointee
        var kept = header.watermark &- revise
        var hop = grid.pointee.hopPanes
        if keepsOpenWindows {
            // One may end with the pane of a reading that is newer than all of this row.
            if header.newest != .min { kept = Swift.min(kept, header.newest) }
            hop = 1
        }
        return (TimeGrid.floorDivide(grid.pointee.pane.index(of: kept, calendar), hop) + 1) * hop
    }

    /// Empties the panes that are passed over: none of them is needed any more, and none shall be mistaken for one of
    /// another age.
    private mutating func forgetPanes(
        between newest: Int64,
        and number: Int64,
        _ grid: UnsafeMutablePointer<PlanLayout.Grid>,
        _ row: Row
    ) {
        let passed = Swift.min(number - newest - 1, Int64(grid.pointee.paneCount))
        guard passed > 0 else { return }
        for number in (number - passed)..<number {
            let pane = pane(row, grid, number)
            let head = pane.assumingMemoryBound(to: Pane.self)
            guard !head.pointee.isEmpty else { continue }
            grid.pointee.form.release(pane, pool: &pool)
            head.pointee = Pane()
        }
    }

    // MARK: Lateness

    private func judge(_ reading: PaneReading, _ row: Row) -> Outcome {
        let watermark = row.header.pointee.watermark
        guard watermark != .min else { return .applied }
        var (isHeld, isOpen, misses, isRevised) = (false, false, false, false)
        for index in 0..<windowCount {
            let isFinal: Bool
            switch windows[index].spec.kind {
            case .hopping:
                guard let end = lastEnd(of: windows + index, holding: reading.time) else { continue }
                isFinal = end <= watermark
                if isFinal, revise > 0, end > watermark - revise {
                    isHeld = true
                    isRevised = true
                    continue
                }
            case .sliding: isFinal = reading.time + windows[index].spec.size.microseconds <= watermark
            case .session: isFinal = isLate(reading.time, forSession: windows + index, row)
            }
            isHeld = true
            if isFinal { misses = true } else { isOpen = true }
        }
        if isHeld, !isOpen { return !isRevised ? .late : misses ? .revisedPartlyLate : .revised }
        return misses ? .partlyLate : .applied
    }

    /// End of the last window that holds a time, or `nil` where none does.
    func lastEnd(of window: UnsafeMutablePointer<PlanLayout.Window>, holding time: Int64) -> Int64? {
        let grid = grids + window.pointee.grid
        let number = grid.pointee.pane.index(of: time, calendar)
        let hop = grid.pointee.hopPanes
        let end = TimeGrid.floorDivide(number + window.pointee.sizePanes, hop) * hop
        return end > number ? grid.pointee.pane.start(of: end, calendar) : nil
    }

    // MARK: Closing

    /// Raises a row's watermark and evaluates the instants that this makes final.
    mutating func advance(_ row: Row, to watermark: Int64, block: Int32, output: inout WindowOutput) {
        let header = row.header
        header.pointee.watermark = watermark
        if !header.pointee.hasBegun {
            header.pointee.nextInstant = step.next(after: watermark, calendar)
            if hasOwnEnds { beginOwnEnds(row) }
        }
        while header.pointee.nextInstant <= watermark {
            let instant = header.pointee.nextInstant
            if hasOwnEnds { closeOwnEnds(row, upTo: instant, block: block, output: &output) }
            guard isBacked(row, instant) || hasLastingPart(row, from: instant, to: watermark) else {
                // Nothing reaches this instant or a later one: evaluations to come are unknown, the last stands for all.
                let last = step.floor(watermark, calendar)
                emitUnknown(row, instant: last, block: block, output: &output)
                if isGrouped { keep(row, &output) }
                skipRevisions(row, from: instant, to: last)
                header.pointee.nextInstant = step.next(after: watermark, calendar)
                break
            }
            if isSparse(row, at: instant), let next = nextCoarseEnd(row, from: instant), next > instant {
                let last = step.floor(Swift.min(watermark, next - 1), calendar)
                emitUnknown(row, instant: last, block: block, output: &output)
                skipRevisions(row, from: instant, to: last)
                header.pointee.nextInstant = step.next(after: last, calendar)
                continue
            }
            evaluate(row, instant: instant, block: block, output: &output)
            if isGrouped { keep(row, &output) }
            header.pointee.nextInstant = step.next(after: instant, calendar)
        }
        if hasOwnEnds { closeOwnEnds(row, upTo: watermark, block: block, output: &output) }
        if keepsReadings { trimReadings(row) }
    }

    /// Whether a window that the instant looks at, or its last step, may hold a reading.
    func isBacked(_ row: Row, _ instant: Int64) -> Bool {
        let newest = row.header.pointee.newest
        return newest != .min && instant - reach <= newest
    }

    /// Whether no window that ends at every instant holds a reading any more, nor the last step of `every`.
    ///
    /// Then all instants are unknown but tell of windows with coarser hops that end there. Without this, a window of a
    /// month under an evaluation a second would be asked millions of times after a pause of its device. Where quiet
    /// devices count, or a group looks on, every instant matters.
    func isSparse(_ row: Row, at instant: Int64) -> Bool {
        !plan.quietCounts && !isGrouped && instant - fineReach > row.header.pointee.newest
    }

    /// The next instant from one on at which a window with a coarser hop ends.
    func nextCoarseEnd(_ row: Row, from instant: Int64) -> Int64? {
        var next: Int64?
        for index in 0..<windowCount where windows[index].standing >= 0 && windows[index].spec.kind == .hopping {
            guard !windows[index].endsWithDays else { continue }
            let grid = grids + windows[index].grid
            let hop = grid.pointee.hopPanes
            let before = grid.pointee.pane.index(of: instant - 1, calendar)
            let number = (TimeGrid.floorDivide(before, hop) + 1) * hop
            let end = grid.pointee.pane.start(of: number, calendar)
            next = Swift.min(next ?? end, end)
        }
        return next
    }

    private func emitUnknown(_ row: Row, instant: Int64, block: Int32, output: inout WindowOutput) {
        output.evaluations.append(
            Evaluation(
                block: block,
                plan: index,
                series: row.id,
                row: row.number.pointee,
                feed: row.series.pointee.feed,
                isFresh: false,
                isEager: false,
                instant: Timestamp(microseconds: instant),
                firstWindow: -1,
                firstValue: -1
            )
        )
    }

    // MARK: Idleness

    /// Moves the watermark of a row that has fallen idle to the end of the step that holds its newest reading.
    mutating func markIdle(_ row: Row, block: Int32, output: inout WindowOutput) {
        row.header.pointee.waitingIn = RowHeader.noFeed
        guard row.header.pointee.hasBegun, row.header.pointee.newest != .min else { return }
        let stepEnd = step.next(after: row.header.pointee.newest, calendar)
        if stepEnd > row.header.pointee.watermark { advance(row, to: stepEnd, block: block, output: &output) }
    }

    /// Lets the watermark of an idle row follow *now* − `idle`, and says at which *now* to come back.
    mutating func follow(_ row: Row, now: Int64, block: Int32, output: inout WindowOutput) -> Int64? {
        guard row.header.pointee.hasBegun else { return nil }
        if now - idle > row.header.pointee.watermark { advance(row, to: now - idle, block: block, output: &output) }
        return Swift.min(row.header.pointee.nextInstant, nextOwnEnd(row) ?? .max) + idle
    }
}
