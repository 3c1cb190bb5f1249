internal import GRDB
public import GanzhiModel

/// What the store tells of the daemon's health, all of one moment.
public struct StoreHealth: Sendable, Hashable {
    /// Sequence of the last journal block whose effects are stored.
    public var position: UInt64
    /// Serial of the newest event.
    public var lastSerial: UInt64
    /// The books up to the position.
    public var ledger: Ledger
    /// Standing warnings by level.
    public var standing: [Level: Int]
}

extension EventStore {
    /// What stands in the store now.
    ///
    /// - Complexity: O(keys of the ledger + standing warnings); never waits for a write.
    public func health() throws -> StoreHealth {
        try read { db in
            var standing: [Level: Int] = [:]
            let statement = try db.cachedStatement(sql: "SELECT level, count(*) FROM warning GROUP BY level")
            let rows = try Row.fetchCursor(statement)
            while let row = try rows.next() {
                if let level = Level(name: row[0]) { standing[level] = row[1] }
            }
            return StoreHealth(
                position: try StoreQuery.position(db),
                lastSerial: try StoreQuery.newest(db).serial,
                ledger: try StoreQuery.ledger(db),
                standing: standing
            )
        }
    }
}
