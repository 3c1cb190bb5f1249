import GanzhiModel
import HeapModule

/// Plans that are evaluated together, key by key: the groups of their rows, and who belongs to them.
///
/// The plans stay with the engine. They hand over what rows say while they work on them, so nothing here may ask for a plan
/// then; what looks at rows by itself takes the plans, and comes afterwards.
struct Cohort: ~Copyable {
    /// A row of one of the plans.
    struct Member {
        let row: Row
        /// The place of its plan in the cohort.
        let place: UInt32
        let group: Int
        /// Its next instant when its group was last looked at for its sake.
        var settled = Int64.min
        var isActive = false
        var isQuiet = false
    }

    /// What a member says at the instant at hand, to be put in order.
    struct Part: Comparable {
        /// Series and place of the plan.
        let name: UInt64
        let record: UInt32

        static func < (left: Part, right: Part) -> Bool { left.name < right.name }
    }

    /// The number that evaluations carry.
    private(set) var number: Int32
    /// Numbers of its plans, ascending; a member names its plan by the place here.
    private(set) var plans: [Int]
    /// Whether groups have members in other engines, so that only ``WindowEngine/closeGroup(_:of:upTo:into:)`` closes.
    let isPart: Bool
    /// Groups by number.
    var states: [GroupState] = []
    /// Members by number; no two are the same row.
    var members: [Member] = []
    /// What members said that waits.
    var pool = WordPool()
    /// Instants that were closed without waiting for members that hold them up.
    var closedEarly = 0
    /// Groups that are to be looked at, as a member has come further or fell idle.
    var due: [Int] = []
    /// Members that took in the reading at hand.
    var hearers: [UInt32] = []
    /// What members say at the instant at hand.
    var parts: [Part] = []
    /// Series below this number have been heard.
    private(set) var heard: UInt32 = 0
    /// Whether the input has ended.
    private(set) var isFinishing = false
    /// The end at which ``WindowEngine/finishNext(into:)`` looks at the groups again.
    var nextEnd = Int64.min

    /// Stands for no member.
    static let noMember = UInt32.max
    /// The most instants that wait in a group.
    static let maximumWaiting = 1024

    init(number: Int, plans: [Int], isPart: Bool) {
        self.number = Int32(truncatingIfNeeded: number)
        self.plans = plans
        self.isPart = isPart
    }

    // MARK: Members

    /// Goes on in another generation under other numbers; nobody belongs to a group before all join again.
    mutating func goOn(as number: Int, plans: [Int]) {
        self.number = Int32(truncatingIfNeeded: number)
        self.plans = plans
        members.removeAll()
        due.removeAll()
        for group in states.indices {
            states[group].members.removeAll()
            states[group].active = Heap()
            states[group].quiet.removeAll()
        }
    }

    /// Lets a row belong to a group, and returns its number; rows join in ascending order of series and plan.
    mutating func join(_ row: Row, place: UInt32, group: Int) -> UInt32 {
        precondition(group >= 0, "Groups are numbered from 0.")
        while states.count <= group { states.append(GroupState()) }
        let number = UInt32(members.count)
        members.append(Member(row: row, place: place, group: group))
        states[group].members.append(number)
        states[group].newest = Swift.max(states[group].newest, row.header.pointee.newest)
        if row.header.pointee.hasBegun {
            states[group].greatest = Swift.max(states[group].greatest, row.header.pointee.nextInstant)
            if isIdle(row) { fallQuiet(number) } else { goActive(number) }
        }
        return number
    }

    /// Ends a generation's begin: drops what waits in groups that no member joined again, and lets all be looked at, as
    /// members may have left that held them up.
    ///
    /// - Parameter series: Number of series, all of which were heard.
    mutating func endJoining(series: Int) {
        heard = UInt32(series)
        due.append(contentsOf: states.indices)
        for group in states.indices where states[group].members.isEmpty {
            while let item = states[group].waiting.popFirst() {
                var record = item.records
                while record != 0 {
                    let previous = MemberRecord.previous(of: record, in: pool)
                    pool.release(&record)
                    record = previous
                }
            }
        }
    }

    // MARK: State

    /// A member as it is written: its row by the series.
    private struct WrittenMember {
        var series: UInt32
        var place: UInt32
        var group: Int
        var settled: Int64
        var isActive: Bool
        var isQuiet: Bool
    }

    /// Writes groups, members, and what these said that waits.
    func write(to state: inout StateWriter) throws {
        try state.array(
            members.map {
                WrittenMember(
                    series: $0.row.id,
                    place: $0.place,
                    group: $0.group,
                    settled: $0.settled,
                    isActive: $0.isActive,
                    isQuiet: $0.isQuiet
                )
            }
        )
        try state.each(states) { try $0.write(to: &$1) }
        try state.value(closedEarly)
        try state.array(due)
        try state.value(heard)
        try pool.write(to: &state)
    }

