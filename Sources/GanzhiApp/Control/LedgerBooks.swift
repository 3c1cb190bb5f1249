import GanzhiModel
import GanzhiStore

/// The books as the daemon tells them over its control socket.
struct LedgerBooks: Sendable, Hashable, Codable {
    /// One count.
    struct Line: Sendable, Hashable, Codable {
        var feed: String
        var column: String
        var reason: String
        var count: Int64
    }

    private let lines: [Line]
    /// By feed, messages that are journalled and not in the books yet.
    let pending: [String: Int64]

    /// The books of a health.
    init(_ health: Health) {
        lines = health.ledger.map {
            Line(feed: $0.key.feed, column: $0.key.column.rawValue, reason: $0.key.reason, count: $0.value)
        }
        pending = health.pending
    }

    /// The books without what is pending.
    var ledger: Ledger {
        Ledger(
            counts: lines.reduce(into: [:]) { counts, line in
                guard let column = LedgerColumn(rawValue: line.column) else { return }
                counts[LedgerKey(feed: line.feed, column: column, reason: line.reason)] = line.count
            }
        )
    }
}
