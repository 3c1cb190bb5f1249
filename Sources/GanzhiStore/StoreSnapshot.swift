public import Foundation
internal import GRDB

/// What a copy of the store holds.
public struct StoreSnapshot: Sendable, Hashable {
    /// Sequence of the last journal block whose effects it holds; 0 before the first.
    public var position: UInt64
    /// Serial of its newest event; 0 before the first.
    public var serial: UInt64
    /// Hash of that event.
    public var hash: [UInt8]
    /// The sealed files that belong to it, be they there or not.
    public var sealed: [SealedFile]
}

extension EventReader {
    /// Copies the database as it stands at this moment to a new file, durable on return; sealed files are not copied.
    ///
    /// SQLite's online backup out of one snapshot: the writer goes on meanwhile, and only its log grows.
    ///
    /// - Parameters:
    ///   - file: The copy; not there yet.
    ///   - progress: Called now and then with the pages copied and their number.
    /// - Source: <https://www.sqlite.org/backup.html>
    public func copy(to file: URL, progress: (Int, Int) -> Void = { _, _ in }) throws -> StoreSnapshot {
        let path = file.path(percentEncoded: false)
        return try accessing(path) {
            let copy = try DatabaseQueue(path: path)
            defer { try? copy.close() }
            return try copy.writeWithoutTransaction { target in
                try target.execute(sql: "PRAGMA synchronous = FULL")
                return try read { db in
                    // The first query fixes the snapshot; else each step of the backup would take the newest, and every
                    // commit meanwhile would have it begin anew.
                    let (serial, hash) = try StoreQuery.newest(db)
                    try withoutActuallyEscaping(progress) { progress in
                        try db.backup(to: target, pagesPerStep: 1024) { step in
                            progress(step.completedPageCount, step.totalPageCount)
                        }
                    }
                    return StoreSnapshot(
                        position: try StoreQuery.position(db),
                        serial: serial,
                        hash: hash,
                        sealed: try SealedFile.all(db)
                    )
                }
            }
        }
    }

    /// Where a sealed file is, or would be.
    public func url(of file: SealedFile) -> URL { sealedFiles.url(file) }
}
