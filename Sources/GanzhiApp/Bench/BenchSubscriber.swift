import Foundation
import GanzhiConfig
import GanzhiJournal
import GanzhiMQTT
import GanzhiModel
import GanzhiPipeline
import GanzhiStore
import Logging
import ServiceLifecycle
import Synchronization

/// One who takes the load, for one connection.
protocol BenchSubscriber: Sendable {
    /// Runs until ``stop()``.
    func run() async throws
    /// Ends ``run()``; the broker keeps the session.
    func stop() async
    /// Whether it is subscribed and has read what waited for it.
    var isReady: Bool { get }
    /// Messages that it is done with.
    var handled: Int { get }
}

/// Reads, acknowledges at once and counts: as fast as this broker and this library can be.
final class NullSubscriber: BenchSubscriber {
    private let broker: BrokerSettings
    private let filters: [String]
    private let wakers: [Waker]
    private let isStopping = Atomic(false)
    private let drained = Atomic(0)
    private let count = Atomic(0)

    /// Creates one with a connection for each filter.
    init(broker: BrokerSettings, filters: [String]) {
        self.broker = broker
        self.filters = filters
        wakers = filters.map { _ in Waker() }
    }

    var isReady: Bool { drained.load(ordering: .relaxed) == filters.count }
    var handled: Int { count.load(ordering: .relaxed) }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in filters.indices {
                group.addTask { try await BlockingThread.run("null") { self.loop(connection) } }
            }
            try await group.waitForAll()
        }
    }

    private func loop(_ connection: Int) {
        let session = IntakeSession(
            settings: broker.connection(connection),
            subscriptions: [Subscription(filter: filters[connection])],
            waker: wakers[connection],
            jitterSeed: 1
        )
        while !isStopping.load(ordering: .relaxed) {
            let turn = session.readTurn(limits: IntakeLimits(), waitMilliseconds: 200)
            let isDrained = turn.events.contains { $0.kind == .drained }
            let messages = turn.count
            session.releaseAcknowledgements()
            count.add(messages, ordering: .relaxed)
            if isDrained { drained.add(1, ordering: .relaxed) }
        }
        session.stop()
    }

    func stop() async {
        isStopping.store(true, ordering: .relaxed)
        for waker in wakers { waker.wake() }
    }
}

/// The daemon: intake, journal, engine, store and publisher as `ganzhi run` puts them together.
final class DaemonSubscriber: BenchSubscriber {
    private let store: EventStore
    private let progress: JournalProgress
    private let group: ServiceGroup
    /// Blocks before the first message: what the journal held, start, generation, feeds up and drained.
    private let blocksBefore: UInt64

    init(broker: BrokerSettings, generation: Generation, folder: URL) throws {
        var logger = Logger(label: "ganzhi-bench", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        let store = try EventStore(folder: folder)
        self.store = store
        let journalFolder = folder.path + "/journal"
        let journal = try JournalWriter(folder: journalFolder)
        let bundle = generation.bundle()
        let name = Generation.name(ofBundle: bundle)
        try store.saveGeneration(name, bundle: bundle, at: Clocks.now)
        blocksBefore = journal.committedSequence + UInt64(2 + 2 * generation.feeds.count)
        let progress = JournalProgress(committed: journal.committedSequence)
        self.progress = progress
        let troubles = Troubles(logger: logger)
        let board = HealthBoard(connections: broker.connections)
        var publisher = broker
        publisher.clientID += "-publish"
        let status = StatusTopic(topic: "\(generation.topicRoot)/status/n1", online: [], offline: [])
        let outbox = Outbox(
            broker: publisher,
            status: status,
            store: store,
            board: board,
            troubles: troubles,
            logger: logger
        )
        let engine = Engine(
            .init(
                dataFolder: folder.path,
                journalFolder: journalFolder,
                firstSequence: journal.recovery.firstSequence,
                checkpoints: CheckpointSettings(),
                journal: JournalSettings(),
                redeliveryWindow: IntakeTurns.redeliveryWindow(connections: broker.connections)
            ),
            store: store,
            eventLog: EventLogFile(url: folder.appending(path: "events.ndjson"), store: store),
            outbox: outbox,
            progress: progress,
            troubles: troubles,
            board: board,
            logger: logger
        )
        let intake = Intake(
            .init(
                broker: broker,
                feeds: generation.feeds,
                generation: name,
                journalFolder: journalFolder
            ),
            journal: journal,
            progress: progress,
            board: board,
            troubles: troubles,
            logger: logger
        )
        group = ServiceGroup(services: [outbox, engine, intake], logger: logger)
    }

    var isReady: Bool { progress.reached.committed >= blocksBefore }

    /// Messages through intake, journal, windows and ladders; their counts may still ride along with the next commit.
    var handled: Int { max(0, Int(progress.reached.processed) - Int(blocksBefore)) }

    func run() async throws {
        try await group.run()
        try store.close()
    }

    func stop() async { await group.triggerGracefulShutdown() }
}
