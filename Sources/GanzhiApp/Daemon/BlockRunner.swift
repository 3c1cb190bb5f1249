import GanzhiJournal
import GanzhiModel
import GanzhiPipeline

/// Takes blocks from a journal through a pipeline, generations as they were recorded.
struct BlockRunner: ~Copyable {
    private var reader: JournalReader
    var pipeline: Pipeline
    private let generations: (String) throws -> [UInt8]?

    /// Creates a runner at the beginning of the journal.
    ///
    /// - Parameter generations: Finds the bundle of a generation by its name.
    init(
        reader: consuming JournalReader,
        pipeline: consuming Pipeline,
        generations: @escaping (String) throws -> [UInt8]?
    ) {
        self.reader = reader
        self.pipeline = pipeline
        self.generations = generations
    }

    /// The last block taken.
    var position: UInt64 { pipeline.position }
    /// Serial of the last event.
    var serial: UInt64 { pipeline.serial }
    /// Series seen.
    var seriesCount: Int { pipeline.seriesCount }

    /// How the pipeline stands, for the daemon's health.
    func note(_ phase: Health.Phase) -> HealthBoard.EngineNote {
        HealthBoard.EngineNote(
            phase: phase,
            now: pipeline.now == .never ? nil : pipeline.now,
            newestInstant: pipeline.newestInstant == .never ? nil : pipeline.newestInstant,
            series: pipeline.seriesCount
        )
    }

    /// Takes the blocks up to a sequence and appends what they changed to a commit.
    mutating func run(through last: UInt64, into commit: inout Commit) throws {
        try reader.forEach(through: last) { block in
            if let message = try block.message() {
                pipeline.add(
                    topic: String(decoding: message.topic, as: UTF8.self),
                    contentType: String(decoding: message.contentType, as: UTF8.self),
                    isRetained: message.isRetained,
                    payload: message.payload,
                    feed: String(decoding: message.feed, as: UTF8.self),
                    sequence: block.sequence,
                    received: block.received,
                    monotonic: block.monotonic
                )
            } else {
                switch try block.block().content {
                case .config(let name):
                    guard let bundle = try generations(name) else {
                        throw AppError(
                            .data,
                            "Block \(block.sequence) names generation \(name), whose bundle is not in the store."
                                + " Restore the store that belongs to this journal."
                        )
                    }
                    let generation: Generation
                    do {
                        generation = try Generation(bundle: bundle)
                    } catch {
                        throw AppError(
                            .data,
                            "The configuration recorded in block \(block.sequence) has a form that this version does not "
                                + "read: it was written by another one. Go on with that version, or name a new `data` "
                                + "folder."
                        )
                    }
                    try pipeline.adopt(
                        generation,
                        sequence: block.sequence,
                        received: block.received,
                        monotonic: block.monotonic,
                        into: &commit
                    )
                case let content:
                    pipeline.add(
                        content,
                        sequence: block.sequence,
                        received: block.received,
                        monotonic: block.monotonic
                    )
                }
            }
            if pipeline.isFull { pipeline.flush(into: &commit) }
        }
        pipeline.flush(into: &commit)
    }
}
