internal import Foundation
internal import GRDB
internal import GanzhiModel

/// What a look at the whole event chain found.
public struct ChainReport: Sendable, Hashable {
    /// Events found sound, from the first on.
    public var sound: UInt64
    /// The first fault, at which the look ended; `nil` where every event is sound.
    public var fault: ChainFault?
}

/// The first row of the event table that is not what was committed.
public struct ChainFault: Sendable, Hashable, CustomStringConvertible {
    /// Serial of the row.
    public var serial: UInt64
    /// What is wrong with it.
    public var problem: String

    /// The row and what is wrong with it.
    public var description: String { "event \(serial): \(problem)" }
}

extension EventReader {
    /// Recomputes the hash chain over all events and compares the columns beside the bytes with what the bytes say.
    ///
    /// Finds rows that were changed, removed (also from the end) or put in. Cannot find a forgery that also recomputes
    /// every hash behind it; for that, compare a hash with a copy kept elsewhere. The column `device` is compared
    /// where the bytes name a device; the microseconds of `time` that the bytes do not show are not.
    ///
    /// - Parameter progress: Called now and then with the serial reached and the newest one.
    /// - Complexity: O(*n*), some microseconds per event; reads in short snapshots, so a writer goes on meanwhile.
    public func verifyChain(progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> ChainReport {
        var walk = ChainWalk()
        while true {
            let last = try read { db in
                try walk.readPage(db)
                return try StoreQuery.newest(db).serial
            }
            progress(walk.serial, max(walk.serial, last))
            if walk.fault != nil || walk.isAtEnd { break }
        }
        return ChainReport(sound: walk.serial, fault: walk.fault)
    }
}

/// A walk along the chain, page by page.
private struct ChainWalk {
    /// Newest event found sound.
    private(set) var serial: UInt64 = 0
    private(set) var fault: ChainFault?
    private(set) var isAtEnd = false
    private var hash = EventChain.origin

    private static let pageSize = 1000

    /// The column that says something else than the bytes, and the time that the bytes say.
    private static let sql = """
        SELECT serial, bytes, previous_hash, hash, time, CASE WHEN json_valid(bytes) THEN bytes ->> '$.time' END,
            CASE
                WHEN NOT json_valid(bytes) THEN 'bytes'
                WHEN bytes ->> '$.serial' IS NOT serial THEN 'serial'
                WHEN bytes ->> '$.id' IS NOT id THEN 'id'
                WHEN bytes ->> '$.type' IS NOT type THEN 'type'
                WHEN bytes ->> '$.subject' IS NOT subject THEN 'subject'
                WHEN coalesce(bytes ->> '$.data.scenario', '') IS NOT scenario THEN 'scenario'
                WHEN coalesce(bytes ->> '$.data.key', '') IS NOT "key" THEN 'key'
                WHEN coalesce(bytes ->> '$.data.level', '') IS NOT level THEN 'level'
                WHEN coalesce(bytes ->> '$.data.district', '') IS NOT district THEN 'district'
                WHEN coalesce(bytes ->> '$.data.device', device) IS NOT device THEN 'device'
            END
        FROM event WHERE serial > ? ORDER BY serial LIMIT ?
        """

    mutating func readPage(_ db: Database) throws {
        let rows = try Row.fetchCursor(
            try db.cachedStatement(sql: Self.sql),
            arguments: [Int64(clamping: serial), Self.pageSize]
        )
        var count = 0
        while let row = try rows.next() {
            count += 1
            if let problem = try problem(of: row) {
                fault = ChainFault(serial: serial + 1, problem: problem)
                return
            }
            serial += 1
            hash = Array(row[3] as Data)
        }
        if count < Self.pageSize {
            isAtEnd = true
            try compareHead(db)
        }
    }

    private func problem(of row: Row) throws -> String? {
        let found = UInt64(clamping: row[0] as Int64)
        guard found == serial + 1 else {
            return "is missing; the next one is \(found)"
        }
        guard Array(row[2] as Data) == hash else {
            return "previous_hash is not the hash of event \(serial)"
        }
        let bytes = try row.withUnsafeData(atIndex: 1) { $0.map(Array.init) ?? [] }
        guard Array(row[3] as Data) == EventChain.hash(after: hash, bytes: bytes) else {
            return "hash is not that of its bytes: the event was changed"
        }
        var column: String? = row[6]
        if column == nil, row[5] as String? != Timestamp(microseconds: row[4]).rfc3339 { column = "time" }
        return column.map { "column \($0) does not say what the event's bytes say" }
    }

    /// Notices a chain whose end was removed.
    private mutating func compareHead(_ db: Database) throws {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT value ->> '$.serial', value ->> '$.hash' FROM state WHERE \"key\" = ?",
            arguments: [StoreQuery.StateKey.head]
        )
        let head = UInt64(clamping: row?[0] as Int64? ?? 0)
        if head > serial {
            fault = ChainFault(serial: serial + 1, problem: "is missing, as are all up to \(head), the newest stored")
        } else if head < serial || (head > 0 && row?[1] as String? != EventChain.hex(hash)) {
            fault = ChainFault(serial: serial, problem: "is not the newest event that was stored, which is \(head)")
        }
    }
}
