import GanzhiModel
import Synchronization

/// Where the daemon's parts leave word of themselves, for the health that is taken once a second.
///
/// A part does so once a batch at most and never waits for more than a copy.
final class HealthBoard: Sendable {
    /// A thread that should move all the time.
    enum Worker: String, CaseIterable {
        case intake
        case engine
    }

    /// What intake tells.
    struct IntakeNote {
        var connection = Health.Connection()
        var feeds: [String: FeedState] = [:]
        /// By feed, messages made durable since the start.
        var journalled: [String: Int64] = [:]
    }

    /// What the engine tells.
    struct EngineNote {
        var phase = Health.Phase.starting
        var now: Timestamp?
        var newestInstant: Timestamp?
        var series = 0
    }

    /// What the outbox tells.
    struct OutboxNote {
        var connection = Health.Connection()
        var handedOut: Int64 = 0
        var completed: Int64 = 0
        var refused: Int64 = 0
        /// When those under way were stored, in the order in which they were handed out.
        var underWay: [Timestamp] = []
        /// Of ``underWay``, how many at its front are done.
        var done = 0
        var delays = DurationCounts()
    }

    let intake = Mutex(IntakeNote())
    let engine = Mutex(EngineNote())
    let outbox = Mutex(OutboxNote())
    let journalCommits = Mutex(DurationCounts())
    let storeCommits = Mutex(DurationCounts())
    let eventDelays = Mutex(DurationCounts())
    private let lastCheckpoint = Mutex<Health.Checkpoint?>(nil)
    /// By connection of intake, and of the engine alone, the turns so far and when the newest began.
    private let intakeMoves: Mutex<[Moves]>
    private let engineMoves = Mutex(Moves())

    /// How a thread moves.
    private struct Moves {
        var turns: UInt64 = 0
        /// Monotonic time of the newest turn; the greatest of all once the thread is done.
        var last = Clocks.monotonic

        mutating func turn() {
            turns += 1
            last = Clocks.monotonic
        }
    }

    /// Creates a board.
    ///
    /// - Parameter connections: Connections of intake, each with a thread of its own.
    init(connections: Int = 1) { intakeMoves = Mutex(Array(repeating: Moves(), count: connections)) }

    // MARK: Threads

    /// A connection of intake has made a turn, or tries once more what it has to wait for.
    func intakeMoved(_ connection: Int) { intakeMoves.withLock { $0[connection].turn() } }

    /// The engine has made a turn, or tries once more what it has to wait for.
    func engineMoved() { engineMoves.withLock { $0.turn() } }

    /// Turns that the engine has made, and each connection of intake at least.
    var turns: (intake: UInt64, engine: UInt64) {
        (intakeMoves.withLock { $0.map(\.turns).min() ?? 0 }, engineMoves.withLock { $0.turns })
    }

    /// The engine has made a turn, and this is how it stands.
    func engine(_ note: EngineNote) {
        engineMoved()
        engine.withLock { $0 = note }
    }

    /// Intake has made a turn, and this is how its connection and feeds stand.
    func intake(_ connection: Health.Connection, feeds: [String: FeedState]) {
        intake.withLock {
            $0.connection = connection
            $0.feeds = feeds
        }
    }

    /// A thread is done and need not move any more.
    func ended(_ worker: Worker) {
        switch worker {
        case .intake: intakeMoves.withLock { for connection in $0.indices { $0[connection].last = .max } }
        case .engine: engineMoves.withLock { $0.last = .max }
        }
    }

    /// How long each thread has not moved; of intake's the one that is still for the longest.
    func still(at monotonic: Int64) -> [String: TimeSpan] {
        func span(_ last: Int64) -> TimeSpan {
            last == .max ? .zero : TimeSpan(microseconds: max(0, monotonic - last))
        }
        return [
            Worker.intake.rawValue: span(intakeMoves.withLock { $0.map(\.last).min() ?? .max }),
            Worker.engine.rawValue: span(engineMoves.withLock { $0.last }),
        ]
    }

    // MARK: Commits

    /// A batch is durable in the journal.
    ///
    /// - Parameters:
    ///   - begin: Monotonic time of the first attempt.
    ///   - messages: By feed, the messages in it.
    func journalled(since begin: Int64, messages: [String: Int64]) {
        journalCommits.withLock { $0.add(seconds: Self.seconds(since: begin)) }
        if !messages.isEmpty { intake.withLock { $0.journalled.merge(messages) { $0 + $1 } } }
    }

    /// A commit is durable in the store.
    ///
    /// - Parameter begin: Monotonic time of the first attempt.
    func committed(_ commit: Commit, since begin: Int64) {
        storeCommits.withLock { $0.add(seconds: Self.seconds(since: begin)) }
        guard !commit.events.isEmpty else { return }
        let now = Clocks.now
        eventDelays.withLock { delays in
            for event in commit.events { delays.add(seconds: Double((now - event.time).microseconds) / 1e6) }
        }
    }

    /// A checkpoint was written.
    func checkpointed(at position: UInt64, taken: Timestamp) {
        lastCheckpoint.withLock { $0 = Health.Checkpoint(position: position, taken: taken) }
    }

    /// The newest checkpoint.
    var checkpoint: Health.Checkpoint? { lastCheckpoint.withLock { $0 } }

    private static func seconds(since begin: Int64) -> Double { Double(Clocks.monotonic - begin) / 1e6 }

    // MARK: Publications

    /// A publication is about to be handed to the publisher, which may be quick to answer.
    func handsOut(stored: Timestamp) {
        outbox.withLock {
            $0.handedOut += 1
            $0.underWay.append(stored)
        }
    }

    /// The publisher had no room for it.
    func takesBack() {
        outbox.withLock {
            $0.handedOut -= 1
            $0.underWay.removeLast()
        }
    }

    /// The broker answered for the oldest publication under way.
    func answered(isRefused: Bool) {
        let now = Clocks.now
        outbox.withLock {
            if isRefused { $0.refused += 1 } else { $0.completed += 1 }
            guard $0.done < $0.underWay.count else { return }
            $0.delays.add(seconds: Double((now - $0.underWay[$0.done]).microseconds) / 1e6)
            $0.done += 1
            if $0.done == $0.underWay.count || $0.done >= 4096 {
                $0.underWay.removeFirst($0.done)
                $0.done = 0
            }
        }
    }

    /// The publisher's connection changed.
    func publisher(_ connection: Health.Connection) { outbox.withLock { $0.connection = connection } }
}
