import Foundation
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import Testing

/// An engine that goes on from its written state does everything as one that was never stopped, to the byte.
struct StateTests {
    @Test func `lines run through engines that are restored in between give the bytes of one engine`() throws {
        for seed in RandomCases.seeds(400).prefix(4000) {
            let random = RandomCase(seed: seed)
            try Self.compare(random.generation, random.lines, seed: seed)
        }
    }

    @Test func `groups, versions, eager evaluations and corrections survive a restart to the byte`() throws {
        for seed in RandomCases.seeds(400).prefix(4000) {
            let random = RandomGroupCase(seed: seed)
            try Self.compare(random.generation, random.lines, seed: seed)
        }
    }

    @Test func `feeds, silences, device silence and changes of generation survive a restart to the byte`() throws {
        var seen: [String: Int] = [:]
        for seed in RandomCases.seeds(400).prefix(4000) {
            let story = RandomJournal(seed: seed)
            let whole = try Self.outcome(story, restarts: 0)
            let cut = try Self.outcome(story, restarts: seed)
            #expect(whole == cut, "seed \(seed)")
            if whole != cut { return }
            for type in whole.types { seen[type, default: 0] += 1 }
        }
        for type in ["warning.raised", "warning.cleared", "feed.degraded", "device.silent", "device.returned"] {
            #expect(seen["ganzhi." + type, default: 0] >= 20, "\(type) is hardly ever reached")
        }
    }

