import Foundation
import GanzhiJournal
import GanzhiMQTT
import GanzhiPipeline
import Logging
import ServiceLifecycle

/// Intake without an engine: durable, then acknowledged, and nothing else.
final class IntakeSubscriber: BenchSubscriber {
    private let progress: JournalProgress
    private let group: ServiceGroup
    private let folder: URL
    /// Blocks before the first message: what the journal held, start, generation, feeds up and drained.
    private let blocksBefore: UInt64

    init(broker: BrokerSettings, generation: Generation, folder: URL) throws {
        var logger = Logger(label: "ganzhi-bench", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        let journalFolder = folder.path + "/journal"
        let journal = try JournalWriter(folder: journalFolder)
        blocksBefore = journal.committedSequence + UInt64(2 + 2 * generation.feeds.count)
        progress = JournalProgress(committed: journal.committedSequence)
        let intake = Intake(
            .init(broker: broker, feeds: generation.feeds, generation: generation.name, journalFolder: journalFolder),
            journal: journal,
            progress: progress,
            board: HealthBoard(connections: broker.connections),
            troubles: Troubles(logger: logger),
            logger: logger
        )
        group = ServiceGroup(services: [intake], logger: logger)
    }

    var isReady: Bool { progress.reached.committed >= blocksBefore }

    var handled: Int { max(0, Int(progress.reached.committed) - Int(blocksBefore)) }

    func run() async throws {
        // Takes the place of an engine that is never behind.
        async let followed: Void = BlockingThread.run("follow") { [progress] in
            var position: UInt64 = 0
            while let last = progress.waitForBlocks(after: position, seconds: 0.25) { position = last }
        }
        // A group whose only service has ended says so by an error.
        try? await group.run()
        try await followed
    }

    func stop() async { await group.triggerGracefulShutdown() }
}
