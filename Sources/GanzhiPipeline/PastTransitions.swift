import GanzhiModel
import GanzhiWarnings

/// Transitions of a scenario whose windows may still be revised, with what they rested on.
struct PastTransitions {
    /// One transition.
    struct Entry {
        var transition: Transition
        var instant: Timestamp
        /// Sequence of its event.
        var sequence: UInt32
        var episode: UInt32
        /// Series below this number had been heard by then.
        var heard: UInt32
        /// What the key's series said.
        var inputs: KeyInputs
    }

    /// An episode that is over: what its last event said.
    struct Episode {
        var raised: Timestamp
        var sequence: UInt32
        var previous: Level?
    }

    /// Transitions of one key that are remembered; older ones are taken for granted.
    private static let limit = 32

    private var keys: [Int: [Entry]] = [:]
    private var episodes: [Int: [UInt32: Episode]] = [:]

    /// Whether nothing is remembered of a key.
    func isEmpty(key: Int) -> Bool { keys[key] == nil }

    /// Remembers a transition.
    mutating func append(_ entry: Entry, key: Int) {
        var entries = keys[key] ?? []
        if entries.count == Self.limit { entries.removeFirst() }
        entries.append(entry)
        keys[key] = entries
        let oldest = entries[0].episode
        episodes[key] = episodes[key]?.filter { $0.key >= oldest }
    }

    /// Forgets transitions of a key whose windows cannot be revised any more.
    mutating func forget(key: Int, upTo instant: Timestamp) {
        guard keys[key]?.first.map({ $0.instant <= instant }) ?? false else { return }
        keys[key]!.removeAll { $0.instant <= instant }
        if keys[key]!.isEmpty { forget(key: key) }
    }

    /// Remembers how an episode ended.
    mutating func close(_ episode: UInt32, _ end: Episode, key: Int) {
        if keys[key] != nil { episodes[key, default: [:]][episode] = end }
    }

    /// An episode that is over.
    func episode(_ number: UInt32, key: Int) -> Episode? { episodes[key]?[number] }

    /// Counts one more event of an episode that is over.
    mutating func nextSequence(ofEpisode number: UInt32, key: Int) -> UInt32 {
        episodes[key]![number]!.sequence += 1
        return episodes[key]![number]!.sequence
    }

    /// Takes the transitions of a key out, to be looked at.
    mutating func take(key: Int) -> [Entry] { keys.removeValue(forKey: key) ?? [] }

    /// Puts back those that are still to be remembered.
    mutating func put(_ entries: [Entry], key: Int) { keys[key] = entries.isEmpty ? nil : entries }

    func write(to state: inout StateWriter) throws {
        try state.each(keys) { key, state in
            try state.value(key.key)
            try state.each(key.value) { try $0.write(to: &$1) }
        }
        try state.each(episodes) { key, state in
            try state.value(key.key)
            try state.each(key.value) { episode, state in
                try state.value(episode.key)
                try state.value(episode.value)
            }
        }
    }

    mutating func restore(from state: inout StateReader) throws {
        keys = Dictionary(
            uniqueKeysWithValues: try state.each { (try $0.value(), try $0.each { try Entry(from: &$0) }) }
        )
        episodes = Dictionary(
            uniqueKeysWithValues: try state.each { state in
                let key: Int = try state.value()
                return (key, Dictionary(uniqueKeysWithValues: try state.each { (try $0.value(), try $0.value()) }))
            }
        )
    }

    /// Forgets a key.
    mutating func forget(key: Int) {
        keys[key] = nil
        episodes[key] = nil
    }
}

extension PastTransitions.Entry {
    fileprivate func write(to state: inout StateWriter) throws {
        try state.value(transition)
        try state.value(instant)
        try state.value(sequence)
        try state.value(episode)
        try state.value(heard)
        try inputs.write(to: &state)
    }

    fileprivate init(from state: inout StateReader) throws {
        transition = try state.value()
        instant = try state.value()
        sequence = try state.value()
        episode = try state.value()
        heard = try state.value()
        inputs = try KeyInputs(from: &state)
    }
}
