import GanzhiModel
import HeapModule

// What members of groups say waits until their group's watermark reaches it.
extension PlanState {
    private func isIdle(_ row: Row) -> Bool {
        row.header.pointee.waitingIn == RowHeader.noFeed || groups.isFinishing
    }

    private func group(of row: Row) -> Int? {
        let number = Int(row.number.pointee)
        return number < groups.members.count ? groups.members[number]?.group : nil
    }

    // MARK: Members

    /// Lets a row belong to a group.
    mutating func join(_ row: Row, group: Int) {
        precondition(group >= 0, "Groups are numbered from 0.")
        isGrouped = true
        while groups.states.count <= group { groups.states.append(GroupState()) }
        let number = Int(row.number.pointee)
        while groups.members.count <= number { groups.members.append(nil) }
        groups.members[number] = PlanGroups.Member(row: row, group: group)
        guard row.header.pointee.hasBegun else { return }
        if isIdle(row) { fallQuiet(row, group) } else { goActive(row, group) }
    }

    /// Forgets who belongs to which group, before all join again.
    mutating func leaveGroups() {
        isGrouped = false
        groups.members.removeAll()
        for group in groups.states.indices {
            groups.states[group].active = Heap()
            groups.states[group].quiet.removeAll()
        }
    }

    /// Drops what waits in groups that no member joined again.
    mutating func dropEmptyGroups() {
        for group in groups.states.indices where !groups.members.contains(where: { $0?.group == group }) {
            while let item = groups.states[group].waiting.popFirst() { releaseRecords(item.records) }
        }
    }

    /// Lets a member that was heard hold its group up again.
    mutating func hear(_ row: Row) {
        guard row.header.pointee.hasBegun, let group = group(of: row) else { return }
        goActive(row, group)
    }

    private mutating func goActive(_ row: Row, _ group: Int) {
        let number = row.number.pointee
        guard !groups.members[Int(number)]!.isActive else { return }
        groups.members[Int(number)]!.isActive = true
        groups.states[group].active.insert(GroupState.Turn(instant: row.header.pointee.nextInstant, member: number))
    }

    private mutating func fallQuiet(_ row: Row, _ group: Int) {
        let number = row.number.pointee
        guard !groups.members[Int(number)]!.isQuiet else { return }
        groups.members[Int(number)]!.isQuiet = true
        groups.states[group].quiet.append(number)
    }

    /// Takes note of how far a member has come or that it fell idle, and closes what this makes final for its group.
    ///
    /// What idleness makes final waits for ``closeIdled(block:output:)``.
    ///
    /// - Complexity: O(log members) amortised, beside what is closed.
    mutating func settle(_ row: Row, block: Int32, output: inout WindowOutput) {
        guard row.header.pointee.hasBegun, let group = group(of: row) else { return }
        let number = Int(row.number.pointee)
        let next = row.header.pointee.nextInstant
        // Between two instants nothing becomes final.
        if !isIdle(row), groups.members[number]!.isActive, groups.members[number]!.settled == next { return }
        groups.members[number]!.settled = next
        groups.states[group].greatest = Swift.max(groups.states[group].greatest, next)
        if isIdle(row) { fallQuiet(row, group) } else { goActive(row, group) }
        if isIdle(row) {
            if groups.idled.last != group { groups.idled.append(group) }
        } else {
            closeFinal(group, block: block, output: &output)
        }
        while groups.states[group].waiting.count > PlanGroups.maximumWaiting {
            groups.closedEarly += 1
            close(group, upTo: groups.states[group].waiting.first!.instant, block: block, output: &output)
        }
    }

    private mutating func closeFinal(_ group: Int, block: Int32, output: inout WindowOutput) {
        guard !isPart, let last = closable(group).last else { return }
        close(group, upTo: last, block: block, output: &output)
    }

