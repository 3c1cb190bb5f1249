public import GanzhiModel

/// The books: per feed, what was received and what became of each piece.
public struct Ledger: Sendable, Hashable {
    /// Every count by feed, column and reason.
    public var counts: [LedgerKey: Int64]

    /// Creates books from their counts.
    public init(counts: [LedgerKey: Int64] = [:]) { self.counts = counts }

    /// The feeds with an entry, by code point.
    public var feeds: [String] { Set(counts.keys.map(\.feed)).sorted { $0.precedesByCodePoint($1) } }

    /// The count of a column, over all its reasons.
    public func count(_ column: LedgerColumn, of feed: String) -> Int64 {
        counts.reduce(0) { sum, entry in
            entry.key.feed == feed && entry.key.column == column ? sum + entry.value : sum
        }
    }

    /// The counts of a feed that have a reason, in the order of the columns, most frequent reason first.
    public func reasons(of feed: String) -> [(key: LedgerKey, count: Int64)] {
        LedgerColumn.allCases.flatMap { column in
            counts.filter { $0.key.feed == feed && $0.key.column == column && !$0.key.reason.isEmpty }
                .sorted {
                    $0.value != $1.value ? $0.value > $1.value : $0.key.reason.precedesByCodePoint($1.key.reason)
                }
                .map { (key: $0.key, count: $0.value) }
        }
    }

    /// What became of messages: with those pending, these add up to the messages received.
    public static let messageOutcomes = LedgerColumn.messageOutcomes

    /// What became of readings: these add up to the readings decoded.
    public static let readingOutcomes = LedgerColumn.readingOutcomes

    /// By how much the two equations of a feed are off.
    public func balance(of feed: String) -> LedgerBalance {
        LedgerBalance(
            messages: count(.messagesReceived, of: feed)
                - Self.messageOutcomes.reduce(0) { $0 + count($1, of: feed) },
            readings: count(.readingsDecoded, of: feed)
                - Self.readingOutcomes.reduce(0) { $0 + count($1, of: feed) }
        )
    }
}

/// By how much the books of a feed are off; positive where something came in that nothing accounts for.
public struct LedgerBalance: Sendable, Hashable {
    /// Messages received minus what became of them.
    public var messages: Int64
    /// Readings decoded minus what became of them.
    public var readings: Int64

    /// Whether both equations hold.
    public var isBalanced: Bool { messages == 0 && readings == 0 }
}
