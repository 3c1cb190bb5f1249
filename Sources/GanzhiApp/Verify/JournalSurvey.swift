import Foundation
import GanzhiJournal
import GanzhiModel

/// What one walk over a whole journal found; every block's place, sequence and checksum was compared.
struct JournalSurvey {
    /// First and last block looked at; `last` is one less where there is none.
    private(set) var first: UInt64 = 1
    private(set) var last: UInt64 = 0
    /// The first damage, with file and offset; what lies behind it was not looked at.
    private(set) var problem: String?
    /// Where the block that should follow the last one is not, where the store has taken in that block.
    private(set) var gap: String?
    /// By feed, messages up to the store's position.
    private(set) var messages: [String: Int64] = [:]
    /// Generations by name, with the first block that names each.
    private(set) var generations: [String: UInt64] = [:]
    /// Whether there is a journal.
    let isThere: Bool

    /// Walks over the journal of a folder, up to its end as it is now.
    init(folder: String, position: UInt64, progress: TerminalProgress) {
        isThere = FileManager.default.fileExists(atPath: folder)
        guard isThere else { return }
        do {
            try walk(folder, position, progress)
            findGap(folder, position)
        } catch {
            problem = "\(error)"
        }
    }

    /// Says where the first block is missing that the store has taken in.
    private mutating func findGap(_ folder: String, _ position: UInt64) {
        guard position > last else { return }
        do {
            var reader = JournalReader(folder: folder, from: last + 1)
            _ = try reader.next(through: last + 1)
        } catch {
            gap = "\(error)"
        }
    }

    private mutating func walk(_ folder: String, _ position: UInt64, _ progress: TerminalProgress) throws {
        let extent = try JournalExtent(folder: folder)
        first = extent.firstSequence
        last = first - 1
        while last < extent.lastSequence {
            var reader = JournalReader(folder: folder, from: last + 1)
            do {
                try reader.forEach(through: extent.lastSequence) { block in
                    if let message = try block.message() {
                        if block.sequence <= position {
                            messages[String(decoding: message.feed, as: UTF8.self), default: 0] += 1
                        }
                    } else if case .config(let name) = try block.block().content {
                        generations[name, default: block.sequence] = min(block.sequence, generations[name] ?? .max)
                    }
                    last = block.sequence
                    if last % 1024 == 0 { progress.show("journal: block", last, of: extent.lastSequence) }
                }
            } catch let error as JournalError where error.isVanished {
                // A daemon may have deleted its oldest segments meanwhile.
                let remaining = try JournalExtent(folder: folder).firstSequence
                guard remaining > last + 1, remaining <= extent.lastSequence else { throw error }
                (first, last) = (remaining, remaining - 1)
                messages = [:]
            }
        }
    }

    /// Whether it holds every block up to a position, from the very first.
    func isWhole(through position: UInt64) -> Bool { isThere && problem == nil && first == 1 && last >= position }
}