    /// Closes what members who fell idle make final, once all have that do at this block.
    mutating func closeIdled(block: Int32, output: inout WindowOutput) {
        for group in groups.idled { closeFinal(group, block: block, output: &output) }
        groups.idled.removeAll(keepingCapacity: true)
    }

    /// The last instant that all members who are not idle have evaluated; where all are idle, that any has.
    mutating func closable(_ group: Int) -> (last: Int64?, isIdle: Bool) {
        var next = groups.states[group].greatest
        var isIdle = true
        while let turn = groups.states[group].active.min {
            let row = groups.members[Int(turn.member)]!.row
            if self.isIdle(row) {
                groups.states[group].active.removeMin()
                groups.members[Int(turn.member)]!.isActive = false
            } else if row.header.pointee.nextInstant > turn.instant {
                groups.states[group].active.replaceMin(
                    with: GroupState.Turn(instant: row.header.pointee.nextInstant, member: turn.member)
                )
            } else {
                (next, isIdle) = (turn.instant, false)
                break
            }
        }
        return (next == .min ? nil : step.floor(next - 1, calendar), isIdle)
    }

    // MARK: Records

    /// Takes the last evaluation back out of the output, and lets what it says wait where it belongs to a group.
    mutating func keep(_ row: Row, _ output: inout WindowOutput) {
        guard let group = group(of: row) else { return }
        let evaluation = output.evaluations[output.evaluations.count - 1]
        let instant = evaluation.instant.microseconds
        if evaluation.firstWindow >= 0, instant > groups.states[group].closed {
            let record = record(evaluation, output)
            if record != 0 || evaluation.isFresh {
                let place = groups.states[group].waiting.place(of: instant)
                if evaluation.isFresh { groups.states[group].waiting[place].isFresh = true }
                if record != 0 {
                    link(record, to: groups.states[group].waiting[place].records)
                    groups.states[group].waiting[place].records = record
                }
            }
        }
        takeBack(evaluation, &output)
    }

    private func takeBack(_ evaluation: Evaluation, _ output: inout WindowOutput) {
        output.evaluations.removeLast(to: output.evaluations.count - 1)
        guard evaluation.firstWindow >= 0 else { return }
        output.windows.removeLast(to: Int(evaluation.firstWindow))
        output.values.removeLast(to: Int(evaluation.firstValue))
    }

    private var recordWindows: Int { 3 * MemoryLayout<UInt64>.stride }
    private var recordValues: Int { recordWindows + windowCount * MemoryLayout<WindowResult>.stride }

    /// A block that holds what an evaluation says, or 0 where none of its windows has a result.
    private mutating func record(_ evaluation: Evaluation, _ output: borrowing WindowOutput) -> UInt32 {
        let firstWindow = Int(evaluation.firstWindow)
        var hasResult = false
        for window in 0..<windowCount where output.windows[firstWindow + window].count > 0 { hasResult = true }
        guard hasResult else { return 0 }
        let words = (recordValues + aggregateCount * MemoryLayout<Double>.stride) / MemoryLayout<UInt64>.stride
        var log = WordPool.smallestLog
        while 1 << log < words { log += 1 }
        let handle = pool.take(logWords: log)
        let record = UnsafeMutableRawPointer(pool[handle])
        record.storeBytes(of: 0, as: UInt64.self)
        let names = UInt64(evaluation.row) << 32 | UInt64(evaluation.series)
        record.storeBytes(of: names, toByteOffset: 8, as: UInt64.self)
        record.storeBytes(of: UInt64(evaluation.feed), toByteOffset: 16, as: UInt64.self)
        let windows = (record + recordWindows).assumingMemoryBound(to: WindowResult.self)
        for window in 0..<windowCount { (windows + window).initialize(to: output.windows[firstWindow + window]) }
        let values = (record + recordValues).assumingMemoryBound(to: Double.self)
        for aggregate in 0..<aggregateCount {
            (values + aggregate).initialize(to: output.values[Int(evaluation.firstValue) + aggregate])
        }
        return handle
    }

