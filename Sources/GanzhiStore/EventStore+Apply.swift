internal import Foundation
internal import GRDB
public import GanzhiModel
internal import Synchronization

extension EventStore {
    /// Stores what blocks changed, all of it or nothing, durable on return.
    ///
    /// - Parameters:
    ///   - commit: The changes; its events follow the newest stored one without a gap, and its position lies behind
    ///     the stored one.
    ///   - now: Wall clock, kept with the publications as the time they were made.
    /// - Throws: ``StoreError/unexpectedSerial(next:offered:)`` or ``StoreError/positionNotAhead(stored:offered:)``
    ///   where another writer was faster or the journal is not this store's, ``StoreError/database(file:code:message:)``
    ///   where SQLite fails; nothing has changed then, and the same commit may be tried again.
    /// - Complexity: Logarithmic in what is stored, per event, publication, warning, ledger key, sample,
    ///   suppression and trace point; one fsync.
    public func apply(_ commit: Commit, at now: Timestamp) throws {
        try accessing(path) {
            try pool.writeWithoutTransaction { db in
                var status = outbox()
                try db.inTransaction(.immediate) {
                    try advance(to: commit.position, db)
                    try append(commit.events, db)
                    try update(commit.warnings, db)
                    status.pending += try enqueue(commit.publications, of: commit.events, at: now, db)
                    let dropped = try dropExcess(pending: status.pending, db)
                    status.pending -= dropped
                    status.dropped += Int64(dropped)
                    try add(commit.ledger, db)
                    try keep(Commit.newest(commit.samples), db)
                    try keep(commit.suppressions, ended: commit.endedSuppressions, db)
                    try keep(commit.traces, db)
                    try pruneTraces(at: now, db)
                    return .commit
                }
                outboxStatus.withLock { $0 = status }
            }
        }
    }

