public import Foundation
internal import GRDB
public import GanzhiModel

extension EventStore {
    /// Moves the events of years that are over into sealed files, one for each year.
    ///
    /// A year is over when an event of a later one has been committed; an event's year is that of its `time`. The
    /// files, `events-2025.sqlite` and so on, lie beside the database. A file is copied, its chain checked and made
    /// durable before one transaction of the main database records it; from then on readers take its events from there,
    /// and only then their rows are removed from the main database, little by little. Whenever that is interrupted,
    /// the next call goes on or begins anew. The pages that become free are used for later events.
    ///
    /// It works beside the writer and keeps it waiting for some milliseconds at most. Events whose bytes wait in
    /// the outbox for the broker stay in the main database until a later call.
    ///
    /// - Parameters:
    ///   - zone: The city's time zone.
    ///   - now: Wall clock, kept with the files.
    ///   - isCancelled: Asked now and then; when it says yes the rest is left to the next call.
    /// - Returns: The files that were made.
    /// - Throws: ``StoreError``; ``StoreError/brokenChain(_:)`` where events are not those that were committed. They
    ///   stay where they are then.
    /// - Complexity: O(*n*) in the events that move, tens of microseconds each; two short reads where there are none.
    public func sealClosedYears(
        in zone: TimeZone,
        at now: Timestamp,
        isCancelled: () -> Bool = { false }
    ) throws -> [SealedFile] {
        let borders = YearBorders(zone: zone)
        let folder = URL(filePath: path).deletingLastPathComponent()
        var made: [SealedFile] = []
        while !isCancelled(), let file = try read({ try Self.closedYear(borders, at: now, $0) }) {
            let maker = SealedFileMaker(file: file, folder: folder, source: path)
            guard try maker.make(isCancelled: isCancelled) else { break }
            try record(file)
            made.append(file)
        }
        try removeSealed(isCancelled: isCancelled)
        return made
    }

    /// The oldest year in the main database, where a later one has begun.
    private static func closedYear(_ borders: YearBorders, at now: Timestamp, _ db: Database) throws -> SealedFile? {
        let files = try SealedFile.all(db)
        let sealed = Int64(clamping: files.last?.lastSerial ?? 0)
        func time(_ order: String) throws -> Timestamp? {
            let sql = "SELECT time FROM event WHERE serial > ? ORDER BY serial \(order) LIMIT 1"
            return try Int64.fetchOne(db, sql: sql, arguments: [sealed]).map(Timestamp.init(microseconds:))
        }
        guard let oldest = try time("ASC"), let newest = try time("DESC") else { return nil }
        let year = borders.year(of: oldest)
        guard year < borders.year(of: newest) else { return nil }
        let last = try StoreQuery.serial(before: borders.start(of: year + 1), db)
        guard let hash = try Data.fetchOne(db, sql: "SELECT hash FROM event WHERE serial = ?", arguments: [last]) else {
            return nil
        }
        // A year has a second file where the city's zone was changed after its first one.
        let names = ["events-\(year)"] + (2...9).map { "events-\(year)-\($0)" }
        let name = names.first { name in !files.contains { $0.name == name + ".sqlite" } }
        return SealedFile(
            name: (name ?? "events-\(year)-\(last)") + ".sqlite",
            firstSerial: UInt64(sealed) + 1,
            lastSerial: UInt64(clamping: last),
            previousHash: files.last?.lastHash ?? EventChain.origin,
            lastHash: Array(hash),
            created: now
        )
    }

    private func record(_ file: SealedFile) throws {
        try write { db in
            try db.execute(
                sql: "INSERT INTO sealed VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    Int64(clamping: file.firstSerial), Int64(clamping: file.lastSerial), file.name,
                    Data(file.previousHash), Data(file.lastHash), file.created.microseconds,
                ]
            )
        }
    }

    /// Rows that one transaction removes.
    private static let removedAtOnce = 200

    /// Removes rows that lie in sealed files, leaving the writer more time than it takes.
    private func removeSealed(isCancelled: () -> Bool) throws {
        let bound = try read { db in
            // Their publications carry no bytes of their own.
            let waiting = try Int64.fetchOne(
                db,
                sql: "SELECT min(serial) FROM outbox WHERE published IS NULL AND payload IS NULL"
            )
            return min(Int64(clamping: try SealedFile.last(db)?.lastSerial ?? 0), (waiting ?? .max) - 1)
        }
        while !isCancelled() {
            let start = ContinuousClock.now
            var removed = 0
            try writeWithoutSync { db in
                let statement = try db.cachedStatement(
                    sql: """
                        DELETE FROM event WHERE serial IN (
                            SELECT serial FROM event WHERE serial <= ? ORDER BY serial LIMIT ?)
                        """
                )
                try statement.execute(arguments: [bound, Self.removedAtOnce])
                removed = db.changesCount
            }
            guard removed == Self.removedAtOnce else { return }
            Thread.sleep(forTimeInterval: 2 * (start.duration(to: .now) / .seconds(1)))
        }
    }
}
