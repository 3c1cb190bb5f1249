import GanzhiMQTT
import GanzhiModel
import GanzhiStore
import Logging
import ServiceLifecycle
import Synchronization

/// Publishes what the store's outbox holds, in order, and ticks off what the broker has.
///
/// The engine calls ``publishPending()`` and ``markCompleted()``; the session's thread only notes completions.
final class Outbox: Service {
    private let store: EventStore
    private let logger: Logger
    private let session: PublishSession
    private let completed: Completed
    /// Position of the last publication handed to the session.
    private let handedOut = Atomic<Int64>(0)
    private let lastMark = Mutex(ContinuousClock.now)

    /// Content type of what we publish.
    private static let contentType = "application/cloudevents+json; charset=utf-8"
    /// Publications that are looked up together.
    private static let page = 500
    /// Shortest time between two ticks in the store: each is a transaction.
    private static let pause = Duration.milliseconds(200)

    /// Position of the last publication that the broker has.
    private final class Completed: Sendable { let position = Atomic<Int64>(0) }

    init(broker: BrokerSettings, status: StatusTopic, store: EventStore, logger: Logger) {
        self.store = store
        self.logger = logger
        let completed = Completed()
        self.completed = completed
        session = PublishSession(
            settings: broker,
            status: status,
            jitterSeed: .random(in: .min ... .max)
        ) { event in
            switch event {
            case .connected: logger.info("publisher connected")
            case .connectFailed(let failure):
                logger.warning("the publisher cannot connect; events wait", metadata: ["reason": "\(failure)"])
            case .disconnected(let reason):
                logger.warning("the publisher lost the broker; events wait", metadata: ["reason": "\(reason)"])
            case .completed(let token):
                completed.position.store(Int64(token), ordering: .releasing)
            case .refused(let token, let reason):
                logger.error("the broker refused an event", metadata: ["reason": "\(reason)"])
                completed.position.store(Int64(token), ordering: .releasing)
            }
        }
    }

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
                let isQueued = session.tryPublish(
                    topic: entry.publication.topic,
                    payload: entry.publication.payload,
                    isRetained: entry.publication.isRetained,
                    contentType: Self.contentType,
                    token: UInt64(entry.position)
                )
                if !isQueued { return }
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
        try publishPending()
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
