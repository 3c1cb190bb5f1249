internal import GRDB
internal import GanzhiModel

extension EventStore {
    /// Serial of the last event that the event log file holds; 0 before the first.
    func eventLogPosition() throws -> UInt64 {
        try read { UInt64(clamping: try StoreQuery.number(StoreQuery.StateKey.eventLog, $0)) }
    }

    /// Remembers how far the event log file is written.
    func saveEventLogPosition(_ serial: UInt64) throws {
        try writeWithoutSync { db in
            let statement = try db.cachedStatement(
                sql: "REPLACE INTO state VALUES (?, CAST(? AS TEXT))"
            )
            try statement.execute(arguments: [StoreQuery.StateKey.eventLog, Int64(clamping: serial)])
        }
    }

    /// A page of events, for the event log file.
    func events(after serial: UInt64, limit: Int) throws -> [Event] {
        try read { try sealedFiles.events(after: serial, filter: EventFilter(), limit: limit, $0) }
    }
}
