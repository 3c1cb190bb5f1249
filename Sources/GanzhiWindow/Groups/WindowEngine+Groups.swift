public import GanzhiModel

// Groups of rows, whichever of a cohort's plans they belong to.
extension WindowEngine {
    /// The most instants that wait in a group.
    ///
    /// Beyond, the oldest is closed without waiting for the members that hold it up; they have no part in it.
    public static let maximumWaitingInstants = Cohort.maximumWaiting

    /// Instants of groups that were closed without waiting for all members, as too many waited.
    public var groupInstantsClosedEarly: Int {
        var count = closedEarlyBefore
        for cohort in 0..<cohortCount { count += cohorts[cohort].closedEarly }
        return count
    }

    // MARK: Generations

    /// Puts the plans into cohorts, which go on with those of the generation before where all of their plans do.
    mutating func formCohorts(_ numbers: [Int?], previous: [Int?]) {
        let count = (numbers.compactMap { $0 }.max() ?? -1) + 1
        let next = UnsafeMutablePointer<Cohort>.allocate(capacity: count)
        var isGoingOn = Array(repeating: false, count: cohortCount)
        for number in 0..<count {
            let own = numbers.indices.filter { numbers[$0] == number }
            precondition(!own.isEmpty, "Cohorts are numbered from 0, without gaps.")
            let old = own.compactMap { previous[$0] }
            if old.count == own.count, let same = (0..<cohortCount).first(where: { cohorts[$0].plans == old }) {
                (next + number).moveInitialize(from: cohorts + same, count: 1)
                next[number].goOn(as: number, plans: own)
                isGoingOn[same] = true
            } else {
                (next + number).initialize(to: Cohort(number: number, plans: own, isPart: groupsAreParts))
            }
        }
        for old in 0..<cohortCount where !isGoingOn[old] {
            closedEarlyBefore += cohorts[old].closedEarly
            (cohorts + old).deinitialize(count: 1)
        }
        cohorts.deallocate()
        (cohorts, cohortCount) = (next, count)
        for plan in 0..<planCount { enterCohort(plan, numbers[plan]) }
    }

    private func enterCohort(_ plan: Int, _ number: Int?) {
        guard let number else {
            plans[plan].enter(nil, place: 0, isEager: plans[plan].plan.eager)
            return
        }
        let all = cohorts[number].plans
        let (own, lead) = (plans[plan].plan, plans[all[0]].plan)
        precondition(
            own.every == lead.every && (!own.every.isMultiple(of: .days(1)) || own.calendar == lead.calendar),
            "Plans of a cohort are evaluated at the same instants."
        )
        let isEager = all.contains { plans[$0].plan.eager }
        plans[plan].enter(cohorts + number, place: UInt32(all.firstIndex(of: plan)!), isEager: isEager)
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
        for cohort in 0..<cohortCount { cohorts[cohort].endJoining(series: series.count) }
        hasIdled = true
    }

    // MARK: Members

    /// Lets a member that was heard hold its group up again.
    func hear(_ row: Row, plan: Int) {
        if let cohort = plans[plan].cohort, let member = plans[plan].member(of: row) { cohort.pointee.hear(member) }
    }

    /// Lets the group of a row that has moved know.
    func settle(_ row: Row, plan: Int) {
        if let cohort = plans[plan].cohort, let member = plans[plan].member(of: row) { cohort.pointee.settle(member) }
    }

    /// Closes what members make final that fell idle at a block, or left with a generation.
    mutating func closeIdledGroups(block: Int32, output: inout WindowOutput) {
        for cohort in 0..<cohortCount { cohorts[cohort].closeDue(block: block, plans, output: &output) }
        hasIdled = false
    }

