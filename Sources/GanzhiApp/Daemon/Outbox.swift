import GanzhiMQTT
import GanzhiModel
import GanzhiStore
import Logging
import ServiceLifecycle
import Synchronization

/// Publishes what the store's outbox holds, in order, and ticks off what the broker has.
///
/// The engine calls ``publishPending()`` and ``markCompleted()``; the session's thread only notes completions.
///
/// At least once: what the broker had not acknowledged when the connection or the process ended goes out again, in order,
/// with the same event id. After each connect the retained warnings go out once more behind all that waits, as the
/// broker may have come back without them.
final class Outbox: Service {
    private let store: EventStore
    private let logger: Logger
    private let session: PublishSession
    private let board: HealthBoard
    private let completed: Completed
    private let troubles: Troubles
    /// Publications that were given up before the last look.
    private let knownDropped: Atomic<Int64>
    /// Position of the last publication handed to the session.
    private let handedOut = Atomic<Int64>(0)
    private let lastMark = Mutex(ContinuousClock.now)

    /// Content type of what we publish.
    private static let contentType = "application/cloudevents+json; charset=utf-8"
    /// Publications that are looked up together.
    private static let page = 500
    /// Shortest time between two ticks in the store: each is a transaction.
    private static let pause = Duration.milliseconds(200)

    /// What the session's thread tells the engine's.
    private final class Completed: Sendable {
        /// Position of the last publication that the broker has.
        let position = Atomic<Int64>(0)
        /// Whether the broker could not be reached since it was lost, which is said once.
        let isAway = Atomic<Bool>(false)
        /// Whether the broker refused something since it was reached.
        let isRefused = Atomic<Bool>(false)
        /// Whether the broker was reached anew.
        let isReconnected = Atomic<Bool>(false)
    }

    init(
        broker: BrokerSettings,
        status: StatusTopic,
        store: EventStore,
        board: HealthBoard,
        troubles: Troubles,
        logger: Logger
    ) {
        self.store = store
        self.board = board
        self.logger = logger
        self.troubles = troubles
        knownDropped = Atomic(store.outbox().dropped)
        let completed = Completed()
        self.completed = completed
        session = PublishSession(
            settings: broker,
            status: status,
            jitterSeed: .random(in: .min ... .max)
        ) { event in
            if let connection = event.connection { board.publisher(connection) }
            switch event {
            case .connected:
                logger.info("publisher connected")
                completed.isAway.store(false, ordering: .relaxed)
                if completed.isRefused.exchange(false, ordering: .relaxed) {
                    troubles.end(.outbox, "the broker was reached anew and may take events again")
                }
                completed.isReconnected.store(true, ordering: .releasing)
            case .connectFailed(let failure):
                logger.log(
                    level: completed.isAway.exchange(true, ordering: .relaxed) ? .debug : .warning,
                    "the publisher cannot connect; events wait",
                    metadata: ["reason": "\(failure)"]
                )
            case .disconnected(let reason):
                logger.warning("the publisher lost the broker; events wait", metadata: ["reason": "\(reason)"])
            case .completed(let token):
                completed.position.store(Int64(token), ordering: .releasing)
                board.answered(isRefused: false)
            case .refused(let token, let reason):
                completed.isRefused.store(true, ordering: .relaxed)
                troubles.begin(
                    .outbox,
                    "the broker refuses events: they are in the store, and not sent again",
                    reason: "\(reason): give the publisher the right to write its topics, and restart one of the two"
                )
                completed.position.store(Int64(token), ordering: .releasing)
                board.answered(isRefused: true)
            }
        }
    }

    /// Has subscribers of the status topic told something else.
    func say(online: [UInt8]) { session.say(online: online) }

    func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await BlockingThread.run("publish") { self.session.run() }
        } onCancelOrGracefulShutdown: {
            self.session.close(milliseconds: 3000)
        }
    }

    /// Hands what the outbox holds to the session, as far as it has room; the rest waits for the next call.
    func publishPending() throws {
        while true {
            let pending = try store.pendingPublications(
                after: handedOut.load(ordering: .relaxed),
                limit: Self.page
            )
            if pending.isEmpty { return }
            for entry in pending {
                board.handsOut(stored: entry.created)
                let isQueued = session.tryPublish(
                    topic: entry.publication.topic,
                    payload: entry.publication.payload,
                    isRetained: entry.publication.isRetained,
                    contentType: Self.contentType,
                    token: UInt64(entry.position)
                )
                guard isQueued else {
                    board.takesBack()
                    return
                }
                handedOut.store(entry.position, ordering: .relaxed)
            }
        }
    }

    /// Ticks off what the broker has, unless that was done just now, and goes on publishing what waits.
    func markCompleted() throws {
        let isDue = lastMark.withLock { last in
            guard last.duration(to: .now) >= Self.pause else { return false }
            last = .now
            return true
        }
        guard isDue else { return }
        try tickOff()
        if completed.isReconnected.exchange(false, ordering: .acquiringAndReleasing) {
            try store.restateRetained(at: Clocks.now)
        }
        try publishPending()
        noteDropped()
    }

    /// Says that the outbox is full while publications are given up, and when half of it is free again.
    private func noteDropped() {
        let outbox = store.outbox()
        if outbox.dropped > knownDropped.exchange(outbox.dropped, ordering: .relaxed) {
            troubles.begin(
                .outbox,
                "the outbox is full: the oldest events are not published; they are in the store",
                reason: "\(outbox.dropped) publications were given up for ever; \(outbox.pending) wait for the broker"
            )
        } else if outbox.pending * 2 <= store.limits.outbox, !completed.isRefused.load(ordering: .relaxed) {
            troubles.end(.outbox, "the outbox has room again")
        }
    }

    /// Ticks off what the broker has.
    func tickOff() throws {
        let position = completed.position.load(ordering: .acquiring)
        if position > marked.load(ordering: .relaxed) {
            try store.markPublished(through: position, at: Clocks.now)
            marked.store(position, ordering: .relaxed)
        }
    }

    private let marked = Atomic<Int64>(0)
}