    private func link(_ record: UInt32, to next: UInt32) { pool[record].pointee = UInt64(next) }

    private mutating func releaseRecords(_ first: UInt32) {
        var record = first
        while record != 0 {
            let next = UInt32(truncatingIfNeeded: pool[record].pointee)
            pool.release(&record)
            record = next
        }
    }

    // MARK: Closing

    /// Closes the instants of a group up to one: those at which members hold something one by one, and the last.
    ///
    /// - Parameter isEnd: Whether the input has ended, and nothing is to be said of an instant at which none does.
    mutating func close(
        _ group: Int,
        upTo last: Int64,
        isEnd: Bool = false,
        block: Int32,
        output: inout WindowOutput
    ) {
        guard last > groups.states[group].closed else { return }
        // Before the first instant of all there is nothing to be unknown of.
        var isSaid = isEnd || groups.states[group].closed == .min
        while let instant = nextHeld(group), instant <= last {
            let isHeld = evaluate(group, at: instant, block: block, output: &output)
            groups.states[group].closed = instant
            if isHeld, instant == last { isSaid = true }
        }
        if !isSaid { emit(group, instant: last, isFresh: false, block, &output) }
        groups.states[group].closed = last
    }

    /// The next instant of a group at which a member may hold something.
    private mutating func nextHeld(_ group: Int) -> Int64? {
        let closed = groups.states[group].closed
        let following = closed == .min ? Int64.min : step.next(after: closed, calendar)
        var next = groups.states[group].waiting.first?.instant ?? .max
        var place = 0
        while place < groups.states[group].quiet.count {
            let number = groups.states[group].quiet[place]
            let row = groups.members[Int(number)]!.row
            let own = Swift.max(row.header.pointee.nextInstant, following)
            if isIdle(row), isBacked(row, own) {
                next = Swift.min(next, own)
                place += 1
            } else {
                groups.members[Int(number)]!.isQuiet = false
                groups.states[group].quiet.swapAt(place, groups.states[group].quiet.count - 1)
                groups.states[group].quiet.removeLast()
            }
        }
        return next == .max ? nil : next
    }

    /// Evaluates a group at an instant, and says whether a member has a result there or is fresh.
    private mutating func evaluate(
        _ group: Int,
        at instant: Int64,
        block: Int32,
        output: inout WindowOutput
    ) -> Bool {
        var isFresh = false
        groups.order.removeAll(keepingCapacity: true)
        if groups.states[group].waiting.first?.instant == instant {
            let item = groups.states[group].waiting.popFirst()!
            isFresh = item.isFresh
            var record = item.records
            while record != 0 {
                groups.order.append(pool[record][1] << 32 | UInt64(record))
                record = UInt32(truncatingIfNeeded: pool[record].pointee)
            }
        }
        for place in groups.states[group].quiet.indices {
            let row = groups.members[Int(groups.states[group].quiet[place])]!.row
            guard isIdle(row), row.header.pointee.nextInstant <= instant, isBacked(row, instant) else { continue }
            let (record, isOwnFresh) = look(row, at: instant, &output)
            if isOwnFresh { isFresh = true }
            if record != 0 { groups.order.append(pool[record][1] << 32 | UInt64(record)) }
        }
        guard isFresh || !groups.order.isEmpty else { return false }
        groups.order.sortInPlace()
        emit(group, instant: instant, isFresh: isFresh, block, &output)
        return true
    }

