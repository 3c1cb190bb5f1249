import GanzhiModel
import HeapModule

/// One group of a plan: how far its members have come, and what they said that waits for the others.
struct GroupState {
    /// A member that is not idle, by the first instant that it has not evaluated.
    struct Turn: Comparable {
        var instant: Int64
        var member: UInt32

        static func == (left: Turn, right: Turn) -> Bool { left.order == right.order }
        static func < (left: Turn, right: Turn) -> Bool { left.order < right.order }

        private var order: (Int64, UInt32) { (instant, member) }
    }

    /// The group's watermark, as an instant: it and all before it are closed; `.min` before the first.
    var closed = Int64.min
    /// The greatest of its members' next instants; `.min` before the first reading.
    var greatest = Int64.min
    /// The members that are not idle, each once; entries may be behind, and idle ones leave when they come up.
    var active = Heap<Turn>()
    /// Idle members that may hold something at instants to come, each once; others leave when they are looked at.
    var quiet: [UInt32] = []
    /// What members said at instants that are not closed.
    var waiting = WaitingInstants()
}

/// Instants of a group that wait to be closed, in order of time.
///
/// - Complexity: Looking at the first and taking it is O(1), adding O(log n) where it is one of the last.
struct WaitingInstants {
    /// What members said at one instant.
    struct Item {
        var instant: Int64
        /// The record of the member that came last, which names the one before; or 0.
        var records: UInt32 = 0
        /// Whether a member heard something in the last step of `every`.
        var isFresh = false
    }

    private var items: [Item] = []
    private var taken = 0

    var count: Int { items.count - taken }
    var first: Item? { taken < items.count ? items[taken] : nil }
    var last: Item? { taken < items.count ? items[items.count - 1] : nil }

    subscript(place: Int) -> Item {
        get { items[place] }
        set { items[place] = newValue }
    }

    /// The place of an instant, which is added where it does not wait yet; good until the next change.
    mutating func place(of instant: Int64) -> Int {
        var (low, high) = (taken, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].instant < instant { low = middle + 1 } else { high = middle }
        }
        if low == items.count || items[low].instant != instant { items.insert(Item(instant: instant), at: low) }
        return low
    }

    mutating func popFirst() -> Item? {
        guard let first else { return nil }
        taken += 1
        if taken * 2 > items.count {
            items.removeSubrange(0..<taken)
            taken = 0
        }
        return first
    }
}

/// The groups of one plan and who belongs to them.
struct PlanGroups {
    /// A row of the plan.
    struct Member {
        let row: Row
        let group: Int
        /// Its next instant when its group was last looked at for its sake.
        var settled = Int64.min
        var isActive = false
        var isQuiet = false
    }

    /// Groups by number.
    var states: [GroupState] = []
    /// Members by their rows' numbers; `nil` where a row belongs to no group.
    var members: [Member?] = []
    /// Instants that were closed without waiting for members that hold them up.
    var closedEarly = 0
    /// Groups of members that fell idle at the block at hand.
    var idled: [Int] = []
    /// Series and record of the members of the instant at hand.
    var order: [UInt64] = []
    /// Where what a row keeps beside its panes is put aside.
    var aside: [UInt64] = []
    /// Whether the input has ended.
    var isFinishing = false
    /// The end at which ``WindowEngine/finishNext(into:)`` looks at the plan's groups again.
    var nextEnd = Int64.min

    /// The most instants that wait in a group.
    static let maximumWaiting = 1024
}

extension [UInt64] {
    /// Sorts in place and without a buffer: heapsort (Williams 1964), nothing where all is in order.
    mutating func sortInPlace() {
        var isSorted = true
        for index in indices.dropFirst() where self[index - 1] > self[index] {
            isSorted = false
            break
        }
        guard !isSorted else { return }
        for root in stride(from: count / 2 - 1, through: 0, by: -1) { sink(root, below: count) }
        for last in stride(from: count - 1, to: 0, by: -1) {
            swapAt(0, last)
            sink(0, below: last)
        }
    }

    private mutating func sink(_ place: Int, below end: Int) {
        var root = place
        while root * 2 + 1 < end {
            var child = root * 2 + 1
            if child + 1 < end, self[child] < self[child + 1] { child += 1 }
            if self[root] >= self[child] { return }
            swapAt(root, child)
            root = child
        }
    }
}
