public import GanzhiModel

/// What the members of a group in one partition, or in all, say at one instant.
public struct GroupPartial: Sendable, Hashable {
    /// The instant.
    public var instant: Timestamp
    /// Whether the last step of `every` holds a good or uncertain reading of some member.
    public var isFresh: Bool
    /// The members that have a result, plan by plan of the cohort.
    public var values: [GroupValues]

    /// Creates a partial.
    public init(instant: Timestamp, isFresh: Bool, values: [GroupValues]) {
        self.instant = instant
        self.isFresh = isFresh
        self.values = values
    }

    /// What a member evaluated in one engine says.
    ///
    /// - Parameters:
    ///   - evaluation: An evaluation of the group in the output.
    ///   - output: The output.
    ///   - plans: Number and aggregates of each plan of the cohort; in the same order in every partition.
    ///   - key: The key of a series; the same in every partition.
    public init(
        _ evaluation: GroupEvaluation,
        in output: borrowing WindowOutput,
        plans: [(number: Int, aggregateCount: Int)],
        key: (_ series: UInt32) -> UInt64
    ) {
        self.init(
            instant: evaluation.instant,
            isFresh: evaluation.isFresh,
            values: plans.map { GroupValues(aggregateCount: $0.aggregateCount) }
        )
        var own: [Double] = []
        for place in 0..<Int(evaluation.memberCount) {
            let member = output.members[Int(evaluation.firstMember) + place]
            guard let plan = plans.firstIndex(where: { $0.number == Int(member.plan) }) else {
                preconditionFailure("A member's plan is one of its cohort.")
            }
            own.removeAll(keepingCapacity: true)
            for aggregate in 0..<plans[plan].aggregateCount {
                own.append(output.values[Int(member.firstValue) + aggregate])
            }
            values[plan].insert(key: key(member.series), values: own)
        }
    }
}

/// A group whose members are spread over partitions: takes what each says, and releases what all have said.
///
/// In two steps, as an idle member has a part in an instant that only the others make final: partitions tell their
/// ``GroupFrontier``s, then each closes the group up to ``horizon`` and hands over what it says up to there.
///
/// The result is that of one engine to the bit where frontiers are looked at after each reading of the group, and at each
/// block before its readings. Looked at more seldom, instants close later: members that return in between have a part in
/// them, and evaluations without members are fewer. A partition in which too many instants wait closes the oldest by
/// itself, whatever the others have.
public struct GroupMerge: Sendable {
    private var closedUpTo: [Timestamp]
    private var waiting: [(instant: Timestamp, parts: [GroupPartial?])] = []

    /// Up to where all partitions may close the group: its watermark, which never goes back.
    ///
    /// ``Timestamp/never`` before the first instant.
    public private(set) var horizon = Timestamp.never

    /// Creates a merge.
    public init(partitions: Int) {
        precondition(partitions > 0, "A group has at least one part.")
        closedUpTo = Array(repeating: .never, count: partitions)
    }

    /// Learns how far the members in each partition have come, all at one point of the input.
    ///
    /// - Complexity: O(partitions).
    public mutating func advance(to frontiers: [GroupFrontier]) {
        precondition(frontiers.count == closedUpTo.count, "Each partition has a frontier.")
        let busy = frontiers.filter { !$0.isIdle }
        let next = busy.isEmpty ? frontiers.map(\.instant).max()! : busy.map(\.instant).min()!
        horizon = Swift.max(horizon, next)
    }

    /// Takes what the members in a partition say, earliest first, and that nothing up to a time follows.
    ///
    /// What comes for instants that have left is dropped.
    public mutating func take(_ partials: [GroupPartial], closedUpTo time: Timestamp, from partition: Int) {
        for partial in partials where partial.instant > released {
            let place = place(of: partial.instant)
            if place == waiting.count || waiting[place].instant != partial.instant {
                waiting.insert((partial.instant, Array(repeating: nil, count: closedUpTo.count)), at: place)
            }
            waiting[place].parts[partition] = partial
        }
        closedUpTo[partition] = Swift.max(closedUpTo[partition], time)
    }

    private var released = Timestamp.never

    private func place(of instant: Timestamp) -> Int {
        var place = waiting.count
        while place > 0, waiting[place - 1].instant >= instant { place -= 1 }
        return place
    }

    /// Takes out the instants that all partitions have closed, parts merged in the order of partitions.
    public mutating func release() -> [GroupPartial] {
        let time = closedUpTo.min()!
        let ready = waiting.prefix { $0.instant <= time }
        waiting.removeFirst(ready.count)
        released = Swift.max(released, time)
        return ready.compactMap { entry in
            let parts = entry.parts.compactMap { $0 }
            guard var whole = parts.first else { return nil }
            for part in parts.dropFirst() {
                whole.isFresh = whole.isFresh || part.isFresh
                precondition(part.values.count == whole.values.count, "Parts of a group share its cohort's plans.")
                for plan in part.values.indices { whole.values[plan].merge(part.values[plan]) }
            }
            return whole
        }
    }
}
