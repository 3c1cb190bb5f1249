internal import Foundation
internal import GRDB
internal import GanzhiModel

/// What both the writer and the readers ask of the database.
enum StoreQuery {
    /// Keys of the table `state`.
    enum StateKey {
        /// The input position, a map of sources to partitions to offsets.
        static let position = "position"
        /// Serial and hash of the newest event, so that a chain cut short is noticed.
        static let head = "event_head"
        /// Serial of the last event written to the event log file.
        static let eventLog = "event_log_position"
        /// Publications given up because the outbox was full.
        static let dropped = "outbox_dropped"
    }

    /// Sequence of the last journal block whose effects are stored; 0 before the first.
    static func position(_ db: Database) throws -> UInt64 {
        let sql = #"SELECT json_extract(value, '$.journal."0"') FROM state WHERE "key" = ?"#
        let stored = try Int64.fetchOne(try db.cachedStatement(sql: sql), arguments: [StateKey.position])
        return UInt64(clamping: stored ?? 0)
    }

    /// Serial and hash of the newest event; 0 and ``EventChain/origin`` before the first.
    static func newest(_ db: Database) throws -> (serial: UInt64, hash: [UInt8]) {
        let statement = try db.cachedStatement(sql: "SELECT serial, hash FROM event ORDER BY serial DESC LIMIT 1")
        if let row = try Row.fetchOne(statement) { return (UInt64(clamping: row[0] as Int64), Array(row[1] as Data)) }
        guard let file = try SealedFile.last(db) else { return (0, EventChain.origin) }
        return (file.lastSerial, file.lastHash)
    }

    /// A whole number of the table `state`; 0 where it was never set.
    static func number(_ key: String, _ db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT CAST(value AS INTEGER) FROM state WHERE \"key\" = ?")
        return try Int64.fetchOne(statement, arguments: [key]) ?? 0
    }

    /// How the outbox stands.
    static func outbox(_ db: Database) throws -> OutboxStatus {
        OutboxStatus(
            pending: try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox WHERE published IS NULL") ?? 0,
            dropped: try number(StateKey.dropped, db)
        )
    }

    /// The serial before the first event decided at a time or later.
    ///
    /// Events are in the order of their decision, as *now* never goes back, so bisecting serials finds it.
    static func serial(before since: Timestamp, _ db: Database) throws -> Int64 {
        guard let first = try Int64.fetchOne(db, sql: "SELECT min(serial) FROM event"),
            let last = try Int64.fetchOne(db, sql: "SELECT max(serial) FROM event")
        else { return 0 }
        let time = try db.cachedStatement(sql: "SELECT time FROM event WHERE serial >= ? ORDER BY serial LIMIT 1")
        var low = first
        var high = last + 1
        while low < high {
            let middle = low + (high - low) / 2
            guard let decided = try Int64.fetchOne(time, arguments: [middle]), decided < since.microseconds else {
                high = middle
                continue
            }
            low = middle + 1
        }
        return low - 1
    }

    /// One page of events behind a serial, of the table `event` in this database, be it the main one or a sealed file.
    ///
    /// - Parameter upper: Last serial looked at; `nil` for the newest.
    static func events(
        after serial: UInt64,
        through upper: UInt64? = nil,
        filter: EventFilter,
        limit: Int,
        _ db: Database
    ) throws -> [Event] {
        var lower = Int64(clamping: serial)
        if let since = filter.since { lower = max(lower, try Self.serial(before: since, db)) }
        let query = EventQuery(
            after: lower,
            through: Int64(clamping: upper ?? .max),
            filter: filter,
            limit: max(1, limit)
        )
        return try query.fetch(db)
    }

    /// A stored bundle.
    static func generation(_ hash: String, _ db: Database) throws -> [UInt8]? {
        let bundle = try Data.fetchOne(db, sql: "SELECT bundle FROM generation WHERE hash = ?", arguments: [hash])
        return bundle.map(Array.init)
    }

    /// The warnings as they stand, gravest first, then by scenario and key.
    static func warnings(_ db: Database) throws -> [StandingWarning] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT scenario, "key", episode, level, raised, instant, stale, district, serial, suppressed
                FROM warning
                ORDER BY scenario, "key"
                """
        )
        var warnings: [StandingWarning] = []
        while let row = try rows.next() {
            let name: String = row[3]
            guard let level = Level(name: name) else {
                throw StoreError.unreadable(row: "The warning of \(row[0] as String) at \(row[1] as String)")
            }
            warnings.append(
                StandingWarning(
                    scenario: row[0],
                    key: row[1],
                    episode: row[2],
                    level: level,
                    raised: Timestamp(microseconds: row[4]),
                    instant: Timestamp(microseconds: row[5]),
                    isStale: row[6],
                    district: row[7],
                    suppressedBy: row[9],
                    serial: UInt64(clamping: row[8] as Int64)
                )
            )
        }
        return Level.allCases.reversed().flatMap { level in warnings.filter { $0.level == level } }
    }

    /// The books.
    static func ledger(_ db: Database) throws -> Ledger {
        let rows = try Row.fetchCursor(db, sql: "SELECT feed, \"column\", reason, count FROM ledger")
        var counts: [LedgerKey: Int64] = [:]
        while let row = try rows.next() {
            counts[try key(feed: row[0], column: row[1], reason: row[2])] = row[3]
        }
        return Ledger(counts: counts)
    }

    /// The newest samples, newest first.
    static func samples(limit: Int, _ db: Database) throws -> [LedgerSample] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT feed, "column", reason, received, topic, detail, payload FROM sample
                ORDER BY position DESC LIMIT ?
                """,
            arguments: [max(1, limit)]
        )
        var samples: [LedgerSample] = []
        while let row = try rows.next() {
            samples.append(
                LedgerSample(
                    key: try key(feed: row[0], column: row[1], reason: row[2]),
                    received: Timestamp(microseconds: row[3]),
                    topic: row[4],
                    detail: row[5],
                    payload: try row.withUnsafeData(atIndex: 6) { $0.map(Array.init) ?? [] }
                )
            )
        }
        return samples
    }

    private static func key(feed: String, column: String, reason: String) throws -> LedgerKey {
        guard let known = LedgerColumn(rawValue: column) else {
            throw StoreError.unreadable(row: "The ledger's column \(column) of feed \(feed)")
        }
        return LedgerKey(feed: feed, column: known, reason: reason)
    }
}
