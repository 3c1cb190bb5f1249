import Foundation
import GanzhiJournal
import GanzhiModel
import GanzhiStore

/// `ganzhi ledger`: prints the books.
public enum LedgerCommand {
    /// Prints the books, and with `samples` the newest examples of what was not applied.
    ///
    /// - Throws: ``AppError`` where there is no store, or the journal cannot be read.
    public static func run(place: Place, isJSON: Bool, samples: Int) throws {
        try EventsCommand.opening {
            let reader = try EventReader(folder: URL(filePath: place.dataFolder))
            let (ledger, pending) = try balanced(reader, journal: place.dataFolder + "/journal")
            if isJSON {
                for line in LedgerText.json(ledger, pending: pending) {
                    try StandardStreams.print(String(decoding: line, as: UTF8.self))
                }
            } else {
                for line in LedgerText.lines(ledger, pending: pending) { try StandardStreams.print(line) }
            }
            guard samples > 0 else { return }
            for sample in try reader.samples(limit: samples) {
                try StandardStreams.print(
                    isJSON
                        ? String(decoding: SampleText.json(sample), as: UTF8.self)
                        : SampleText.line(sample, zone: place.zone)
                )
            }
        }
    }

    /// The books and, by feed, the messages that are journalled behind them; both of one moment.
    private static func balanced(
        _ reader: EventReader,
        journal: String
    ) throws -> (ledger: Ledger, pending: [String: Int64]) {
        while true {
            let position = try reader.position()
            let ledger = try reader.ledger()
            guard try reader.position() == position else { continue }
            return (ledger, try pending(journal: journal, after: position))
        }
    }

    private static func pending(journal: String, after position: UInt64) throws -> [String: Int64] {
        var counts: [String: Int64] = [:]
        do {
            guard FileManager.default.fileExists(atPath: journal) else { return [:] }
            let last = try JournalExtent(folder: journal).lastSequence
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
