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

/// Reads the journal behind intake, runs the pipeline, commits to the store and hands publications out.
///
/// Recovery and normal work are the same loop: up to the position that the store has committed its results are known
/// and dropped, from there on they are new.
final class Engine: Service {
    private let settings: EngineSettings
    private let store: EventStore
    private let eventLog: EventLogFile?
    private let outbox: Outbox
    private let progress: JournalProgress
    private let troubles: Troubles
    private let board: HealthBoard
    private let logger: Logger

    /// Blocks that are taken through the pipeline together at most.
    private static let batch: UInt64 = 8192
    /// Longest time that a commit without events waits.
    private static let rest = Duration.seconds(1)

    /// What the engine works with.
    struct EngineSettings: Sendable {
        var dataFolder: String
        var journalFolder: String
        /// First block that the journal holds.
        var firstSequence: UInt64
        var checkpoints: CheckpointSettings
        var journal: JournalSettings
        /// Newest blocks that intake may want to read again, whatever the engine knows.
        var redeliveryWindow: UInt64
    }

    init(
        _ settings: EngineSettings,
        store: EventStore,
        eventLog: EventLogFile?,
        outbox: Outbox,
        progress: JournalProgress,
        troubles: Troubles,
        board: HealthBoard,
        logger: Logger
    ) {
        self.settings = settings
        self.troubles = troubles
        self.store = store
        self.eventLog = eventLog
        self.outbox = outbox
        self.progress = progress
        self.board = board
        self.logger = logger
    }

    func run() async throws {
        try await BlockingThread.run("engine") {
            do {
                try self.loop()
            } catch let end as EndInTrouble {
                self.logger.error(
                    "stopping while the store cannot be written: the journal has what it lacks, for the next start",
                    metadata: ["reason": "\(end.reason)"]
                )
            }
        }
        // The loop ends with intake, perhaps before intake's end was noticed. Services that do not wait for their turn to
        // shut down are taken for failed ones.
        try? await gracefulShutdown()
    }

    private func loop() throws {
        defer { board.ended(.engine) }
        var reader = try restore()
        try recover(&reader)
        board.engine(reader.note(.running))
        try outbox.publishPending()
        catchUpEventLog()

        var checkpoints = CheckpointKeeper(
            settings.checkpoints,
            retention: settings.journal,
            dataFolder: settings.dataFolder,
            journalFolder: settings.journalFolder,
            redeliveryWindow: settings.redeliveryWindow,
            troubles: troubles,
            logger: logger
        )
        defer { checkpoints.stop() }
        var commit = Commit(position: reader.position)
        var lastApply = ContinuousClock.now
        while let last = progress.waitForBlocks(after: reader.position, seconds: 0.25) {
            board.engineMoved()
            if last > reader.position {
                try reader.run(through: min(last, reader.position + Self.batch), into: &commit)
            }
            let needsCheckpoint = checkpoints.isDue(at: reader.position)
            if commit.position > 0, commit.isUrgent || needsCheckpoint || lastApply.duration(to: .now) >= Self.rest {
                try apply(&commit)
                lastApply = .now
                if troubles.stands(.eventLog) { catchUpEventLog() }
            }
            if needsCheckpoint { checkpoints.take(reader.pipeline) }
            if let written = checkpoints.finishWriting(journalled: last) {
                board.checkpointed(at: written.position, taken: Timestamp(milliseconds: written.taken))
            }
            try whenStoreWorks { try outbox.markCompleted() }
            board.engine(reader.note(.running))
        }
        try apply(&commit)
        try whenStoreWorks { try outbox.markCompleted() }
    }

