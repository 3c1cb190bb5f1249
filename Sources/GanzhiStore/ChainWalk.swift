internal import Foundation
internal import GRDB
internal import GanzhiModel

/// A walk along the hash chain, page by page, over the table `event` of the main database and of sealed files.
struct ChainWalk {
    /// Newest event found sound.
    private(set) var serial: UInt64
    /// Its hash.
    private(set) var hash: [UInt8]
    /// The first fault.
    private(set) var fault: ChainFault?

    private static let pageSize = 1000

    /// Creates a walk that begins behind an event with this hash.
    init(after serial: UInt64 = 0, hash: [UInt8] = EventChain.origin) {
        self.serial = serial
        self.hash = hash
    }

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

    /// Walks over the next events of a table; says whether these were the last.
    mutating func readPage(_ db: Database, of file: String? = nil) throws -> Bool {
        let rows = try Row.fetchCursor(
            try db.cachedStatement(sql: Self.sql),
            arguments: [Int64(clamping: serial), Self.pageSize]
        )
        var count = 0
        while let row = try rows.next() {
            count += 1
            if let problem = try problem(of: row) {
                fault = ChainFault(serial: serial + 1, problem: problem, file: file)
                return false
            }
            serial += 1
            hash = Array(row[3] as Data)
        }
        return count < Self.pageSize
    }

    /// Walks over the rest of a sealed file, and compares its seal and its end with what the store recorded of it.
    mutating func readToEnd(
        of file: SealedFile,
        _ db: Database,
        isCancelled: () -> Bool = { false },
        progress: (UInt64) -> Void = { _ in }
    ) throws {
        let seal = try Row.fetchOne(
            db,
            sql: "SELECT first_serial, last_serial, previous_hash, last_hash, count FROM seal"
        )
        let count = Int64(clamping: file.lastSerial - file.firstSerial + 1)
        guard let seal, seal[0] == Int64(clamping: file.firstSerial), seal[1] == Int64(clamping: file.lastSerial),
            Array(seal[2] as Data) == file.previousHash, Array(seal[3] as Data) == file.lastHash, seal[4] == count
        else {
            fault = ChainFault(
                serial: file.firstSerial,
                problem: "the file's seal does not say what the store recorded of it",
                file: file.name
            )
            return
        }
        while !isCancelled() {
            let isAtEnd = try readPage(db, of: file.name)
            if fault != nil { return }
            progress(serial)
            guard isAtEnd else { continue }
            if serial != file.lastSerial || hash != file.lastHash {
                fault = ChainFault(
                    serial: min(serial, file.lastSerial) + 1,
                    problem: serial < file.lastSerial
                        ? "is missing, as are all up to \(file.lastSerial), the last that was sealed"
                        : "does not belong there: the last event that was sealed is \(file.lastSerial)",
                    file: file.name
                )
            }
            return
        }
    }

    /// Goes on behind a sealed file that is not there.
    mutating func pass(_ file: SealedFile) {
        serial = file.lastSerial
        hash = file.lastHash
    }

    private func problem(of row: Row) throws -> String? {
        let found = UInt64(clamping: row[0] as Int64)
        guard found == serial + 1 else {
            return "is missing; the next one is \(found)"
        }
        guard Array(row[2] as Data) == hash else {
            return serial == 0
                ? "previous_hash is not that of a first event" : "previous_hash is not the hash of event \(serial)"
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
    mutating func compareHead(_ db: Database) throws {
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
