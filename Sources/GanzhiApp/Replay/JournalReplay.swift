import Foundation
import GanzhiJournal
import GanzhiModel
public import GanzhiPipeline
import GanzhiStore

/// Runs a daemon's journal through the pipeline again, under the generations that it recorded.
public enum JournalReplay {
    /// What to replay and where results go.
    public struct Options: Sendable {
        /// The daemon's data folder, or its journal folder.
        public var folder: String
        /// Another generation for a what-if; `nil` for the recorded ones.
        public var generation: Generation?
        /// Gets window results as NDJSON.
        public var windows: String?
        /// Gets events as NDJSON; `nil` is stdout unless ``database`` is given.
        public var events: String?
        /// A SQLite file that gets what a daemon would store.
        public var database: String?
        /// Whether progress is shown on stderr.
        public var showsProgress: Bool

        /// Creates options.
        public init(
            folder: String,
            generation: Generation? = nil,
            windows: String? = nil,
            events: String? = nil,
            database: String? = nil,
            showsProgress: Bool = false
        ) {
            self.folder = folder
            self.generation = generation
            self.windows = windows
            self.events = events
            self.database = database
            self.showsProgress = showsProgress
        }
    }

    private static let batch: UInt64 = 8192

    /// Replays a journal, also one that a daemon is writing: up to the last whole block.
    ///
    /// - Throws: ``AppError`` where the journal or the store of its generations cannot be read.
    public static func run(_ options: Options) throws {
        let (data, journal) = folders(options.folder)
        let extent: JournalExtent
        let generations: EventReader
        do {
            extent = try JournalExtent(folder: journal)
            generations = try EventReader(folder: URL(filePath: data))
        } catch {
            throw AppError(.unavailable, "\(error)")
        }
        let output = try ReplayOutput(windows: options.windows, events: options.events, database: options.database)
        let whatIf = options.generation?.bundle()
        let restorer = CheckpointRestorer(
            folder: CheckpointFolder(dataFolder: data),
            firstSequence: extent.firstSequence,
            committed: extent.lastSequence,
            generations: { try generations.generation($0) },
            collectsWindows: output.collectsWindows
        )
        let pipeline = try restorer.oldestEngine()
        if pipeline.position > 0 { try allow(options, from: pipeline.position) }
        var runner = BlockRunner(
            reader: JournalReader(folder: journal, from: pipeline.position + 1),
            pipeline: pipeline,
            generations: { try whatIf ?? generations.generation($0) }
        )
        var progress = ReplayProgress(isShown: options.showsProgress, size: 0)
        while runner.position < extent.lastSequence {
            var commit = Commit(position: runner.position)
            try runner.run(through: min(extent.lastSequence, runner.position + batch), into: &commit)
            try output.take(commit, from: &runner.pipeline)
            progress.note(bytes: 0)
        }
        try output.close()
        progress.finish(lines: extent.lastSequence, refused: 0, events: output.eventCount, ledger: output.ledger)
    }

    /// A journal whose begin is gone can be replayed from a checkpoint on, under the generation of then.
    private static func allow(_ options: Options, from position: UInt64) throws {
        let place =
            "The journal does not reach back to its beginning: a replay begins behind the checkpoint at block \(position)."
        if options.generation != nil {
            throw AppError(.data, place + " Other scenarios need all that came before: leave out --config.")
        }
        if options.database != nil {
            throw AppError(.data, place + " A new store must begin with the first event: leave out --db.")
        }
        StandardStreams.talk(place + "\n")
    }

    /// The data folder and its journal, whichever of them was named.
    private static func folders(_ path: String) -> (data: String, journal: String) {
        FileManager.default.fileExists(atPath: path + "/journal")
            ? (path, path + "/journal") : (URL(filePath: path).deletingLastPathComponent().path, path)
    }
}
