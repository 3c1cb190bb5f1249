internal import Foundation
internal import GRDB
internal import GanzhiModel

extension StoreQuery {
    private static let columns = "id, kind, matchers, author, reason, \"from\", until, ended"

    /// Suppressions that are not over, by their end.
    static func suppressions(_ db: Database) throws -> [Suppression] {
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT \(columns) FROM suppression WHERE ended = 0 ORDER BY until, id"
        )
        var suppressions: [Suppression] = []
        while let row = try rows.next() { suppressions.append(try suppression(row)) }
        return suppressions
    }

    /// A suppression and whether it is over.
    static func suppression(_ id: String, _ db: Database) throws -> (suppression: Suppression, isOver: Bool)? {
        let sql = "SELECT \(columns) FROM suppression WHERE id = ?"
        return try Row.fetchOne(db, sql: sql, arguments: [id]).map { (try suppression($0), $0[7]) }
    }

    private static func suppression(_ row: Row) throws -> Suppression {
        let id: String = row[0]
        let matchers = try? JSONDecoder().decode(
            [Suppression.Field: [String]].self,
            from: Data((row[2] as String).utf8)
        )
        guard let kind = Suppression.Kind(rawValue: row[1]), let matchers else {
            throw StoreError.unreadable(row: "The suppression \(id)")
        }
        return Suppression(
            id: id,
            kind: kind,
            matchers: matchers,
            author: row[3],
            reason: row[4],
            from: (row[5] as Int64?).map(Timestamp.init(microseconds:)),
            until: Timestamp(microseconds: row[6])
        )
    }
}
