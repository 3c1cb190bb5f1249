import Foundation
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
            let (ledger, pending) = try balanced(reader, place: place)
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
    ///
    /// While a daemon runs they are those of its health, the same as in its metrics.
    private static func balanced(
        _ reader: EventReader,
        place: Place
    ) throws -> (ledger: Ledger, pending: [String: Int64]) {
        if let books = try? ControlClient.ask(.ledger, dataFolder: place.dataFolder).answer.books {
            return (books.ledger, books.pending)
        }
        while true {
            let position = try reader.position()
            let ledger = try reader.ledger()
            guard try reader.position() == position else { continue }
            return (ledger, try PendingMessages.count(journal: place.dataFolder + "/journal", after: position))
        }
    }
}
