import GanzhiCatalogue
public import GanzhiModel
import GanzhiWarnings
import GanzhiWindow
import HeapModule

// What a checkpoint keeps.
extension Pipeline {
    /// Version of what ``write(to:)`` writes; every change of it, or of what the parts write, is a new one.
    public static let stateVersion = 1

    /// Writes everything that results to come depend on, as one consistent cut behind the block at ``position``.
    ///
    /// Of the generation nothing but its name is written. Call it when the counts of a commit have been taken: behind a
    /// flush, with nothing added since.
    ///
    /// - Complexity: O(memory of the engine).
    public func write(to state: inout StateWriter) throws {
        precondition(batch.blocks.isEmpty && drafts.isEmpty && traces.isEmpty, "A cut lies between two flushes.")
        try state.section("engine")
        try state.string(generationName)
        try state.value(serial)
        try state.value(position)
        try state.value(now)
        try state.value(nextSuppressionCheck)
        try running.write(to: &state)
        try state.array(feedHealth)
        try state.each(knownFeeds) {
            try $1.string($0.key)
            try $1.value($0.value)
        }
        try normaliser.write(to: &state)
        try windows.write(to: &state)

        try state.section("scenarios")
        try state.each(routing.seriesOfRow) { try $1.array($0) }
        try state.each(routing.cohorts) { try $0.write(to: &$1) }
        try state.each(routing.scenarios) { scenario, state in
            try scenario.book.write(to: &state)
            try scenario.past.write(to: &state)
            try scenario.changes.write(to: &state)
        }
        try state.each(activeKeys) { try $0.write(to: &$1) }
        try state.each(staleHeaps) { try $1.array($0.unordered) }

        try state.section("operation")
        try suppressions.write(to: &state)
        try deviceWatch.write(to: &state)
        try state.section("end")
    }

    /// Reads what an engine under the same generation wrote into one without history, which goes on from there.
    ///
    /// - Throws: ``StateMismatch`` where it was written under another generation or by another version, and what the
    ///   source throws; the engine must not be used then.
    public mutating func restore(from state: inout StateReader) throws {
        precondition(position == 0, "State is restored into an engine that has seen nothing.")
        try state.section("engine")
        let name = try state.string()
        guard name == generationName else { throw StateMismatch("it belongs to generation \(name.prefix(12))") }
        serial = try state.value()
        position = try state.value()
        now = try state.value()
        nextSuppressionCheck = try state.value()
        try running.restore(from: &state)
        feedHealth = try state.array()
        knownFeeds = Dictionary(uniqueKeysWithValues: try state.each { (try $0.string(), try $0.value()) })
        try normaliser.restore(from: &state)
        channels = (0..<normaliser.channelCount).map { normaliser.channel(UInt32($0)) }
        try windows.restore(from: &state)
        guard windows.seriesCount == channels.count else { throw StateMismatch("there are more names than series") }

        try state.section("scenarios")
        try restoreScenarios(from: &state)
        activeKeys = try state.each { try ActiveKeys(from: &$0) }
        staleHeaps = try state.each { Heap(try $0.array(StaleDeadline.self)) }
        guard activeKeys.count == routing.plans.count, staleHeaps.count == max(1, feeds.count) else {
            throw StateMismatch("there are other plans or feeds")
        }

        try state.section("operation")
        suppressions = try Suppressions(from: &state)
        try deviceWatch.restore(from: &state)
        try state.section("end")
        bindScenarios()
    }

    private mutating func restoreScenarios(from state: inout StateReader) throws {
        let rows = try state.each { try $0.array(UInt32.self) }
        guard rows.count == routing.plans.count else { throw StateMismatch("there are other plans") }
        routing.seriesOfRow = rows
        guard try state.value() == routing.cohorts.count else { throw StateMismatch("there are other groups") }
        for cohort in routing.cohorts.indices { try routing.cohorts[cohort].restore(from: &state) }
        guard try state.value() == routing.scenarios.count else { throw StateMismatch("there are other scenarios") }
        for scenario in routing.scenarios.indices {
            try routing.scenarios[scenario].book.restore(from: &state)
            try routing.scenarios[scenario].past.restore(from: &state)
            try routing.scenarios[scenario].changes.restore(from: &state)
        }
    }
}
