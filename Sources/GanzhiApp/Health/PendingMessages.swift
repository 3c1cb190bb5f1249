import Foundation
import GanzhiJournal

/// The messages of a journal that are not in the books yet.
enum PendingMessages {
    /// By feed, the messages behind a block.
    ///
    /// - Parameter last: The last block looked at; `nil` for the journal's newest.
    /// - Throws: ``AppError`` where the journal cannot be read.
    /// - Complexity: O(blocks behind the position).
    static func count(journal: String, after position: UInt64, through last: UInt64? = nil) throws -> [String: Int64] {
        var counts: [String: Int64] = [:]
        do {
            guard FileManager.default.fileExists(atPath: journal) else { return [:] }
            let last = try last ?? JournalExtent(folder: journal).lastSequence
            guard last > position else { return [:] }
            var blocks = JournalReader(folder: journal, from: position + 1)
            try blocks.forEach(through: last) { block in
                if let message = try block.message() {
                    counts[String(decoding: message.feed, as: UTF8.self), default: 0] += 1
                }
            }
        } catch let error as JournalError {
            throw AppError(.unavailable, "\(error)")
        }
        return counts
    }
}
