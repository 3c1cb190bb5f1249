internal import Foundation
internal import GRDB
public import GanzhiModel
internal import Synchronization

extension EventStore {
    /// How the outbox stands; costs no access to the database.
    public func outbox() -> OutboxStatus { outboxStatus.withLock { $0 } }

    /// Publications that wait, in the order in which they must leave.
    ///
    /// They are published strictly in this order over one connection, and ticked off with
    /// ``markPublished(through:at:)`` as the broker acknowledges them. After a restart those not ticked off come again
    /// (at least once); subscribers drop repeats by event id. A retained topic appears at most once, with its newest
    /// value, so its standing value is only ever replaced by a newer one or itself.
    ///
    /// - Parameters:
    ///   - position: Only publications behind this one, so that those in flight are not read twice.
    ///   - limit: Most publications, at least 1.
    /// - Complexity: O(log *n* + `limit`); never waits for a write.
    public func pendingPublications(after position: Int64 = 0, limit: Int) throws -> [PendingPublication] {
        try read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT o.position, o.serial, o.topic, o.retained, coalesce(o.payload, e.bytes), o.created
                    FROM outbox AS o LEFT JOIN event AS e ON o.payload IS NULL AND e.serial = o.serial
                    WHERE o.published IS NULL AND o.position > ? ORDER BY o.position LIMIT ?
                    """
            )
            let rows = try Row.fetchCursor(statement, arguments: [position, max(1, limit)])
            var pending: [PendingPublication] = []
            while let row = try rows.next() {
                let payload = try row.withUnsafeData(atIndex: 4) { data -> [UInt8] in
                    guard let data else { throw StoreError.unreadable(row: "Publication \(row[0] as Int64)") }
                    return Array(data)
                }
                pending.append(
                    PendingPublication(
                        position: row[0],
                        publication: Publication(
                            serial: UInt64(clamping: row[1] as Int64),
                            topic: row[2],
                            isRetained: row[3],
                            payload: payload
                        ),
                        created: Timestamp(microseconds: row[5])
                    )
                )
            }
            return pending
        }
    }

    /// Ticks off all publications up to a position.
    ///
    /// Brokers acknowledge in the order in which publications were sent, so an acknowledgement stands for all before
    /// it. The times of the newest ``StoreLimits/published`` stay readable in the table `outbox`.
    ///
    /// - Parameters:
    ///   - position: The last publication that the broker acknowledged.
    ///   - now: Wall clock, kept as the time of publishing.
    public func markPublished(through position: Int64, at now: Timestamp) throws {
        try writeWithoutSync { db in
            let tick = try db.cachedStatement(
                sql: "UPDATE outbox SET published = ? WHERE published IS NULL AND position <= ?"
            )
            try tick.execute(arguments: [now.microseconds, position])
            let ticked = db.changesCount
            let forget = try db.cachedStatement(
                sql: "DELETE FROM outbox WHERE published IS NOT NULL AND position <= ?"
            )
            try forget.execute(arguments: [position.subtractingReportingOverflow(Int64(limits.published)).partialValue])
            return ticked
        } committed: { ticked in
            outboxStatus.withLock { $0.pending -= ticked }
        }
    }

    /// Puts what stands under each retained topic into the outbox once more, behind all that waits there.
    ///
    /// Called when the broker was reached anew: it may have been restarted without its retained messages, or with those
    /// of an hour ago. Topics whose newest value still waits are left alone. A topic that was cleared is cleared again for
    /// ``clearedAgain`` after that, and then forgotten.
    ///
    /// - Returns: How many publications were added.
    /// - Complexity: O(standing warnings).
    @discardableResult public func restateRetained(at now: Timestamp) throws -> Int {
        var added = 0
        try writeWithoutSync { db in
            try db.execute(
                sql: "DELETE FROM retained WHERE length(payload) = 0 AND changed < ?",
                arguments: [(now - Self.clearedAgain).microseconds]
            )
            try db.execute(
                sql: """
                    INSERT INTO outbox (serial, topic, retained, payload, created)
                    SELECT serial, topic, 1, payload, ? FROM retained AS r WHERE NOT EXISTS (
                        SELECT 1 FROM outbox WHERE topic = r.topic AND published IS NULL AND retained = 1)
                    ORDER BY serial, topic
                    """,
                arguments: [now.microseconds]
            )
            added = db.changesCount
            return added
        } committed: { added in
            outboxStatus.withLock { $0.pending += added }
        }
        return added
    }

    /// How long the end of a warning is told again after a reconnect: longer than brokers go between two saves.
    private static let clearedAgain = TimeSpan.days(1)
}