    private func advance(to position: UInt64, _ db: Database) throws {
        let stored = try StoreQuery.position(db)
        guard position > stored, let offset = Int64(exactly: position) else {
            throw StoreError.positionNotAhead(stored: stored, offered: position)
        }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO state VALUES (?1, json_object('journal', json_object('0', ?2)))
                ON CONFLICT DO UPDATE SET value = json_set(value, '$.journal."0"', ?2)
                """
        )
        try statement.execute(arguments: [StoreQuery.StateKey.position, offset])
    }

    private func append(_ events: [Event], _ db: Database) throws {
        guard !events.isEmpty else { return }
        var (serial, hash) = try StoreQuery.newest(db)
        let statement = try db.cachedStatement(
            sql: "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?, ?)"
        )
        for event in events {
            guard event.serial == serial + 1, let next = Int64(exactly: event.serial) else {
                throw StoreError.unexpectedSerial(next: serial + 1, offered: event.serial)
            }
            let previous = hash
            hash = EventChain.hash(after: previous, bytes: event.bytes)
            serial = event.serial
            statement.setUncheckedArguments([
                next, event.id, event.type, event.subject, event.time.microseconds, event.scenario, event.key,
                event.level, event.district, event.device, Data(event.bytes), Data(previous), Data(hash),
            ])
            try statement.execute()
        }
        let head = try db.cachedStatement(
            sql: """
                INSERT INTO state VALUES (?1, json_object('serial', ?2, 'hash', ?3))
                ON CONFLICT DO UPDATE SET value = excluded.value
                """
        )
        try head.execute(
            arguments: [StoreQuery.StateKey.head, Int64(clamping: serial), EventChain.hex(hash)])
    }

    private func update(_ warnings: [StandingWarning], _ db: Database) throws {
        for warning in warnings {
            guard let level = warning.level else {
                let statement = try db.cachedStatement(sql: "DELETE FROM warning WHERE scenario = ? AND \"key\" = ?")
                try statement.execute(arguments: [warning.scenario, warning.key])
                continue
            }
            let statement = try db.cachedStatement(sql: "REPLACE INTO warning VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            try statement.execute(arguments: [
                warning.scenario, warning.key, warning.episode, level.name, warning.raised.microseconds,
                warning.instant.microseconds, warning.isStale, warning.district, Int64(clamping: warning.serial),
                warning.suppressedBy,
            ])
        }
    }

    /// Adds publications and returns by how many more are pending.
    ///
    /// Of a retained topic only the newest publication waits. Were an older one kept, a restart between publishing and
    /// ticking off would replace the standing value by an older one for a moment.
    private func enqueue(
        _ publications: [Publication],
        of events: [Event],
        at now: Timestamp,
        _ db: Database
    ) throws -> Int {
        guard !publications.isEmpty else { return 0 }
        let supersede = try db.cachedStatement(
            sql: "DELETE FROM outbox WHERE topic = ? AND published IS NULL AND retained = 1"
        )
        // Whether an empty payload is bound as NULL depends on the platform, and NULL means something else here.
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO outbox (serial, topic, retained, payload, created)
                VALUES (?, ?, ?, CASE WHEN ? THEN zeroblob(0) ELSE ? END, ?)
                """
        )
        let retain = try db.cachedStatement(
            sql: """
                INSERT INTO retained VALUES (?1, ?2, CASE WHEN ?3 THEN zeroblob(0) ELSE ?4 END, ?5)
                ON CONFLICT DO UPDATE SET serial = excluded.serial, payload = excluded.payload, changed = excluded.changed
                """
        )
        var growth = 0
        for publication in publications {
            if publication.isRetained {
                try supersede.execute(arguments: [publication.topic])
                growth -= db.changesCount
                try retain.execute(arguments: [
                    publication.topic, Int64(clamping: publication.serial), publication.payload.isEmpty,
                    Data(publication.payload), now.microseconds,
                ])
            }
            let isEvent = Self.event(publication.serial, in: events)?.bytes == publication.payload
            try insert.execute(arguments: [
                Int64(clamping: publication.serial), publication.topic, publication.isRetained,
                publication.payload.isEmpty, isEvent ? nil : Data(publication.payload), now.microseconds,
            ])
            growth += 1
        }
        return growth
    }

    private static func event(_ serial: UInt64, in events: [Event]) -> Event? {
        guard let first = events.first?.serial, serial >= first, serial - first < UInt64(events.count) else {
            return nil
        }
        return events[Int(serial - first)]
    }

    /// Gives up the oldest publications beyond the limit and returns how many.
    private func dropExcess(pending: Int, _ db: Database) throws -> Int {
        let excess = pending - limits.outbox
        guard excess > 0 else { return 0 }
        try db.execute(
            sql: """
                DELETE FROM outbox WHERE position IN (
                    SELECT position FROM outbox WHERE published IS NULL AND retained = 0 ORDER BY position LIMIT ?)
                """,
            arguments: [excess]
        )
        let dropped = db.changesCount
        try db.execute(
            sql: """
                INSERT INTO state VALUES (?1, CAST(?2 AS TEXT))
                ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + ?2 AS TEXT)
                """,
            arguments: [StoreQuery.StateKey.dropped, dropped]
        )
        return dropped
    }

    private func add(_ counts: [LedgerKey: Int64], _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO ledger VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET count = count + excluded.count
                """
        )
        for (key, count) in counts where count != 0 {
            try statement.execute(arguments: [key.feed, key.column.rawValue, key.reason, count])
        }
    }

    private func keep(_ samples: [LedgerSample], _ db: Database) throws {
        guard !samples.isEmpty else { return }
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO sample (feed, "column", reason, received, topic, detail, payload)
                VALUES (?, ?, ?, ?, ?, ?, coalesce(?, zeroblob(0)))
                """
        )
        for sample in samples {
            try insert.execute(arguments: [
                sample.key.feed, sample.key.column.rawValue, sample.key.reason, sample.received.microseconds,
                sample.topic, sample.detail, Data(sample.payload),
            ])
        }
        let prune = try db.cachedStatement(
            sql: """
                DELETE FROM sample WHERE feed = ?1 AND "column" = ?2 AND reason = ?3 AND position <= (
                    SELECT position FROM sample WHERE feed = ?1 AND "column" = ?2 AND reason = ?3
                    ORDER BY position DESC LIMIT 1 OFFSET ?4)
                """
        )
        for key in Set(samples.map(\.key)) {
            try prune.execute(arguments: [key.feed, key.column.rawValue, key.reason, StoreLimits.samplesPerKey])
        }
    }
}
