internal import Foundation
internal import GRDB
internal import GanzhiModel
internal import Glibc

/// Makes a sealed file from events of the main database.
///
/// It is written beside its place under another name, without a journal of its own, as one that a crash left half-made
/// is thrown away and made anew. Only when it is whole, checked and durable it gets its name.
struct SealedFileMaker {
    let file: SealedFile
    let folder: URL
    /// Path of the main database.
    let source: String

    /// Events copied in one statement.
    private static let slice: UInt64 = 2000

    private var partial: String { folder.appending(path: file.name + ".partial").path(percentEncoded: false) }
    private var path: String { folder.appending(path: file.name).path(percentEncoded: false) }

    /// Makes the file; returns whether it is there, which it is not where the work was cancelled.
    ///
    /// - Throws: ``StoreError/brokenChain(_:)`` where the events are not those that were committed.
    func make(isCancelled: () -> Bool) throws -> Bool {
        if unlink(partial) != 0, errno != ENOENT { throw StoreError.sealing(file: partial, code: errno) }
        let isWhole = try accessing(partial) {
            var configuration = Configuration()
            configuration.label = file.name
            let queue = try DatabaseQueue(path: partial, configuration: configuration)
            defer { try? queue.close() }
            return try queue.writeWithoutTransaction { db in try write(db, isCancelled: isCancelled) }
        }
        guard isWhole else {
            unlink(partial)
            return false
        }
        try finish()
        return true
    }

    private func write(_ db: Database, isCancelled: () -> Bool) throws -> Bool {
        try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        try db.execute(sql: Self.tables)
        try db.execute(sql: "ATTACH DATABASE ? AS live", arguments: [source])
        var next = file.firstSerial
        while next <= file.lastSerial {
            guard !isCancelled() else { return false }
            let last = min(file.lastSerial, next + Self.slice - 1)
            try db.execute(
                sql: "INSERT INTO event SELECT * FROM live.event WHERE serial BETWEEN ? AND ? ORDER BY serial",
                arguments: [Int64(clamping: next), Int64(clamping: last)]
            )
            next = last + 1
        }
        try db.execute(sql: "DETACH DATABASE live")
        try db.execute(
            sql: "INSERT INTO seal VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                Int64(clamping: file.firstSerial), Int64(clamping: file.lastSerial),
                Int64(clamping: file.lastSerial - file.firstSerial + 1), Data(file.previousHash),
                Data(file.lastHash), file.created.microseconds,
            ]
        )
        for index in Self.indexes {
            guard !isCancelled() else { return false }
            try db.execute(sql: index)
        }
        try db.execute(sql: Self.triggers)
        try db.execute(sql: "PRAGMA user_version = \(SealedFiles.version)")
        var walk = ChainWalk(after: file.firstSerial - 1, hash: file.previousHash)
        try walk.readToEnd(of: file, db, isCancelled: isCancelled)
        if let fault = walk.fault { throw StoreError.brokenChain(fault) }
        return walk.serial == file.lastSerial
    }

    /// Makes the file durable and unwritable, and gives it its name.
    private func finish() throws {
        func check(_ result: Int32) throws {
            guard result == 0 else { throw StoreError.sealing(file: partial, code: errno) }
        }
        let descriptor = open(partial, O_RDONLY | O_CLOEXEC)
        try check(descriptor < 0 ? -1 : 0)
        defer { close(descriptor) }
        try check(fsync(descriptor))
        try check(fchmod(descriptor, 0o440))
        try check(rename(partial, path))
        let directory = open(folder.path(percentEncoded: false), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try check(directory < 0 ? -1 : 0)
        defer { close(directory) }
        try check(fsync(directory))
    }

    private static let tables = """
        CREATE TABLE event (
            serial INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            type TEXT NOT NULL,
            subject TEXT NOT NULL,
            time INTEGER NOT NULL,
            scenario TEXT NOT NULL,
            "key" TEXT NOT NULL,
            level TEXT NOT NULL,
            district TEXT NOT NULL,
            device TEXT NOT NULL,
            bytes TEXT NOT NULL,
            previous_hash BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE TABLE seal (
            first_serial INTEGER NOT NULL,
            last_serial INTEGER NOT NULL,
            count INTEGER NOT NULL,
            previous_hash BLOB NOT NULL,
            last_hash BLOB NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;
        """

    /// As in the main database; the one on ids may be built here all at once, which it is not there.
    private static let indexes =
        ["CREATE UNIQUE INDEX event_id ON event (id)"]
        + ["subject", "district", "scenario", "level", "device", "key"].map {
            "CREATE INDEX event_\($0) ON event (\"\($0)\")"
        }

    private static let triggers = ["event", "seal"].flatMap { table in
        ["INSERT", "UPDATE", "DELETE"].map { change in
            """
            CREATE TRIGGER \(table)_\(change.lowercased()) BEFORE \(change) ON \(table)
            BEGIN
                SELECT RAISE(ABORT, 'this file is sealed');
            END;
            """
        }
    }.joined(separator: "\n")
}
