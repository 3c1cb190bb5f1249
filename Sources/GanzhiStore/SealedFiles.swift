internal import Foundation
internal import GRDB
internal import GanzhiModel
internal import Synchronization

/// Reads events from the sealed files beside a database and from the database itself, as one row of serials.
///
/// A file is opened when it is first needed. One that is not there is left out.
final class SealedFiles: Sendable {
    private let folder: URL
    private let open = Mutex<[String: DatabaseQueue]>([:])

    /// The form of the files that this version knows, their `user_version`.
    static let version = 1

    init(folder: URL) { self.folder = folder }

    func url(_ file: SealedFile) -> URL { folder.appending(path: file.name) }

    /// Whether a file is where it belongs.
    func isThere(_ file: SealedFile) -> Bool {
        FileManager.default.fileExists(atPath: url(file).path(percentEncoded: false))
    }

    /// Reads a file; `nil` where it is not there.
    func read<Result>(_ file: SealedFile, _ body: (Database) throws -> Result) throws -> Result? {
        let path = url(file).path(percentEncoded: false)
        return try accessing(path) { try queue(file, path)?.read(body) }
    }

    private func queue(_ file: SealedFile, _ path: String) throws -> DatabaseQueue? {
        try open.withLock { open in
            guard isThere(file) else {
                open[file.name] = nil
                return nil
            }
            if let queue = open[file.name] { return queue }
            let queue = try DatabaseQueue(path: path, configuration: EventReader.configuration(label: file.name))
            let version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } ?? 0
            guard version <= Self.version else { throw StoreError.newerSchema(file: path) }
            open[file.name] = queue
            return queue
        }
    }

    /// One page of events behind a serial, oldest first.
    ///
    /// - Parameters:
    ///   - upper: Last serial looked at; `nil` for the newest.
    ///   - db: The main database; its snapshot says which events lie in which file.
    func events(
        after serial: UInt64,
        through upper: UInt64? = nil,
        filter: EventFilter,
        limit: Int,
        _ db: Database
    ) throws -> [Event] {
        let limit = max(1, limit)
        var cursor = serial
        var found: [Event] = []
        func take(_ db: Database) throws {
            found += try StoreQuery.events(
                after: cursor,
                through: upper,
                filter: filter,
                limit: limit - found.count,
                db
            )
        }
        for file in try SealedFile.all(db) where file.lastSerial > cursor {
            try read(file, take)
            cursor = file.lastSerial
            if found.count == limit { return found }
        }
        try take(db)
        return found
    }

    /// The newest events of a scenario at a key before a serial, oldest first.
    func newestEvents(
        scenario: String,
        key: String,
        before serial: UInt64?,
        limit: Int,
        _ db: Database
    ) throws -> [Event] {
        let files = try SealedFile.all(db)
        var found: [Event] = []
        func take(after lower: UInt64, _ db: Database) throws {
            found += try EventQuery.newest(
                scenario: scenario,
                key: key,
                after: lower,
                before: serial,
                limit: limit - found.count,
                db
            )
        }
        try take(after: files.last?.lastSerial ?? 0, db)
        for file in files.reversed() where found.count < limit && file.firstSerial < serial ?? .max {
            try read(file) { try take(after: 0, $0) }
        }
        return found.reversed()
    }
}
