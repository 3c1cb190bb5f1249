import GanzhiModel

/// A resolved SenML name and its parts.
struct SenMLResolvedName: Sendable {
    var whole = NameRef.none
    var device = NameRef.none
    var metric = NameRef.none
}

/// The names that records of a pack resolved to under one base name, as packs repeat a few names over and over.
struct SenMLNameCache: Sendable {
    private struct Entry: Sendable {
        var generation: UInt64 = 0
        /// The first eight bytes of the record's own part.
        var prefix: UInt64 = 0
        var count = 0
        var name = SenMLResolvedName()
    }

    private var entries = [Entry](repeating: Entry(), count: 32)
    private var generation: UInt64 = 0

    /// Forgets all names, for a new pack or a new base name.
    mutating func reset() { generation += 1 }

    /// The name that a record's own part, written without escapes, resolved to before.
    @inline(__always)
    func name(of suffix: JSONText, prefix: UInt64, in arena: borrowing NameArena) -> SenMLResolvedName? {
        let entry = entries[Self.place(prefix)]
        guard entry.generation == generation, entry.prefix == prefix, entry.count == suffix.count,
            suffix.count <= 8 || arena.ends(entry.name.whole, with: suffix)
        else { return nil }
        return entry.name
    }

    /// Remembers a name in place of another.
    mutating func insert(_ name: SenMLResolvedName, of suffix: JSONText, prefix: UInt64) {
        entries[Self.place(prefix)] = Entry(generation: generation, prefix: prefix, count: suffix.count, name: name)
    }

    /// Multiplicative hashing (Knuth, The Art of Computer Programming, 6.4) to five bits.
    private static func place(_ prefix: UInt64) -> Int { Int((prefix &* 0x9E37_79B9_7F4A_7C15) >> 59) }
}
