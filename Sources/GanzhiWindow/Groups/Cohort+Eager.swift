import GanzhiModel

// Evaluations of groups that do not wait for windows to end.
extension Cohort {
    /// Lets what follow that members took a reading in: what it makes final, and an evaluation of each group of eager plans
    /// to which nothing as new was applied before.
    mutating func follow(
        _ time: Int64,
        block: Int32,
        _ plans: UnsafeMutablePointer<PlanState>,
        output: inout WindowOutput
    ) {
        if !due.isEmpty { closeDue(block: block, plans, output: &output) }
        guard !hearers.isEmpty else { return }
        for hearer in hearers {
            let member = members[Int(hearer)]
            guard time > states[member.group].newest, plans[plan(of: member)].plan.eager, !isPart else { continue }
            states[member.group].newest = time
            evaluateEagerly(
                member.group,
                end: plans[plan(of: member)].openEnd(time),
                time: time,
                block: block,
                plans,
                output: &output
            )
        }
        for hearer in hearers {
            let group = members[Int(hearer)].group
            states[group].newest = Swift.max(states[group].newest, time)
        }
        hearers.removeAll(keepingCapacity: true)
    }

    /// Evaluates a group at the end of an open pane.
    ///
    /// - Complexity: O(members), each with its windows.
    private mutating func evaluateEagerly(
        _ group: Int,
        end: Int64,
        time: Int64,
        block: Int32,
        _ plans: UnsafeMutablePointer<PlanState>,
        output: inout WindowOutput
    ) {
        var isFresh = false
        for place in states[group].members.indices {
            let number = states[group].members[place]
            let member = members[Int(number)]
            let plan = plans + plan(of: member)
            let end = plan.pointee.openEnd(time, for: end)
            guard member.row.header.pointee.hasBegun else { continue }
            let said =
                hearers.contains(number)
                ? plan.pointee.lookOpen(member.row, end: end, time: time, records: &pool, output: &output)
                : plan.pointee.look(
                    member.row,
                    at: end,
                    open: (time, isIdle(member.row) ? states[group].closed : .min),
                    records: &pool,
                    output: &output
                )
            if said.isFresh { isFresh = true }
            if said.record != 0 { insert(said.record) }
        }
        emit(group, instant: end, isFresh: isFresh, isEager: true, block: block, plans, output: &output)
    }
}
