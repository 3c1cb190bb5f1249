/// Rows with deadlines, the earliest first; an entry is looked at when it falls due and may be put back.
struct DeadlineHeap {
    /// A row and when it falls due.
    struct Entry {
        var deadline: Int64
        var route: Route
    }

    private var entries: [Entry] = []

    /// When the next entry falls due; `Int64.max` where there is none.
    var nextDeadline: Int64 { entries.first?.deadline ?? .max }

    /// Adds an entry. Cost: O(log n).
    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].deadline < entries[parent].deadline else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Removes and returns the row of the earliest entry, if that is due. Cost: O(log n).
    mutating func pop(dueAt time: Int64) -> Route? {
        guard let first = entries.first, first.deadline <= time else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first.route }
        entries[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].deadline < entries[child].deadline { child += 1 }
            guard entries[child].deadline < entries[parent].deadline else { break }
            entries.swapAt(child, parent)
            parent = child
        }
        return first.route
    }
}

extension DeadlineHeap {
    /// The heap with its rows renumbered, without those that map to nothing.
    func mapRoutes(_ transform: (Route) -> Route?) -> DeadlineHeap {
        var heap = DeadlineHeap()
        for entry in entries {
            if let route = transform(entry.route) { heap.push(Entry(deadline: entry.deadline, route: route)) }
        }
        return heap
    }
}
