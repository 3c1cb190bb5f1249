public import Foundation
internal import GRDB
public import GanzhiModel

/// Reads an event store, in this process or beside a daemon that writes it, and also when none runs.
///
/// Readers see committed transactions only, each call one snapshot, and never make the writer wait. Every snapshot is
/// short, so that the writer's log is never kept from being reused. Events of past years are read from their sealed files
/// beside the database, as if they were in it.
public final class EventReader: Sendable {
    let pool: DatabasePool
    let file: URL
    /// The database's path, for messages.
    let path: String
    let sealedFiles: SealedFiles

    /// Opens the store of a data folder.
    ///
    /// - Throws: ``StoreError/missing(file:)`` where there is none yet, and other ``StoreError``s where it cannot be
    ///   read or is of another version.
    public convenience init(folder: URL) throws {
        try self.init(file: folder.appending(path: EventStore.fileName))
    }

    /// Opens the store in a file.
    ///
    /// - Throws: ``StoreError/missing(file:)`` where there is none yet, and other ``StoreError``s where it cannot be
    ///   read or is of another version.
    public init(file: URL) throws {
        let path = file.path(percentEncoded: false)
        guard FileManager.default.fileExists(atPath: path) else { throw StoreError.missing(file: path) }
        pool = try accessing(path) {
            let pool = try DatabasePool(path: path, configuration: Self.configuration(label: "EventReader"))
            try pool.read { try Schema.check($0, file: path) }
            return pool
        }
        self.file = file
        self.path = path
        sealedFiles = SealedFiles(folder: file.deletingLastPathComponent())
    }

    /// How readers connect.
    static func configuration(label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// A page of events in serial order.
    ///
    /// The next page is the one after the last serial of this one; a page shorter than `limit` is the last.
    ///
    /// - Parameters:
    ///   - serial: Only events behind this serial; 0 for all.
    ///   - filter: Which events.
    ///   - limit: Most events, at least 1.
    /// - Complexity: O(log *n* + `limit`) without a filter or by one of subject, key, device, scenario, district and level;
    ///   further conditions and `types` are compared row by row.
    public func events(
        after serial: UInt64 = 0,
        filter: EventFilter = EventFilter(),
        limit: Int = 500
    ) throws -> [Event] {
        try read { try sealedFiles.events(after: serial, filter: filter, limit: limit, $0) }
    }

    /// The files that hold the events of past years, oldest first, be they there or not.
    public func sealed() throws -> [SealedFile] { try read(SealedFile.all) }

    /// Those of ``sealed()`` that are not beside the database, such as those moved to an archive.
    ///
    /// Their events are left out wherever events are read.
    public func absent() throws -> [SealedFile] { try sealed().filter { !sealedFiles.isThere($0) } }

    /// Serial of the newest event; 0 before the first.
    public func lastSerial() throws -> UInt64 { try read { try StoreQuery.newest($0).serial } }

    /// Sequence of the last journal block whose effects are stored; 0 before the first.
    public func position() throws -> UInt64 { try read(StoreQuery.position) }

    /// The warnings as they stand, gravest first, then by scenario and key.
    public func standingWarnings(_ filter: WarningFilter = WarningFilter()) throws -> [StandingWarning] {
        try read(StoreQuery.warnings).filter(filter.wants)
    }

    /// The books up to ``position()``.
    public func ledger() throws -> Ledger { try read(StoreQuery.ledger) }

    /// The newest examples of input that did not become an applied reading, newest first.
    ///
    /// The store keeps the newest ``StoreLimits/samplesPerKey`` of each feed, column and reason.
    public func samples(limit: Int = 100) throws -> [LedgerSample] {
        try read { try StoreQuery.samples(limit: limit, $0) }
    }

    /// The bundle of a generation; `nil` where none is stored under this hash.
    public func generation(_ hash: String) throws -> [UInt8]? { try read { try StoreQuery.generation(hash, $0) } }

    /// How the outbox stands.
    ///
    /// - Complexity: O(pending publications).
    public func outbox() throws -> OutboxStatus { try read(StoreQuery.outbox) }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try accessing(path) { try pool.read(body) }
    }
}
