internal import Foundation
internal import GRDB
public import GanzhiModel

extension EventStore {
    /// Keeps the bundle of a generation for ever, durable on return.
    ///
    /// Called before the journal's config block that names it, so that every block can be understood. Storing the same
    /// generation again changes nothing.
    ///
    /// - Parameters:
    ///   - hash: SHA-256 of the bundle, in lower-case hex.
    ///   - bundle: The canonical bundle.
    ///   - now: Wall clock, kept with it.
    /// - Throws: ``StoreError/generationMismatch(named:actual:)`` where the hash is not the bundle's.
    public func saveGeneration(_ hash: String, bundle: [UInt8], at now: Timestamp) throws {
        let actual = EventChain.hex(EventChain.hash(bundle))
        guard actual == hash else { throw StoreError.generationMismatch(named: hash, actual: actual) }
        try write { db in
            try db.execute(
                sql: "INSERT INTO generation VALUES (?, coalesce(?, zeroblob(0)), ?) ON CONFLICT DO NOTHING",
                arguments: [hash, Data(bundle), now.microseconds]
            )
        }
    }

    /// The bundle of a generation; `nil` where none is stored under this hash.
    public func generation(_ hash: String) throws -> [UInt8]? { try read { try StoreQuery.generation(hash, $0) } }
}
