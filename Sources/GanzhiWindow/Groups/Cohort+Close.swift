import GanzhiModel
import HeapModule

// What members of groups say waits until their group's watermark reaches it.
extension Cohort {
    /// Closes what members have made final that came further or fell idle.
    mutating func closeDue(block: Int32, _ plans: UnsafeMutablePointer<PlanState>, output: inout WindowOutput) {
        for group in due {
            if !isPart, let last = closable(group, plans).last {
                close(group, upTo: last, block: block, plans, output: &output)
            }
            while states[group].waiting.count > Self.maximumWaiting {
                closedEarly += 1
                let oldest = states[group].waiting.first!.instant
                close(group, upTo: oldest, block: block, plans, output: &output)
            }
        }
        due.removeAll(keepingCapacity: true)
    }

    /// The last instant that all members who are not idle have evaluated; where all are idle, that any has.
    mutating func closable(
        _ group: Int,
        _ plans: UnsafeMutablePointer<PlanState>
    ) -> (last: Int64?, isIdle: Bool) {
        var next = states[group].greatest
        var isIdle = true
        while let turn = states[group].active.min {
            let row = members[Int(turn.member)].row
            if self.isIdle(row) {
                states[group].active.removeMin()
                members[Int(turn.member)].isActive = false
            } else if row.header.pointee.nextInstant > turn.instant {
                states[group].active.replaceMin(
                    with: GroupState.Turn(instant: row.header.pointee.nextInstant, member: turn.member)
                )
            } else {
                (next, isIdle) = (turn.instant, false)
                break
            }
        }
        guard next != .min else { return (nil, isIdle) }
        // All plans of a cohort have the same instants.
        let plan = plans + self.plans[0]
        return (plan.pointee.step.floor(next - 1, plan.pointee.calendar), isIdle)
    }

    /// Closes the instants of a group up to one: those at which members hold something one by one, and the last.
    ///
    /// - Parameter isEnd: Whether the input has ended, and nothing is to be said of an instant at which none does.
    mutating func close(
        _ group: Int,
        upTo last: Int64,
        isEnd: Bool = false,
        block: Int32,
        _ plans: UnsafeMutablePointer<PlanState>,
        output: inout WindowOutput
    ) {
        guard last > states[group].closed else { return }
        // Before the first instant of all there is nothing to be unknown of.
        var isSaid = isEnd || states[group].closed == .min
        while let instant = nextHeld(group, plans), instant <= last {
            let isHeld = evaluate(group, at: instant, block: block, plans, output: &output)
            states[group].closed = instant
            if isHeld, instant == last { isSaid = true }
        }
        if !isSaid { emit(group, instant: last, isFresh: false, block: block, plans, output: &output) }
        states[group].closed = last
    }

    /// The next instant of a group at which a member may hold something.
    private mutating func nextHeld(_ group: Int, _ plans: UnsafeMutablePointer<PlanState>) -> Int64? {
        let closed = states[group].closed
        let lead = plans + self.plans[0]
        let following =
            closed == .min ? Int64.min : lead.pointee.step.next(after: closed, lead.pointee.calendar)
        var next = states[group].waiting.first?.instant ?? .max
        var place = 0
        while place < states[group].quiet.count {
            let number = states[group].quiet[place]
            let member = members[Int(number)]
            let own = Swift.max(member.row.header.pointee.nextInstant, following)
            let (isIdle, plan) = (isIdle(member.row), plans + plan(of: member))
            if isIdle, plan.pointee.isBacked(member.row, own) {
                next = Swift.min(next, own)
                place += 1
            } else if isIdle, plan.pointee.outlastsReadings(member.row) {
                // It has a part in instants of others.
                place += 1
            } else {
                members[Int(number)].isQuiet = false
                states[group].quiet.swapAt(place, states[group].quiet.count - 1)
                states[group].quiet.removeLast()
            }
        }
        return next == .max ? nil : next
    }

    /// Number of a member's plan.
    func plan(of member: Member) -> Int { plans[Int(member.place)] }

    /// Evaluates a group at an instant, and says whether a member has a result there or is fresh.
    private mutating func evaluate(
        _ group: Int,
        at instant: Int64,
        block: Int32,
        _ plans: UnsafeMutablePointer<PlanState>,
        output: inout WindowOutput
    ) -> Bool {
        var isFresh = false
        if states[group].waiting.first?.instant == instant {
            let item = states[group].waiting.popFirst()!
            isFresh = item.isFresh
            var record = item.records
            while record != 0 {
                insert(record)
                record = MemberRecord.previous(of: record, in: pool)
            }
        }
        for place in states[group].quiet.indices {
            let member = members[Int(states[group].quiet[place])]
            let plan = plans + plan(of: member)
            guard isIdle(member.row), member.row.header.pointee.nextInstant <= instant,
                plan.pointee.isBacked(member.row, instant) || plan.pointee.outlastsReadings(member.row)
            else { continue }
            let said = plan.pointee.look(member.row, at: instant, records: &pool, output: &output)
            if said.isFresh { isFresh = true }
            if said.record != 0 { insert(said.record) }
        }
        guard isFresh || !parts.isEmpty else { return false }
        emit(group, instant: instant, isFresh: isFresh, block: block, plans, output: &output)
        return true
    }

    /// Adds what a member says to ``parts``.
    mutating func insert(_ record: UInt32) {
        let (series, place) = MemberRecord.owner(of: record, in: pool)
        parts.append(Part(name: UInt64(series) << 32 | UInt64(place), record: record))
    }

    /// Adds an evaluation of a group to the output, with the members in ``parts``, whose records it releases.
    mutating func emit(
        _ group: Int,
        instant: Int64,
        isFresh: Bool,
        isEager: Bool = false,
        block: Int32,
        _ plans: UnsafeMutablePointer<PlanState>,
        output: inout WindowOutput
    ) {
        parts.sortInPlace()
        output.groups.append(
            GroupEvaluation(
                block: block,
                cohort: number,
                group: Int32(truncatingIfNeeded: group),
                isFresh: isFresh,
                isEager: isEager,
                instant: Timestamp(microseconds: instant),
                heard: heard,
                firstMember: Int32(output.members.count),
                memberCount: Int32(parts.count)
            )
        )
        for part in parts {
            let plan = self.plans[Int(truncatingIfNeeded: part.name & 0xFFFF_FFFF)]
            plans[plan].recordForm.load(part.record, plan: plan, in: pool, into: &output)
            var record = part.record
            pool.release(&record)
        }
        parts.removeAll(keepingCapacity: true)
    }

    /// Closes what waits up to an end, whatever the watermarks, and says when something waits next.
    mutating func finish(
        upTo end: Int64,
        _ plans: UnsafeMutablePointer<PlanState>,
        output: inout WindowOutput
    ) -> Int64? {
        var next: Int64?
        for group in states.indices {
            while let first = states[group].waiting.first {
                guard first.instant <= end else {
                    next = Swift.min(next ?? .max, first.instant)
                    break
                }
                close(group, upTo: first.instant, isEnd: true, block: 0, plans, output: &output)
            }
        }
        return next
    }
}
