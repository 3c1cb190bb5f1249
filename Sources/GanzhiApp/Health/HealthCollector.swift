import GanzhiModel
import GanzhiStore
import Logging
import ServiceLifecycle
import Synchronization

/// Takes the daemon's health once a second and hands it to those who speak of it: metrics, readiness, status topic and
/// `ganzhi ledger`.
final class HealthCollector: Service {
    private let board: HealthBoard
    private let progress: JournalProgress
    private let store: EventStore
    private let troubles: Troubles
    private let dataFolder: String
    /// Says to others how we are.
    private let tell: @Sendable (Health) -> Void
    private let logger: Logger
    private let started = Clocks.now
    /// By feed, messages booked or pending when the daemon was started.
    private let receivedBefore: [String: Int64]
    private let taken = Mutex<Health?>(nil)

    private static let interval = Duration.seconds(1)

    /// Creates a collector, before the engine commits anything.
    ///
    /// - Parameters:
    ///   - pending: By feed, the messages that are journalled and not booked.
    ///   - tell: Called with each health.
    init(
        board: HealthBoard,
        progress: JournalProgress,
        store: EventStore,
        pending: [String: Int64],
        troubles: Troubles,
        dataFolder: String,
        logger: Logger,
        tell: @escaping @Sendable (Health) -> Void
    ) throws {
        self.board = board
        self.progress = progress
        self.store = store
        self.troubles = troubles
        self.dataFolder = dataFolder
        self.logger = logger
        self.tell = tell
        receivedBefore = Self.received(try store.health().ledger).merging(pending) { $0 + $1 }
    }

    /// The health taken last; `nil` before the first.
    var health: Health? { taken.withLock { $0 } }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pace = Pace()
            var word = ReadinessLog(logger: self.logger)
            while !Task.isCancelled {
                do {
                    let health = try self.take(&pace)
                    self.taken.withLock { $0 = health }
                    self.tell(health)
                    word.note(health)
                } catch {
                    // What is not renewed grows old, and /healthz says so.
                    self.logger.debug("the health cannot be taken", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// When positions moved last.
    private struct Pace {
        private var journal: (position: UInt64, since: Int64) = (0, Clocks.monotonic)
        private var commit: (position: UInt64, since: Int64) = (0, Clocks.monotonic)

        /// Notes positions and how long they have not moved.
        mutating func note(_ health: inout Health, at monotonic: Int64) {
            // Recovery commits nothing, and intake may wait for it.
            let isRunning = health.phase == .running
            if health.positions.journalled != journal.position || !isRunning {
                journal = (health.positions.journalled, monotonic)
            }
            if health.positions.committed != commit.position || !isRunning {
                commit = (health.positions.committed, monotonic)
            }
            health.journalStill = TimeSpan(microseconds: monotonic - journal.since)
            health.commitStill = TimeSpan(microseconds: monotonic - commit.since)
        }
    }

    private func take(_ pace: inout Pace) throws -> Health {
        // The books before what goes into them, so that nothing is booked that was not received.
        let stored = try store.health()
        var health = Health(taken: Clocks.now, started: started)
        let monotonic = Clocks.monotonic
        let reached = progress.reached
        health.positions.journalled = reached.committed
        health.positions.processed = reached.processed
        health.positions.committed = stored.position
        health.lastSerial = stored.lastSerial
        health.ledger = stored.ledger.counts
        health.standing = stored.standing
        health.still = board.still(at: monotonic)
        note(board.engine.withLock { $0 }, in: &health)
        note(board.intake.withLock { $0 }, booked: Self.received(stored.ledger), in: &health)
        note(board.outbox.withLock { $0 }, in: &health)
        health.journalCommits = board.journalCommits.withLock { $0 }
        health.storeCommits = board.storeCommits.withLock { $0 }
        health.eventDelays = board.eventDelays.withLock { $0 }
        health.checkpoint = board.checkpoint
        health.residentBytes = ProcessMeans.residentBytes
        health.disk = ProcessMeans.disk(of: dataFolder)
        health.parts = Troubles.Part.allCases.map(\.rawValue)
        health.troubles = troubles.all.map {
            Health.Trouble(part: $0.part.rawValue, reason: $0.reason, preventsReadiness: $0.part.preventsReadiness)
        }
        pace.note(&health, at: monotonic)
        return health
    }

    private func note(_ engine: HealthBoard.EngineNote, in health: inout Health) {
        health.phase = progress.isOver(within: 0) ? .stopping : engine.phase
        health.now = engine.now
        health.newestInstant = engine.newestInstant
        health.series = engine.series
    }

    private func note(_ intake: HealthBoard.IntakeNote, booked: [String: Int64], in health: inout Health) {
        health.intake = intake.connection
        health.feeds = intake.feeds
        let received = receivedBefore.merging(intake.journalled) { $0 + $1 }
        health.pending = received.reduce(into: [:]) { pending, entry in
            pending[entry.key] = max(0, entry.value - (booked[entry.key] ?? 0))
        }
    }

    private func note(_ outbox: HealthBoard.OutboxNote, in health: inout Health) {
        let status = store.outbox()
        health.publisher = outbox.connection
        health.outbox.pending = status.pending
        health.outbox.dropped = status.dropped
        health.outbox.handedOut = outbox.handedOut
        health.outbox.completed = outbox.completed
        health.outbox.refused = outbox.refused
        if outbox.done < outbox.underWay.count {
            health.outbox.oldest = max(.zero, health.taken - outbox.underWay[outbox.done])
        }
        health.publishDelays = outbox.delays
    }

    /// By feed, the messages that the books have as received.
    private static func received(_ ledger: Ledger) -> [String: Int64] {
        ledger.counts.reduce(into: [:]) { sums, entry in
            if entry.key.column == .messagesReceived { sums[entry.key.feed, default: 0] += entry.value }
        }
    }
}

extension Troubles.Part {
    /// Whether the daemon does not do what it is for while this part is in trouble.
    var preventsReadiness: Bool {
        switch self {
        case .journal, .store, .outbox, .intake: true
        case .checkpoint, .eventLog, .clock: false
        }
    }
}
