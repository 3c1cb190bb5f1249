internal import Foundation
internal import GRDB
public import GanzhiModel

/// A file of its own with the events of a past year, complete and never written again.
///
/// It is a SQLite database with the table `event` of the store and one row in the table `seal`, which says the same as
/// this value. The store remembers it for ever, also when the file was taken to an archive.
public struct SealedFile: Sendable, Hashable {
    /// Its name in the folder of the store, such as `events-2025.sqlite`.
    public var name: String
    /// Serial of its first event.
    public var firstSerial: UInt64
    /// Serial of its last event.
    public var lastSerial: UInt64
    /// The chain's hash before its first event.
    public var previousHash: [UInt8]
    /// The chain's hash of its last event.
    public var lastHash: [UInt8]
    /// Wall clock when it was sealed.
    public var created: Timestamp

    private static let columns = "file, first_serial, last_serial, previous_hash, last_hash, created"

    /// All of them, oldest first.
    static func all(_ db: Database) throws -> [SealedFile] {
        let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM sealed ORDER BY first_serial")
        return try Row.fetchAll(statement).map(SealedFile.init)
    }

    /// The newest one.
    static func last(_ db: Database) throws -> SealedFile? {
        let statement = try db.cachedStatement(
            sql: "SELECT \(columns) FROM sealed ORDER BY first_serial DESC LIMIT 1"
        )
        return try Row.fetchOne(statement).map(SealedFile.init)
    }

    private init(_ row: Row) {
        name = row[0]
        firstSerial = UInt64(clamping: row[1] as Int64)
        lastSerial = UInt64(clamping: row[2] as Int64)
        previousHash = Array(row[3] as Data)
        lastHash = Array(row[4] as Data)
        created = Timestamp(microseconds: row[5])
    }

    init(
        name: String,
        firstSerial: UInt64,
        lastSerial: UInt64,
        previousHash: [UInt8],
        lastHash: [UInt8],
        created: Timestamp
    ) {
        self.name = name
        self.firstSerial = firstSerial
        self.lastSerial = lastSerial
        self.previousHash = previousHash
        self.lastHash = lastHash
        self.created = created
    }
}