    /// The engine where it goes on: at a checkpoint, or at the journal's beginning.
    private func restore() throws -> BlockRunner {
        let start = ContinuousClock.now
        let generations: (String) throws -> [UInt8]? = { [store] name in try store.generation(name) }
        let restorer = CheckpointRestorer(
            folder: CheckpointFolder(dataFolder: settings.dataFolder),
            firstSequence: settings.firstSequence,
            committed: try store.position(),
            generations: generations,
            setsAside: true
        )
        let pipeline = try restorer.engine(logger)
        if pipeline.position > 0 {
            board.checkpointed(at: pipeline.position, taken: restorer.taken(at: pipeline.position) ?? pipeline.now)
            logger.info(
                "restored from a checkpoint",
                metadata: [
                    "position": "\(pipeline.position)", "series": "\(pipeline.seriesCount)",
                    "took": "\(start.duration(to: .now))",
                ]
            )
        }
        return BlockRunner(
            reader: JournalReader(folder: settings.journalFolder, from: pipeline.position + 1),
            pipeline: pipeline,
            generations: generations
        )
    }

    /// Runs the journal up to the committed position without any effect.
    private func recover(_ reader: inout BlockRunner) throws {
        let position = try store.position()
        guard position > 0 else { return }
        board.engine(reader.note(.recovering(block: reader.position, of: position)))
        let start = ContinuousClock.now
        var nextReport = start.advanced(by: .seconds(5))
        while reader.position < position {
            var known = Commit(position: reader.position)
            try reader.run(through: min(position, reader.position + Self.batch), into: &known)
            board.engine(reader.note(.recovering(block: reader.position, of: position)))
            if ContinuousClock.now > nextReport {
                nextReport = .now.advanced(by: .seconds(5))
                logger.info("recovering", metadata: ["block": "\(reader.position)", "of": "\(position)"])
            }
        }
        let lastSerial = try store.lastSerial()
        guard reader.serial == lastSerial else {
            throw AppError(
                .internal,
                "The journal replayed to block \(position) gives \(reader.serial) events, the store holds \(lastSerial)."
                    + " Journal and store are not of one history: restore both from one backup."
            )
        }
        logger.info(
            "recovered",
            metadata: [
                "blocks": "\(position)", "series": "\(reader.seriesCount)", "events": "\(lastSerial)",
                "took": "\(start.duration(to: .now))",
            ]
        )
    }

    private func apply(_ commit: inout Commit) throws {
        var isAhead = false
        try whenStoreWorks { isAhead = try commit.position > store.position() }
        guard isAhead else { return }
        for (feed, count) in progress.takeRedelivered() {
            commit.ledger[LedgerKey(feed: feed, column: .messagesRedelivered), default: 0] += count
        }
        let begin = Clocks.monotonic
        try whenStoreWorks { try store.apply(commit, at: Clocks.now) }
        board.committed(commit, since: begin)
        if !commit.events.isEmpty {
            try outbox.publishPending()
            catchUpEventLog()
        }
        commit = Commit(position: commit.position)
    }

    private func catchUpEventLog() {
        do {
            try eventLog?.catchUp()
            troubles.end(.eventLog, "the event log is written again, and holds every event")
        } catch {
            troubles.begin(
                .eventLog,
                "the event log cannot be written; events are safe in the store, and their lines follow",
                reason: "\(error)"
            )
        }
    }

    /// The daemon was told to end while the store could not be written.
    private struct EndInTrouble: Error { var reason: String }

    /// Does something with the store; while the disk refuses it waits, and with it everything behind: nothing is lost
    /// meanwhile, and what is stored already goes on being published.
    ///
    /// - Throws: ``EndInTrouble`` where the daemon is to end meanwhile, and what no waiting would mend.
    private func whenStoreWorks(_ work: () throws -> Void) throws {
        while true {
            do {
                try work()
                troubles.end(.store, "the store can be written again; nothing was lost")
                return
            } catch let error as StoreError where error.isTransient {
                troubles.begin(
                    .store,
                    "the store cannot be written: readings are journalled, but events wait until it can",
                    reason: "\(error)"
                )
                board.engineMoved()
                if progress.isOver(within: 0.5) { throw EndInTrouble(reason: "\(error)") }
                try? outbox.publishPending()
            }
        }
    }
}
