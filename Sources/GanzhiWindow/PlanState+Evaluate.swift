import GanzhiModel

// What stands at an instant.
extension PlanState {
    /// Computes every window that ends at an instant, and adds what stands there to the output.
    mutating func evaluate(_ row: Row, instant: Int64, block: Int32, output: inout WindowOutput) {
        let firstValue = output.values.count
        let firstWindow = output.windows.count
        let values = output.values.append(.nan, count: aggregateCount)
        var isFresh: Bool?
        for index in 0..<windowCount {
            let window = windows + index
            if window.pointee.standing < 0 {
                let result = merge(window, row, end: instant)
                output.windows.append(result)
                if window.pointee.tellsFreshness { isFresh = newestMerged >= firstFreshPane(at: instant) }
                if result.count > 0 {
                    compute(window, row, result) { values[$0] = $1 }
                    releaseWhole(window)
                }
                if window.pointee.revisions >= 0 {
                    noteReported(row, window, end: instant, isReported: result.count > 0)
                }
            } else {
                if window.pointee.spec.kind == .hopping, !window.pointee.endsWithDays {
                    refreshStanding(window, row, instant: instant)
                }
                output.windows.append(standing(row, window.pointee).pointee)
                copyStandingValues(window, row, to: values)
            }
        }
        output.evaluations.append(
            Evaluation(
                block: block,
                plan: self.index,
                series: row.id,
                row: row.number.pointee,
                feed: row.series.pointee.feed,
                isFresh: isFresh ?? self.isFresh(row, at: instant),
                isEager: false,
                instant: Timestamp(microseconds: instant),
                firstWindow: Int32(firstWindow),
                firstValue: Int32(firstValue)
            )
        )
    }

    /// Copies the values of a result that stands to where an evaluation's values go.
    @inline(__always)
    func copyStandingValues(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        to values: UnsafeMutablePointer<Double>
    ) {
        let standing = standingValues(row, window.pointee)
        var place = 0
        for aggregate in aggregatesOfWindow[window - windows] {
            values[aggregate] = standing[place]
            place &+= 1
        }
    }

    /// Brings the standing result of a window with a coarser hop up to an instant.
    mutating func refreshStanding(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        instant: Int64
    ) {
        let grid = grids + window.pointee.grid
        let hop = grid.pointee.hopPanes
        let number = TimeGrid.floorDivide(grid.pointee.pane.index(of: instant, calendar), hop) * hop
        let end = grid.pointee.pane.start(of: number, calendar)
        let standing = standing(row, window.pointee)
        if end == instant {
            let result = merge(window, row, end: end)
            stand(result, window, row)
            releaseWhole(window)
            if window.pointee.revisions >= 0 { noteReported(row, window, end: end, isReported: result.count > 0) }
        } else if standing.pointee.end.microseconds != end {
            // An end that was passed over without evaluation held nothing.
            let start = grid.pointee.pane.start(of: number - window.pointee.sizePanes, calendar)
            stand(WindowResult(start: start, end: end), window, row)
        }
    }

    /// Lets a result, just merged, stand with its values.
    mutating func stand(_ result: WindowResult, _ window: UnsafeMutablePointer<PlanLayout.Window>, _ row: Row) {
        standing(row, window.pointee).pointee = result
        let values = standingValues(row, window.pointee)
        for place in aggregatesOfWindow[window - windows].indices { values[place] = .nan }
        guard result.count > 0 else { return }
        var place = 0
        compute(window, row, result) { _, value in
            values[place] = value
            place += 1
        }
    }

    /// Computes the aggregates of a window, whose readings are merged in ``whole``, in their order.
    @inline(__always)
    mutating func compute(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        _ result: WindowResult,
        _ body: (_ aggregate: Int, _ value: Double) -> Void
    ) {
        for aggregate in aggregatesOfWindow[window - windows] {
            body(aggregate, recipes[aggregate].value(of: whole) ?? computed(aggregate, window, row, result))
        }
    }

    /// Gives back what ``whole`` keeps elsewhere, once the aggregates of its window are computed.
    @inline(__always)
    mutating func releaseWhole(_ window: UnsafeMutablePointer<PlanLayout.Window>) {
        let isMerged = window.pointee.spec.kind == .hopping
        let form = isMerged ? grids[window.pointee.grid].form : window.pointee.form
        form.release(whole, pool: &pool)
    }

    @inline(never)
    private func computed(
        _ aggregate: Int,
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        _ result: WindowResult
    ) -> Double {
        let function = functions[aggregate]
        return function.needsReadings
            ? ordered(function, window, row, start: result.start.microseconds, end: result.end.microseconds)
            : forms[aggregate].value(function, of: whole, pool: pool)
    }

    /// Number of the first pane of the last step of `every`.
    @inline(__always)
    private func firstFreshPane(at instant: Int64) -> Int64 {
        let grid = grids + freshGrid
        return grid.pointee.pane.index(of: instant, calendar) - grid.pointee.hopPanes
    }

    func isFresh(_ row: Row, at instant: Int64) -> Bool {
        let grid = grids + freshGrid
        var number = firstFreshPane(at: instant)
        let last = number + grid.pointee.hopPanes
        while number < last {
            let head = pane(row, grid, number).assumingMemoryBound(to: Pane.self)
            if head.pointee.number == UInt32(truncatingIfNeeded: number), head.pointee.usable > 0 { return true }
            number += 1
        }
        return false
    }

