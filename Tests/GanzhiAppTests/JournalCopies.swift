import Foundation
import GanzhiJournal
import GanzhiModel

/// Journals made of others.
enum JournalCopies {
    /// Writes a journal anew as if all of it had come in so many microseconds later.
    static func copy(_ journal: String, to folder: String, shift: Int64) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var reader = JournalReader(folder: journal)
        var writer = try JournalWriter(folder: folder, segmentBytes: 1 << 20)
        let last = try JournalExtent(folder: journal).lastSequence
        while let block = try reader.next(through: last) {
            try writer.append(
                block.content,
                received: Timestamp(microseconds: block.received.microseconds + shift),
                monotonic: block.monotonic
            )
            try writer.commit()
        }
    }
}
