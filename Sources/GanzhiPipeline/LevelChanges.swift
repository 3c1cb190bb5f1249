import GanzhiModel

/// How often the levels of a scenario's keys changed of late.
struct LevelChanges {
    private struct Entry {
        var instants: [Timestamp] = []
        var isReported = false
        /// Times that it was reported so far.
        var reports: UInt32 = 0
    }

    private var keys: [Int: Entry] = [:]

    /// Takes in a change, and says whether the key begins to flap: how many changes there were, and which report it is.
    ///
    /// - Complexity: O(changes that the limit allows).
    mutating func insert(_ instant: Timestamp, key: Int, limit: Scenario.Flapping) -> (changes: Int, number: UInt32)? {
        var entry = keys[key] ?? Entry()
        entry.instants.removeAll { $0 <= instant - limit.within }
        entry.instants.append(instant)
        let isFlapping = entry.instants.count > limit.changes
        let begins = isFlapping && !entry.isReported
        entry.isReported = isFlapping
        if begins { entry.reports += 1 }
        keys[key] = entry
        return begins ? (entry.instants.count, entry.reports) : nil
    }

    func write(to state: inout StateWriter) throws {
        try state.each(keys) { key, state in
            try state.value(key.key)
            try state.array(key.value.instants)
            try state.value(key.value.isReported)
            try state.value(key.value.reports)
        }
    }

    mutating func restore(from state: inout StateReader) throws {
        keys = Dictionary(
            uniqueKeysWithValues: try state.each { state in
                let key: Int = try state.value()
                return (
                    key, Entry(instants: try state.array(), isReported: try state.value(), reports: try state.value())
                )
            }
        )
    }

    /// Gives keys other numbers; those without one are forgotten.
    func renumbered(_ number: (Int) -> Int?) -> LevelChanges {
        var changes = LevelChanges()
        for (key, entry) in keys { if let new = number(key) { changes.keys[new] = entry } }
        return changes
    }
}