    @Test func `a state of another generation, or one that is cut off, is refused`() throws {
        let (one, other) = (RandomCase(seed: 1), RandomCase(seed: 2))
        let pipeline = try Pipeline(generation: one.generation, clock: .received, hashSeed: 1)
        let bytes = try SavedState.bytes(of: pipeline)
        #expect(throws: StateMismatch.self) {
            _ = try SavedState.restored(bytes, Pipeline(generation: other.generation, clock: .received, hashSeed: 1))
        }
        for count in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: (any Error).self) {
                let fresh = try Pipeline(generation: one.generation, clock: .received, hashSeed: 1)
                _ = try SavedState.restored(Array(bytes[..<count]), fresh)
            }
        }
    }

    /// Written once by the version that it names, and never again: where it cannot be read any more, the state has another
    /// form, which needs another ``Pipeline/stateVersion`` and somebody who reads this one.
    @Test func `a state that this version wrote on an earlier day is still read, and gone on with`() throws {
        let file = SharedData.checkout.appending(path: "Tests/Cases/state-\(Pipeline.stateVersion).bin")
        let generation = try JournalStory.generation(Story.fourLevels.with(\.measures, ["depth": "p90(3m)"]))
        func begin() throws -> JournalStory {
            var story = try JournalStory.running(generation)
            for second in stride(from: Int64(0), to: 600, by: 10) {
                for device in ["d1", "d2", "d3"] { story.reading(Double(second) / 200, at: second, device: device) }
            }
            story.suppress([.key: ["d2"]], at: 600, until: 100_000)
            _ = story.told()
            return story
        }
        func end(_ story: inout JournalStory) -> [Event] {
            for second in stride(from: Int64(610), to: 1200, by: 10) {
                story.reading(Double(1200 - second) / 300, at: second, device: "d2")
            }
            _ = story.told()
            return story.commit.events
        }
        var whole = try begin()
        if ProcessInfo.processInfo.environment["RECORD_STATE"] != nil {
            try Data(SavedState.bytes(of: whole.pipeline)).write(to: file)
        }
        let before = whole.commit.events.count
        let expected = end(&whole)[before...]
        var restored = try JournalStory(generation)
        let fresh = try Pipeline(generation: generation, clock: .journal, hashSeed: 2)
        restored.pipeline = try SavedState.restored(Array(Data(contentsOf: file)), fresh)
        #expect(end(&restored) == Array(expected))
        #expect(!expected.isEmpty && before > 2)
    }

    // MARK: Lines

    private static func compare(_ generation: Generation, _ lines: [ReferenceLine], seed: UInt64) throws {
        let whole = try outcome(lines, generation, restarts: 0)
        let cut = try outcome(lines, generation, restarts: seed)
        #expect(whole == cut, "seed \(seed)")
    }

    /// - Parameter restarts: Seed of the places at which the engine is written and restored; 0 for none.
    private static func outcome(
        _ lines: [ReferenceLine],
        _ generation: Generation,
        restarts: UInt64
    ) throws -> Outcome {
        var random = SeededGenerator(seed: restarts)
        var outcome = Outcome()
        var pipeline = try Pipeline(generation: generation, clock: .received, hashSeed: 1, collectsWindows: true)
        for line in lines {
            Replay.add(line, to: &pipeline)
            guard restarts > 0, Int.random(in: 0..<3, using: &random) == 0 else { continue }
            outcome.take(from: &pipeline)
            let fresh = try Pipeline(
                generation: generation,
                clock: .received,
                hashSeed: random.next(),
                collectsWindows: true
            )
            pipeline = try SavedState.restored(SavedState.bytes(of: pipeline), fresh)
        }
        outcome.finish(&pipeline)
        return outcome
    }

    // MARK: Journals

    private static func outcome(_ story: RandomJournal, restarts: UInt64) throws -> Outcome {
        var random = SeededGenerator(seed: restarts)
        var outcome = Outcome()
        var pipeline = try Pipeline(
            generation: story.generations[0],
            clock: .journal,
            hashSeed: 1,
            collectsWindows: true
        )
        for step in story.steps {
            try story.run(step, &pipeline, &outcome.commit)
            guard restarts > 0, Int.random(in: 0..<3, using: &random) == 0 else { continue }
            outcome.take(from: &pipeline)
            let name = pipeline.generationName
            let fresh = try Pipeline(
                generation: story.generations.first { $0.name == name }!,
                clock: .journal,
                hashSeed: random.next(),
                collectsWindows: true
            )
            pipeline = try SavedState.restored(SavedState.bytes(of: pipeline), fresh)
        }
        outcome.finish(&pipeline)
        return outcome
    }

    /// Everything that an engine brought forth.
    private struct Outcome: Equatable {
        var windows: [UInt8] = []
        var commit = Commit(position: 0)

        var types: [String] { commit.events.map(\.type) }

        mutating func take(from pipeline: inout Pipeline) {
            pipeline.flush(into: &commit)
            pipeline.takeWindowLines { windows += $0 }
        }

        mutating func finish(_ pipeline: inout Pipeline) {
            take(from: &pipeline)
            var windows = windows
            pipeline.finish(into: &commit) { _, pipeline in pipeline.takeWindowLines { windows += $0 } }
            pipeline.takeWindowLines { windows += $0 }
            self.windows = windows
        }

        static func == (left: Outcome, right: Outcome) -> Bool {
            left.windows == right.windows && left.commit.events == right.commit.events
                && left.commit.publications == right.commit.publications
                && left.commit.warnings == right.commit.warnings
                && left.commit.ledger == right.commit.ledger && left.commit.traces == right.commit.traces
                && left.commit.suppressions == right.commit.suppressions
                && left.commit.endedSuppressions == right.commit.endedSuppressions
        }
    }
}

/// State on its way through memory.
enum SavedState {
    static func bytes(of pipeline: borrowing Pipeline) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var state = StateWriter { bytes += $0 }
        try pipeline.write(to: &state)
        try state.flush()
        _ = consume state
        return bytes
    }

    static func restored(_ bytes: [UInt8], _ fresh: consuming Pipeline) throws -> Pipeline {
        var place = 0
        var state = StateReader { buffer in
            guard bytes.count - place >= buffer.count else { throw StateMismatch("it ends too early") }
            buffer.copyBytes(from: bytes[place..<place + buffer.count])
            place += buffer.count
        }
        try fresh.restore(from: &state)
        _ = consume state
        #expect(place == bytes.count)
        return fresh
    }
}