    /// Merges the panes of one window into ``whole``, oldest first.
    mutating func merge(
        _ window: UnsafeMutablePointer<PlanLayout.Window>,
        _ row: Row,
        end: Int64
    ) -> WindowResult {
        let grid = grids + window.pointee.grid
        let endNumber = grid.pointee.pane.index(of: end, calendar)
        let firstNumber = endNumber - window.pointee.sizePanes
        let start = grid.pointee.pane.start(of: firstNumber, calendar)
        let panes = MergedPanes(
            first: pane(row, grid, firstNumber),
            ring: row.area + grid.pointee.offset,
            numbers: firstNumber..<endNumber
        )
        let slots =
            grid.pointee.form.isPlain
            ? mergePlainly(panes, grid) : mergeAll(panes, grid, start: start)
        let hop = grid.pointee.hopPanes
        let head = whole.assumingMemoryBound(to: Pane.self)
        let interval = row.facts.pointee.expectedInterval
        let coverage =
            interval > 0
            ? Swift.min(1, Double(head.pointee.usable) / (Double(end - start) / Double(interval)))
            : Double(slots) / Double((window.pointee.sizePanes + hop - 1) / hop)
        return WindowResult(of: head.pointee, start: start, end: end, coverage: coverage)
    }

    /// Where the panes of a window lie in a row's ring.
    struct MergedPanes {
        var first: UnsafeMutableRawPointer
        var ring: UnsafeMutableRawPointer
        var numbers: Range<Int64>
    }

    /// Merges panes of sums and extrema in registers, and says how many slots of the hop have data.
    private mutating func mergePlainly(_ panes: MergedPanes, _ grid: UnsafeMutablePointer<PlanLayout.Grid>) -> Int64 {
        let bytes = grid.pointee.form.bytes
        let (sumPlace, extremaPlace) = (grid.pointee.form.sum, grid.pointee.form.extrema)
        let hasSum = grid.pointee.form.parts.contains(.sum)
        let hasExtrema = grid.pointee.form.parts.contains(.extrema)
        let wrap = panes.ring + grid.pointee.paneCount &* bytes
        var slots = SlotCount(end: panes.numbers.upperBound, hop: grid.pointee.hopPanes)
        var whole = Pane()
        var sum = CompensatedSum()
        var extrema = Extrema()
        var part = panes.first
        var number = panes.numbers.lowerBound
        while number < panes.numbers.upperBound {
            let head = part.assumingMemoryBound(to: Pane.self)
            if head.pointee.number == UInt32(truncatingIfNeeded: number) {
                whole.bad &+= head.pointee.bad
                if head.pointee.usable > 0 {
                    whole.good &+= head.pointee.good
                    whole.uncertain &+= head.pointee.uncertain
                    whole.lastTime = head.pointee.lastTime
                    whole.lastReceived = head.pointee.lastReceived
                    if hasSum { sum.merge((part + sumPlace).assumingMemoryBound(to: CompensatedSum.self).pointee) }
                    if hasExtrema { extrema.merge((part + extremaPlace).assumingMemoryBound(to: Extrema.self).pointee) }
                    slots.insert(number)
                }
            }
            number &+= 1
            part += bytes
            if part == wrap { part = panes.ring }
        }
        self.whole.storeBytes(of: whole, as: Pane.self)
        if hasSum { self.whole.storeBytes(of: sum, toByteOffset: sumPlace, as: CompensatedSum.self) }
        if hasExtrema { self.whole.storeBytes(of: extrema, toByteOffset: extremaPlace, as: Extrema.self) }
        newestMerged = slots.newest
        return slots.count
    }

    /// Merges panes of any form, and says how many slots of the hop have data.
    private mutating func mergeAll(
        _ panes: MergedPanes,
        _ grid: UnsafeMutablePointer<PlanLayout.Grid>,
        start: Int64
    ) -> Int64 {
        grid.pointee.form.clear(whole)
        let bytes = grid.pointee.form.bytes
        let wrap = panes.ring + grid.pointee.paneCount &* bytes
        var slots = SlotCount(end: panes.numbers.upperBound, hop: grid.pointee.hopPanes)
        var part = panes.first
        for number in panes.numbers {
            let head = part.assumingMemoryBound(to: Pane.self)
            if head.pointee.number == UInt32(truncatingIfNeeded: number), !head.pointee.isEmpty {
                grid.pointee.form.merge(
                    part,
                    into: whole,
                    origins: (start, grid.pointee.pane.start(of: number, calendar)),
                    pool: &pool
                )
                if head.pointee.usable > 0 { slots.insert(number) }
            }
            part += bytes
            if part == wrap { part = panes.ring }
        }
        newestMerged = slots.newest
        return slots.count
    }
}

/// Counts the slots of a window's hop that have data, back from its end.
private struct SlotCount {
    let end: Int64
    let hop: Int64
    private(set) var count: Int64 = 0
    /// The last pane inserted.
    private(set) var newest = Int64.min
    private var last = Int64.min

    init(end: Int64, hop: Int64) {
        self.end = end
        self.hop = hop
    }

    /// Takes a pane with data in; they come in ascending order.
    @inline(__always)
    mutating func insert(_ pane: Int64) {
        let slot = hop == 1 ? pane : (end - 1 - pane) / hop
        if slot != last {
            count += 1
            last = slot
        }
        newest = pane
    }
}
