import GanzhiJournal
import GanzhiModel
import GanzhiPipeline
import Logging

/// Finds where an engine goes on: at the newest checkpoint that can be read and continued, or at the journal's beginning.
struct CheckpointRestorer {
    let folder: CheckpointFolder
    /// First block that the journal still holds.
    let firstSequence: UInt64
    /// The last block that may be behind a checkpoint: up to it the store has committed.
    let committed: UInt64
    /// Finds the bundle of a generation by its name.
    let generations: (String) throws -> [UInt8]?
    /// Whether a file that cannot be used is renamed, so that it counts for nothing and somebody can look at it.
    var setsAside = false
    /// Whether the engine keeps window results.
    var collectsWindows = false

    /// The engine as it stands where its journal is to be read on.
    ///
    /// Checkpoints that cannot be used are refused by name, and an older one is taken.
    ///
    /// - Throws: ``AppError`` where no checkpoint can be used and the journal does not reach back to its beginning.
    func engine(_ logger: Logger?) throws -> Pipeline {
        var refused: [String] = []
        var worthless: [UInt64] = []
        for position in try positions() {
            let file = folder.file(at: position)
            do {
                let engine = try restore(file, position: position)
                setAside(worthless)
                return engine
            } catch {
                refused.append("\(error)")
                if position > committed || Self.isDamage(error) { worthless.append(position) }
                logger?.error("a checkpoint is passed over", metadata: ["file": "\(file)", "reason": "\(error)"])
            }
        }
        guard firstSequence <= 1 else {
            throw AppError(
                .data,
                "The journal begins with block \(firstSequence), and no checkpoint can be used before it"
                    + (refused.isEmpty ? ": there is none." : ": " + refused.joined(separator: " "))
                    + " What lies before is needed to go on. Restore checkpoints and journal from a backup."
            )
        }
        setAside(worthless)
        return try newEngine()
    }

    /// Lets files that will never be of use count no longer; only where the engine goes on without them, and never those
    /// that another version or another user may read.
    private func setAside(_ positions: [UInt64]) {
        if setsAside { for position in positions { folder.setAside(position) } }
    }

    private static func isDamage(_ error: any Error) -> Bool {
        switch error as? CheckpointError {
        case .damaged, .incomplete, .foreign: true
        case .newer, .system, nil: false
        }
    }

    /// When the checkpoint at a position was taken.
    func taken(at position: UInt64) -> Timestamp? {
        guard let reader = try? CheckpointReader(path: folder.file(at: position)) else { return nil }
        return Timestamp(milliseconds: reader.manifest.taken)
    }

    private func positions() throws(AppError) -> [UInt64] {
        do {
            return try folder.positions()
        } catch {
            throw AppError(.unavailable, "\(error)")
        }
    }

    private func newEngine() throws -> Pipeline {
        try Pipeline(
            generation: Generation(),
            clock: .journal,
            hashSeed: .random(in: .min ... .max),
            collectsWindows: collectsWindows
        )
    }

    /// The engine as far back as the journal can be read on from: its beginning where that is there.
    ///
    /// - Throws: ``AppError`` where no checkpoint can be used and the journal does not reach back to its beginning.
    func oldestEngine() throws -> Pipeline {
        guard firstSequence > 1 else { return try newEngine() }
        for position in try positions().reversed() where position + 1 >= firstSequence {
            if let engine = try? restore(folder.file(at: position), position: position) { return engine }
        }
        return try engine(nil)
    }

    private func restore(_ file: String, position: UInt64) throws -> Pipeline {
        guard position <= committed else {
            throw AppError(
                .data,
                "It is at block \(position), the store at \(committed) only: they are not of one time."
            )
        }
        guard position + 1 >= firstSequence else {
            throw AppError(.data, "It is at block \(position), and the journal begins with \(firstSequence) only.")
        }
        var reader = try CheckpointReader(path: file)
        let manifest = reader.manifest
        guard manifest.position == position else {
            throw AppError(.data, "It is of block \(manifest.position), whatever its name says.")
        }
        guard manifest.state == Pipeline.stateVersion else {
            throw AppError(
                .data,
                "Its state has version \(manifest.state); this program reads \(Pipeline.stateVersion). "
                    + "Run the version of Ganzhi that wrote it."
            )
        }
        guard let bundle = try generations(manifest.generation) else {
            throw AppError(.data, "Its generation \(manifest.generation) is not in the store.")
        }
        var pipeline = try Pipeline(
            generation: Generation(bundle: bundle),
            clock: .journal,
            hashSeed: .random(in: .min ... .max),
            collectsWindows: collectsWindows
        )
        var state = StateReader { try reader.read(into: $0) }
        try pipeline.restore(from: &state)
        _ = consume state
        try reader.finish()
        return pipeline
    }
}