    /// What a row whose watermark has not reached an instant would say there, with the row as it was afterwards.
    private mutating func look(_ row: Row, at instant: Int64, _ output: inout WindowOutput) -> (UInt32, isFresh: Bool) {
        let last = grids[gridCount - 1]
        let beside = last.offset + last.paneCount * last.form.bytes
        let words = (plan.layout.areaBytes - beside + 7) / 8
        while groups.aside.count < words { groups.aside.append(0) }
        groups.aside.withUnsafeMutableBytes {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: row.area + beside, count: plan.layout.areaBytes - beside))
        }
        // Closing a session lets go of its readings.
        for session in 0..<plan.layout.sessionCount {
            sessions(row)[session].log = sessions(row)[session].log.copy(pool: &pool)
        }
        let reports = output.reports.count
        let windows = output.windows.count
        let values = output.values.count
        if hasOwnEnds { closeOwnEnds(row, upTo: instant, block: 0, output: &output) }
        for index in 0..<windowCount {
            let window = self.windows + index
            guard window.pointee.standing >= 0, window.pointee.spec.kind == .hopping, !window.pointee.endsWithDays
            else { continue }
            // An end that the row has not come to is no end that was passed over.
            let end = lastEnd(of: window, upTo: instant)
            if end >= row.header.pointee.nextInstant { refreshStanding(window, row, instant: end) }
        }
        evaluate(row, instant: instant, block: 0, output: &output)
        let evaluation = output.evaluations[output.evaluations.count - 1]
        let record = record(evaluation, output)
        takeBack(evaluation, &output)
        output.reports.removeLast(to: reports)
        output.windows.removeLast(to: windows)
        output.values.removeLast(to: values)
        for session in 0..<plan.layout.sessionCount { sessions(row)[session].log.release(pool: &pool) }
        groups.aside.withUnsafeBytes {
            if let aside = $0.baseAddress, plan.layout.areaBytes > beside {
                (row.area + beside).copyMemory(from: aside, byteCount: plan.layout.areaBytes - beside)
            }
        }
        return (record, evaluation.isFresh)
    }

    /// Adds an evaluation of a group to the output, with the members in ``PlanGroups/order``, whose records it releases.
    private mutating func emit(
        _ group: Int,
        instant: Int64,
        isFresh: Bool,
        _ block: Int32,
        _ output: inout WindowOutput
    ) {
        output.groups.append(
            GroupEvaluation(
                block: block,
                plan: index,
                group: Int32(truncatingIfNeeded: group),
                isFresh: isFresh,
                instant: Timestamp(microseconds: instant),
                firstMember: Int32(output.members.count),
                memberCount: Int32(groups.order.count)
            )
        )
        for entry in groups.order {
            var handle = UInt32(truncatingIfNeeded: entry)
            let record = UnsafeRawPointer(pool[handle])
            let names = record.load(fromByteOffset: 8, as: UInt64.self)
            output.members.append(
                GroupMember(
                    series: UInt32(truncatingIfNeeded: names),
                    row: UInt32(truncatingIfNeeded: names >> 32),
                    feed: UInt32(truncatingIfNeeded: record.load(fromByteOffset: 16, as: UInt64.self)),
                    firstWindow: Int32(output.windows.count),
                    firstValue: Int32(output.values.count)
                )
            )
            let windows = (record + recordWindows).assumingMemoryBound(to: WindowResult.self)
            for window in 0..<windowCount { output.windows.append(windows[window]) }
            let values = (record + recordValues).assumingMemoryBound(to: Double.self)
            for aggregate in 0..<aggregateCount { output.values.append(values[aggregate]) }
            pool.release(&handle)
        }
        groups.order.removeAll(keepingCapacity: true)
    }

    // MARK: The end of input

    /// Lets all members fall idle, as none will be heard any more.
    mutating func beginFinish() {
        groups.isFinishing = true
        for case let member? in groups.members where member.row.header.pointee.hasBegun {
            fallQuiet(member.row, member.group)
        }
    }

    /// Closes what waits up to an end, whatever the watermarks, and says when something waits next.
    mutating func finishGroups(upTo end: Int64, output: inout WindowOutput) -> Int64? {
        var next: Int64?
        for group in groups.states.indices {
            while let first = groups.states[group].waiting.first {
                guard first.instant <= end else {
                    next = Swift.min(next ?? .max, first.instant)
                    break
                }
                close(group, upTo: first.instant, isEnd: true, block: 0, output: &output)
            }
        }
        return next
    }
}