    /// Takes a reading into every plan that watches its series, and then into the groups to which it belongs there.
    @inline(never)
    mutating func applyAndFollow(
        _ reading: PaneReading,
        number: Int,
        id: Int,
        block: Int32,
        output: inout WindowOutput
    ) {
        let layout = layout(of: id)
        var outcomes = Outcomes()
        for place in layout.pointee.places {
            let row = row(id, place, layout)
            let plan = plans + place.plan
            let before = row.header.pointee
            let reports = output.reports.count
            let outcome = plan.pointee.applyAny(reading, to: row, block: block, output: &output)
            outcomes.insert(outcome)
            let isApplied = outcome == .applied || outcome == .partlyLate
            if let cohort = plan.pointee.cohort, let member = plan.pointee.member(of: row) {
                if row.header.pointee.watermark != before.watermark { cohort.pointee.settle(member) }
                if plan.pointee.plan.revise > .zero, reading.time < before.watermark, outcome != .late {
                    // Such a reading closes nothing, so all reports are of windows that it revised.
                    plan.pointee.revise(reports..<output.reports.count, by: reading, of: row, as: member, output)
                }
                if isApplied { cohort.pointee.hearers.append(member) }
            } else if isApplied, plan.pointee.plan.eager, reading.time > before.newest {
                plan.pointee.evaluateEagerly(row, time: reading.time, block: block, output: &output)
            }
        }
        // A group is looked at once all of its plans have the reading.
        for place in layout.pointee.places {
            plans[place.plan].cohort?.pointee.follow(reading.time, block: block, plans, output: &output)
        }
        outcomes.note(number, &output)
    }

    // MARK: The end of input

    /// Closes what waits in groups up to an end that all rows have come to.
    mutating func finishGroups(at end: Int64, _ ends: inout EndQueue, output: inout WindowOutput) {
        guard !groupsAreParts else { return }
        for cohort in 0..<cohortCount {
            guard let next = cohorts[cohort].finish(upTo: end, plans, output: &output) else { continue }
            queueGroups(of: cohort, at: next, in: &ends)
        }
    }

    /// Notes when something waits in the groups of each cohort.
    mutating func queueGroups(in ends: inout EndQueue) {
        for cohort in 0..<cohortCount {
            cohorts[cohort].beginFinish()
            if groupsAreParts { continue }
            let first = cohorts[cohort].states.compactMap { $0.waiting.first?.instant }.min()
            if let first { queueGroups(of: cohort, at: first, in: &ends) }
        }
    }

    private mutating func queueGroups(of cohort: Int, at end: Int64, in ends: inout EndQueue) {
        guard cohorts[cohort].nextEnd != end else { return }
        cohorts[cohort].nextEnd = end
        ends.insert(EndQueue.RowPlace(series: EndQueue.groups, plan: UInt32(cohort)), at: end)
    }

    // MARK: Parts

    /// Up to where a group that has members in other engines too may be closed, as far as this one knows.
    ///
    /// - Requires: An engine whose groups are parts.
    public mutating func frontier(ofGroup group: Int, cohort: Int) -> GroupFrontier {
        guard group < cohorts[cohort].states.count else { return GroupFrontier(instant: .never, isIdle: true) }
        if isFinishing {
            let state = cohorts[cohort].states[group]
            let last = Swift.max(state.closed, state.waiting.last?.instant ?? .min)
            return GroupFrontier(instant: Timestamp(microseconds: last), isIdle: true)
        }
        let closable = cohorts[cohort].closable(group, plans)
        return GroupFrontier(instant: Timestamp(microseconds: closable.last ?? .min), isIdle: closable.isIdle)
    }

    /// Closes a group whose members in other engines have come to an instant too.
    ///
    /// - Parameters:
    ///   - group: The group's number in its cohort.
    ///   - cohort: The cohort.
    ///   - instant: An instant of the cohort that ``GroupMerge/horizon`` names.
    ///   - output: Gets the group's evaluations, behind what it holds; their block is 0.
    public mutating func closeGroup(
        _ group: Int,
        of cohort: Int,
        upTo instant: Timestamp,
        into output: inout WindowOutput
    ) {
        guard group < cohorts[cohort].states.count else { return }
        cohorts[cohort].close(group, upTo: instant.microseconds, block: 0, plans, output: &output)
    }
}
