import GanzhiConfig
import GanzhiJournal
import GanzhiModel
import GanzhiPipeline
import GanzhiStore
import Logging

/// Takes checkpoints of an engine now and then, keeps the newest few, and lets the journal go that they make superfluous.
///
/// A checkpoint is written by a process of its own (see ``SnapshotProcess``): the engine stands still for the fork alone.
struct CheckpointKeeper: ~Copyable {
    private let settings: CheckpointSettings
    private let retention: JournalRetention
    private let folder: CheckpointFolder
    private let journalFolder: String
    private let redeliveryWindow: UInt64
    private let troubles: Troubles
    private let logger: Logger
    private var writing: Writing?
    private var lastBegun = ContinuousClock.now
    private var lastPosition: UInt64 = 0

    /// A checkpoint that is being written.
    private struct Writing: ~Copyable {
        let process: SnapshotProcess
        let manifest: CheckpointManifest
        let begun: ContinuousClock.Instant
        let pause: Duration
    }

    /// After this time a process is taken for stuck and ended; the next one most likely is not.
    private static let longest = Duration.seconds(120)

    init(
        _ settings: CheckpointSettings,
        retention journal: JournalSettings,
        dataFolder: String,
        journalFolder: String,
        redeliveryWindow: UInt64,
        troubles: Troubles,
        logger: Logger
    ) {
        self.settings = settings
        retention = JournalRetention(age: journal.keepFor, bytes: journal.keepBytes)
        folder = CheckpointFolder(dataFolder: dataFolder)
        self.journalFolder = journalFolder
        self.redeliveryWindow = redeliveryWindow
        self.troubles = troubles
        self.logger = logger
    }

    /// Whether it is time for a checkpoint of an engine that stands at a position.
    func isDue(at position: UInt64) -> Bool {
        let every = Duration.microseconds(settings.every.microseconds)
        return writing == nil && position > lastPosition && lastBegun.duration(to: .now) >= every
    }

    /// Begins a checkpoint of an engine whose results are all committed.
    mutating func take(_ pipeline: borrowing Pipeline) {
        lastBegun = .now
        lastPosition = pipeline.position
        let manifest = CheckpointManifest(
            position: pipeline.position,
            serial: pipeline.serial,
            generation: pipeline.generationName,
            state: Pipeline.stateVersion,
            taken: Clocks.now.milliseconds
        )
        do {
            let process = try SnapshotProcess {
                var file = try CheckpointWriter.begin(folder: folder.path, manifest: manifest)
                var state = StateWriter { try file.write($0) }
                try pipeline.write(to: &state)
                try state.flush()
                try file.finish()
            }
            writing = Writing(
                process: process,
                manifest: manifest,
                begun: lastBegun,
                pause: lastBegun.duration(to: .now)
            )
        } catch {
            fail("\(error)")
        }
    }

    /// Looks whether the checkpoint that is being written is done; then what it makes superfluous goes.
    ///
    /// - Parameter journalled: The last durable block of the journal.
    /// - Returns: What it is of, once it is durable.
    @discardableResult
    mutating func finishWriting(journalled: UInt64) -> CheckpointManifest? {
        guard let writing = writing.take() else { return nil }
        switch writing.process.end() {
        case nil where writing.begun.duration(to: .now) > Self.longest:
            writing.process.kill()
            fail("It was not written within \(Self.longest).")
        case nil: self.writing = consume writing
        case .failed(let reason): fail(reason)
        case .done:
            troubles.end(.checkpoint, "checkpoints can be written again")
            logger.debug(
                "checkpoint",
                metadata: [
                    "position": "\(writing.manifest.position)", "pause": "\(writing.pause)",
                    "took": "\(writing.begun.duration(to: .now))",
                ]
            )
            letGo(journalled)
            return writing.manifest
        }
        return nil
    }

    /// Ends what is being written; the checkpoint before it counts.
    mutating func stop() {
        if let writing = writing.take() { writing.process.kill() }
    }

    private func fail(_ reason: String) {
        troubles.begin(
            .checkpoint,
            "no checkpoint can be written: the journal is kept meanwhile, and a restart takes longer",
            reason: reason
        )
    }

    /// Removes older checkpoints, and the journal that nobody needs any more once there are as many as are to be kept.
    private func letGo(_ journalled: UInt64) {
        do {
            let kept = try folder.prune(keeping: settings.keep)
            guard kept.count == settings.keep, let oldest = kept.last else { return }
            let redelivered = journalled > redeliveryWindow ? journalled - redeliveryWindow : 0
            let freed = try retention.prune(
                folder: journalFolder,
                needed: min(oldest, redelivered) + 1,
                now: Clocks.now
            )
            if freed > 0 { logger.info("journal let go", metadata: ["bytes": "\(freed)"]) }
        } catch {
            logger.warning("older checkpoints and journal stay", metadata: ["error": "\(error)"])
        }
    }
}
