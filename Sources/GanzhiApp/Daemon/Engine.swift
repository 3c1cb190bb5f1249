import Foundation
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
    private let journalFolder: String
    private let store: EventStore
    private let eventLog: EventLogFile?
    private let outbox: Outbox
    private let progress: JournalProgress
    private let logger: Logger

    /// Blocks that are taken through the pipeline together at most.
    private static let batch: UInt64 = 8192
    /// Longest time that a commit without events waits.
    private static let rest = Duration.seconds(1)

    init(
        journalFolder: String, store: EventStore, eventLog: EventLogFile?, outbox: Outbox, progress: JournalProgress,
        logger: Logger
    ) {
        self.journalFolder = journalFolder
        self.store = store
        self.eventLog = eventLog
        self.outbox = outbox
        self.progress = progress
        self.logger = logger
    }

    func run() async throws {
        try await BlockingThread.run("engine") { try self.loop() }
        // The loop ends with intake, which may be before our own turn: the group takes a service that does for a fault.
        try? await gracefulShutdown()
    }

    private func loop() throws {
        var reader = BlockRunner(
            reader: JournalReader(folder: journalFolder),
            pipeline: try Pipeline(generation: Generation(), clock: .journal, hashSeed: .random(in: .min ... .max)),
            generations: { [store] name in try store.generation(name) })
        try recover(&reader)
        try outbox.publishPending()

        var commit = Commit(position: reader.position)
        var lastApply = ContinuousClock.now
        while let last = progress.waitForBlocks(after: reader.position, seconds: 0.25) {
            if last > reader.position {
                try reader.run(through: min(last, reader.position + Self.batch), into: &commit)
            }
            if commit.position > 0, commit.isUrgent || lastApply.duration(to: .now) >= Self.rest {
                try apply(&commit)
                lastApply = .now
            }
            try outbox.markCompleted()
        }
        try apply(&commit)
        try outbox.markCompleted()
    }

    /// Runs the journal up to the committed position without any effect.
    private func recover(_ reader: inout BlockRunner) throws {
        let position = try store.position()
        guard position > 0 else { return }
        let start = ContinuousClock.now
        var nextReport = start.advanced(by: .seconds(5))
        while reader.position < position {
            var known = Commit(position: reader.position)
            try reader.run(through: min(position, reader.position + Self.batch), into: &known)
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
                    + " Journal and store are not of one history: restore both from one backup.")
        }
        logger.info(
            "recovered",
            metadata: [
                "blocks": "\(position)", "series": "\(reader.seriesCount)", "events": "\(lastSerial)",
                "took": "\(start.duration(to: .now))",
            ])
    }

    private func apply(_ commit: inout Commit) throws {
        guard try commit.position > store.position() else { return }
        for (feed, count) in progress.takeRedelivered() {
            commit.ledger[LedgerKey(feed: feed, column: .messagesRedelivered), default: 0] += count
        }
        try applyWhenPossible(commit)
        if !commit.events.isEmpty {
            try outbox.publishPending()
            do {
                try eventLog?.catchUp()
            } catch {
                logger.error("the event log cannot be written; events are safe in the store", metadata: ["error": "\(error)"])
            }
        }
        commit = Commit(position: commit.position)
    }

    /// Applies a commit; while the disk refuses it waits, and with it everything behind: nothing is lost meanwhile.
    private func applyWhenPossible(_ commit: Commit) throws {
        var hasFailed = false
        while true {
            do {
                try store.apply(commit, at: Clocks.now)
                if hasFailed { logger.notice("the store can be written again") }
                return
            } catch let error as StoreError where error.isTransient && !progress.isOver {
                if !hasFailed {
                    logger.error("the store cannot be written: events wait", metadata: ["error": "\(error)"])
                }
                hasFailed = true
                Thread.sleep(forTimeInterval: 0.5)
            }
        }
    }
}
