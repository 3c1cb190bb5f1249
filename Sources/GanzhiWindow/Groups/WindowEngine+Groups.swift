public import GanzhiModel

// Windows over the members of groups.
extension WindowEngine {
    /// The most instants that wait in a group.
    ///
    /// Beyond, the oldest is closed without waiting for the members that hold it up; they have no part in it.
    public static let maximumWaitingInstants = PlanGroups.maximumWaiting

    /// Instants of groups that were closed without waiting for all members, as too many waited.
    public var groupInstantsClosedEarly: Int {
        var count = closedEarlyBefore
        for plan in 0..<planCount { count += plans[plan].groups.closedEarly }
        return count
    }

    /// Lets all series join their groups, for a new generation.
    mutating func joinGroups(_ groups: (_ series: Int) -> [Int: Int]) {
        for id in 0..<series.count {
            let numbers = groups(id)
            guard !numbers.isEmpty else { continue }
            let layout = layout(of: id)
            for place in layout.pointee.places {
                if let group = numbers[place.plan] { plans[place.plan].join(row(id, place, layout), group: group) }
            }
        }
        for plan in 0..<planCount {
            plans[plan].isPart = groupsAreParts
            plans[plan].dropEmptyGroups()
        }
    }

    /// Closes what members make final that fell idle at a block.
    mutating func closeIdledGroups(block: Int32, output: inout WindowOutput) {
        for plan in 0..<planCount where plans[plan].isGrouped {
            plans[plan].closeIdled(block: block, output: &output)
        }
        hasIdled = false
    }

    // MARK: The end of input

    /// Closes what waits in groups up to an end that all rows have come to.
    mutating func finishGroups(at end: Int64, _ ends: inout EndQueue, output: inout WindowOutput) {
        for plan in 0..<planCount where plans[plan].isGrouped && !groupsAreParts {
            guard let next = plans[plan].finishGroups(upTo: end, output: &output) else { continue }
            queueGroups(of: plan, at: next, in: &ends)
        }
    }

    /// Notes when something waits in the groups of each plan.
    mutating func queueGroups(in ends: inout EndQueue) {
        for plan in 0..<planCount where plans[plan].isGrouped {
            plans[plan].beginFinish()
            if groupsAreParts { continue }
            let first = plans[plan].groups.states.compactMap { $0.waiting.first?.instant }.min()
            if let first { queueGroups(of: plan, at: first, in: &ends) }
        }
    }

    private mutating func queueGroups(of plan: Int, at end: Int64, in ends: inout EndQueue) {
        guard plans[plan].groups.nextEnd != end else { return }
        plans[plan].groups.nextEnd = end
        ends.insert(EndQueue.RowPlace(series: EndQueue.groups, plan: UInt32(plan)), at: end)
    }

    // MARK: Parts

    /// Up to where a group that has members in other engines too may be closed, as far as this one knows.
    ///
    /// - Requires: An engine whose groups are parts.
    public mutating func frontier(ofGroup group: Int, plan: Int) -> GroupFrontier {
        guard group < plans[plan].groups.states.count else { return GroupFrontier(instant: .never, isIdle: true) }
        if isFinishing {
            let state = plans[plan].groups.states[group]
            let last = Swift.max(state.closed, state.waiting.last?.instant ?? .min)
            return GroupFrontier(instant: Timestamp(microseconds: last), isIdle: true)
        }
        let closable = plans[plan].closable(group)
        return GroupFrontier(instant: Timestamp(microseconds: closable.last ?? .min), isIdle: closable.isIdle)
    }

    /// Closes a group whose members in other engines have come to an instant too.
    ///
    /// - Parameters:
    ///   - group: The group's number in its plan.
    ///   - plan: The plan.
    ///   - instant: An instant of the plan that ``GroupMerge/horizon`` names.
    ///   - output: Gets the group's evaluations, behind what it holds; their block is 0.
    public mutating func closeGroup(
        _ group: Int,
        of plan: Int,
        upTo instant: Timestamp,
        into output: inout WindowOutput
    ) {
        guard group < plans[plan].groups.states.count else { return }
        plans[plan].close(group, upTo: instant.microseconds, block: 0, output: &output)
    }
}
