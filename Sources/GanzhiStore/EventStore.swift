public import Foundation
internal import GRDB
internal import GanzhiModel
internal import Synchronization

/// The writer of the event store: events, standing warnings, outbox, ledger and position in one SQLite database.
///
/// What belongs together is written in one transaction and durable when the call returns (write-ahead log,
/// `synchronous=FULL`: one fsync). Two things are not worth an fsync of their own, the ticks in the outbox and the
/// position of the event log file: a power failure may lose the last of them, and then some publications and log lines
/// are made again, none is lost. The next commit makes them durable with its own.
///
/// One process writes, any number read (``EventReader``). A second writer cannot double an event: commits name the
/// serial and the position they expect.
///
/// All calls block the calling thread for the time of the SQLite access and may come from any thread; writes wait for
/// each other.
public final class EventStore: Sendable {
    /// Name of the database in the data folder.
    public static let fileName = "ganzhi.sqlite"

    /// Bytes that the write-ahead log file keeps after a checkpoint; a burst's excess is given back to the disk.
    private static let keptLogBytes = 64 << 20

    let pool: DatabasePool
    /// How much is kept.
    public let limits: StoreLimits
    /// The database's path, for messages.
    let path: String
    let sealedFiles: SealedFiles
    let outboxStatus: Mutex<OutboxStatus>
    /// When traces are looked through again for old ones.
    let nextTracePruning = Mutex(Timestamp.never)

    /// Opens the store of a data folder, creating folder, database and tables that are missing.
    ///
    /// - Throws: ``StoreError`` where the file cannot be opened or is of a newer version or another program.
    public convenience init(folder: URL, limits: StoreLimits = StoreLimits()) throws {
        // Where this fails SQLite cannot open the file either, and its error has the remedy.
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try self.init(file: folder.appending(path: Self.fileName), limits: limits)
    }

    /// Opens the store in a file, creating database and tables that are missing.
    ///
    /// - Throws: ``StoreError`` where the file cannot be opened or is of a newer version or another program.
    public init(file: URL, limits: StoreLimits = StoreLimits()) throws {
        let path = file.path(percentEncoded: false)
        var configuration = Configuration()
        configuration.label = "EventStore"
        configuration.busyMode = .timeout(5)
        let (pool, status) = try accessing(path) {
            if FileManager.default.fileExists(atPath: path) {
                // On a connection that cannot write: opening the pool would already change a foreign file.
                let queue = try DatabaseQueue(path: path, configuration: EventReader.configuration(label: "check"))
                try queue.read { try Schema.checkBeforeMigrating($0, file: path) }
                try queue.close()
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            // The pool has chosen NORMAL, under which a commit is not yet durable when it returns.
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = \(Self.keptLogBytes)")
            }
            try Schema.migrator.migrate(pool)
            return (pool, try pool.read(StoreQuery.outbox))
        }
        self.pool = pool
        outboxStatus = Mutex(status)
        self.limits = limits
        self.path = path
        sealedFiles = SealedFiles(folder: file.deletingLastPathComponent())
    }

    /// Closes the database; calls that come after it fail.
    public func close() throws { try accessing(path) { try pool.close() } }

    /// Sequence of the last journal block whose effects are stored; 0 before the first.
    public func position() throws -> UInt64 { try read(StoreQuery.position) }

    /// Serial of the newest event; 0 before the first.
    public func lastSerial() throws -> UInt64 { try read { try StoreQuery.newest($0).serial } }

    /// Reads a snapshot on a connection of its own.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try accessing(path) { try pool.read(body) }
    }

    /// Writes in one transaction that is durable on return.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try accessing(path) { try pool.write(body) }
    }

    /// Writes in one transaction that survives a crash of the process, and a power failure once the next ``write(_:)``
    /// has returned.
    ///
    /// - Parameter committed: Runs after the transaction and before any other write.
    func writeWithoutSync<Result>(
        _ body: (Database) throws -> Result,
        committed: (Result) -> Void = { _ in }
    ) throws {
        try accessing(path) {
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = NORMAL")
                let outcome = Swift.Result {
                    var result: Result?
                    try db.inTransaction(.immediate) {
                        result = try body(db)
                        return .commit
                    }
                    result.map(committed)
                }
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try outcome.get()
            }
        }
    }
}