    /// Reads what the same cohort wrote into one without members.
    ///
    /// - Parameter row: Finds the row of a series in a plan.
    mutating func restore(from state: inout StateReader, row: (_ series: UInt32, _ plan: Int) -> Row?) throws {
        members = try state.array(WrittenMember.self).map { written in
            guard Int(written.place) < plans.count, let row = row(written.series, plans[Int(written.place)]) else {
                throw StateMismatch("a group has a member that no plan watches")
            }
            var member = Member(row: row, place: written.place, group: written.group)
            (member.settled, member.isActive, member.isQuiet) = (written.settled, written.isActive, written.isQuiet)
            return member
        }
        states = try state.each { try GroupState(from: &$0) }
        closedEarly = try state.value()
        due = try state.array()
        heard = try state.value()
        try pool.restore(from: &state)
    }

    func isIdle(_ row: Row) -> Bool { row.header.pointee.waitingIn == RowHeader.noFeed || isFinishing }

    /// Lets a member that was heard hold its group up again.
    mutating func hear(_ member: UInt32) {
        heard = Swift.max(heard, members[Int(member)].row.id + 1)
        if members[Int(member)].row.header.pointee.hasBegun { goActive(member) }
    }

    private mutating func goActive(_ number: UInt32) {
        let member = members[Int(number)]
        guard !member.isActive else { return }
        members[Int(number)].isActive = true
        let turn = GroupState.Turn(instant: member.row.header.pointee.nextInstant, member: number)
        states[member.group].active.insert(turn)
    }

    private mutating func fallQuiet(_ number: UInt32) {
        guard !members[Int(number)].isQuiet else { return }
        members[Int(number)].isQuiet = true
        states[members[Int(number)].group].quiet.append(number)
    }

    /// Takes note of how far a member has come or that it fell idle; what this makes final, ``closeDue(block:_:output:)``
    /// closes.
    ///
    /// - Complexity: O(log members) amortised.
    mutating func settle(_ number: UInt32) {
        let member = members[Int(number)]
        let header = member.row.header.pointee
        guard header.hasBegun else { return }
        let isIdle = isIdle(member.row)
        // Between two instants nothing becomes final.
        if !isIdle, member.isActive, member.settled == header.nextInstant { return }
        members[Int(number)].settled = header.nextInstant
        states[member.group].greatest = Swift.max(states[member.group].greatest, header.nextInstant)
        if isIdle { fallQuiet(number) } else { goActive(number) }
        if due.last != member.group { due.append(member.group) }
    }

    /// Takes the last evaluation back out of the output, and lets what it says wait for the member's group.
    mutating func keep(_ member: UInt32, _ form: MemberRecord, _ output: inout WindowOutput) {
        let (group, place) = (members[Int(member)].group, members[Int(member)].place)
        let evaluation = output.evaluations[output.evaluations.count - 1]
        let instant = evaluation.instant.microseconds
        if evaluation.firstWindow >= 0, instant > states[group].closed {
            let record = form.store(evaluation, output, place: place, in: &pool)
            if record != 0 || evaluation.isFresh {
                let item = states[group].waiting.place(of: instant)
                if evaluation.isFresh { states[group].waiting[item].isFresh = true }
                if record != 0 {
                    MemberRecord.link(record, to: states[group].waiting[item].records, in: pool)
                    states[group].waiting[item].records = record
                }
            }
        }
        output.takeBackEvaluation()
    }

    /// The instant up to which a member's group is closed.
    func closed(of member: UInt32) -> Int64 { states[members[Int(member)].group].closed }

    /// What a member said at an instant that waits; 0 where it said nothing there.
    func record(of member: UInt32, at instant: Int64) -> UInt32 {
        let (group, place) = (members[Int(member)].group, members[Int(member)].place)
        let row = members[Int(member)].row
        var record = states[group].waiting.item(at: instant)?.records ?? 0
        while record != 0, MemberRecord.owner(of: record, in: pool) != (row.id, place) {
            record = MemberRecord.previous(of: record, in: pool)
        }
        return record
    }

    /// Lets what a member says at an instant that is not closed wait.
    mutating func keep(_ record: UInt32, of member: UInt32, at instant: Int64) {
        let group = members[Int(member)].group
        let item = states[group].waiting.place(of: instant)
        MemberRecord.link(record, to: states[group].waiting[item].records, in: pool)
        states[group].waiting[item].records = record
        // One more may be too many.
        if due.last != group { due.append(group) }
    }

    /// Lets the step of a group be fresh that ends with an instant that is not closed.
    mutating func freshen(_ member: UInt32, at instant: Int64) {
        let group = members[Int(member)].group
        let item = states[group].waiting.place(of: instant)
        states[group].waiting[item].isFresh = true
        if due.last != group { due.append(group) }
    }

    /// Lets all members fall idle, as none will be heard any more.
    mutating func beginFinish() {
        isFinishing = true
        for number in members.indices where members[number].row.header.pointee.hasBegun {
            fallQuiet(UInt32(number))
        }
    }
}
