internal import GRDB
internal import GanzhiModel

/// What a look at the whole event chain found.
public struct ChainReport: Sendable, Hashable {
    /// Serial up to which every event is sound, those in absent files left aside.
    public var sound: UInt64
    /// Hash of the event of that serial.
    public var hash: [UInt8]
    /// The first fault, at which the look ended; `nil` where every event is sound.
    public var fault: ChainFault?
    /// Sealed files that are not beside the database, so that nobody looked at their events.
    public var absent: [SealedFile]
}

/// The first row of the event table that is not what was committed.
public struct ChainFault: Sendable, Hashable, CustomStringConvertible {
    /// Serial of the row.
    public var serial: UInt64
    /// What is wrong with it.
    public var problem: String
    /// Name of the sealed file that holds it; `nil` where it is in the main database.
    public var file: String?

    /// The row and what is wrong with it.
    public var description: String { "event \(serial)\(file.map { " in \($0)" } ?? ""): \(problem)" }
}

extension EventReader {
    /// Recomputes the hash chain over all events, those in sealed files first, and compares the columns beside the bytes
    /// with what the bytes say.
    ///
    /// Finds rows that were changed, removed (also from the end) or put in. Cannot find a forgery that also recomputes
    /// every hash behind it; for that, compare a hash with a copy kept elsewhere. The column `device` is compared
    /// where the bytes name a device; the microseconds of `time` that the bytes do not show are not.
    ///
    /// - Parameter progress: Called now and then with the serial reached and the newest one.
    /// - Complexity: O(*n*), some microseconds per event; reads in short snapshots, so a writer goes on meanwhile.
    public func verifyChain(progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> ChainReport {
        var walk = ChainWalk()
        var absent: [SealedFile] = []
        while walk.fault == nil {
            var isAtEnd = false
            let (file, last) = try read { db in
                // A year may be sealed while we walk, so each page asks where its events lie.
                let file = try SealedFile.all(db).first { $0.lastSerial > walk.serial }
                if file == nil {
                    isAtEnd = try walk.readPage(db)
                    if isAtEnd { try walk.compareHead(db) }
                }
                return (file, try StoreQuery.newest(db).serial)
            }
            if let file {
                let isThere: Void? = try sealedFiles.read(file) { db in
                    try walk.readToEnd(of: file, db, progress: { progress($0, last) })
                }
                if isThere == nil {
                    absent.append(file)
                    walk.pass(file)
                }
            }
            progress(walk.serial, max(walk.serial, last))
            if isAtEnd { break }
        }
        return ChainReport(sound: walk.serial, hash: walk.hash, fault: walk.fault, absent: absent)
    }
}
