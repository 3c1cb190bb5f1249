internal import Foundation
internal import GRDB
public import GanzhiModel

extension EventStore {
    /// Suppressions that are not over, by their end.
    public func suppressions() throws -> [Suppression] { try read(StoreQuery.suppressions) }

    /// A suppression, also one that is over but not yet forgotten; `nil` where none is known by this id.
    public func suppression(_ id: String) throws -> (suppression: Suppression, isOver: Bool)? {
        try read { try StoreQuery.suppression(id, $0) }
    }

    func keep(_ suppressions: [Suppression], ended: [String], _ db: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for suppression in suppressions {
            let statement = try db.cachedStatement(
                sql: "REPLACE INTO suppression VALUES (?, ?, ?, ?, ?, ?, ?, 0)"
            )
            try statement.execute(arguments: [
                suppression.id, suppression.kind.rawValue,
                String(decoding: try encoder.encode(suppression.matchers), as: UTF8.self), suppression.author,
                suppression.reason, suppression.from?.microseconds, suppression.until.microseconds,
            ])
        }
        guard !ended.isEmpty else { return }
        let end = try db.cachedStatement(sql: "UPDATE suppression SET ended = 1 WHERE id = ?")
        for id in ended { try end.execute(arguments: [id]) }
        try db.execute(
            sql: """
                DELETE FROM suppression WHERE id IN (
                    SELECT id FROM suppression WHERE ended = 1 ORDER BY until DESC, id LIMIT -1 OFFSET ?)
                """,
            arguments: [StoreLimits.endedSuppressions]
        )
    }
}
