import GanzhiModel
import HeapModule

/// One group of a cohort: how far its members have come, and what they said that waits for the others.
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
    /// Greatest event time of a reading that was applied to a member; `.min` before the first.
    var newest = Int64.min
    /// All members, in ascending order of series and plan.
    var members: [UInt32] = []
    /// The members that are not idle, each once; entries may be behind, and idle ones leave when they come up.
    var active = Heap<Turn>()
    /// Idle members that may hold something at instants to come, each once; others leave when they are looked at.
    var quiet: [UInt32] = []
    /// What members said at instants that are not closed.
    var waiting = WaitingInstants()
}

extension GroupState {
    func write(to state: inout StateWriter) throws {
        try state.value(closed)
        try state.value(greatest)
        try state.value(newest)
        try state.array(members)
        try state.array(active.unordered)
        try state.array(quiet)
        try waiting.write(to: &state)
    }

    init(from state: inout StateReader) throws {
        closed = try state.value()
        greatest = try state.value()
        newest = try state.value()
        members = try state.array()
        active = Heap(try state.array(Turn.self))
        quiet = try state.array()
        try waiting.restore(from: &state)
    }
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
        let place = firstPlace(from: instant)
        if place == items.count || items[place].instant != instant { items.insert(Item(instant: instant), at: place) }
        return place
    }

    /// What waits at an instant; `nil` where nothing does.
    func item(at instant: Int64) -> Item? {
        let place = firstPlace(from: instant)
        return place < items.count && items[place].instant == instant ? items[place] : nil
    }

    /// The place of the first instant from one on.
    private func firstPlace(from instant: Int64) -> Int {
        var (low, high) = (taken, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].instant < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func write(to state: inout StateWriter) throws { try state.array(Array(items[taken...])) }

    mutating func restore(from state: inout StateReader) throws {
        items = try state.array()
        taken = 0
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
