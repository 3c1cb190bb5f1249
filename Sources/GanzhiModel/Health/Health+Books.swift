extension LedgerColumn {
    /// What became of messages: with those pending, these add up to the messages received.
    public static let messageOutcomes: [LedgerColumn] = [
        .messagesDecoded, .messagesRejected, .messagesRetained, .messagesShed,
    ]

    /// What became of readings: these add up to the readings decoded.
    public static let readingOutcomes: [LedgerColumn] = [
        .readingsApplied, .readingsRevised, .readingsLate, .readingsDuplicate, .readingsRejected, .readingsQuarantined,
        .readingsShed,
    ]
}

extension Health {
    /// By how much the two equations of a feed's books are off: what came in minus what became of it.
    public func imbalance(of feed: String) -> [(column: LedgerColumn, amount: Int64)] {
        var sums: [LedgerColumn: Int64] = [:]
        for (key, count) in ledger where key.feed == feed { sums[key.column, default: 0] += count }
        return [
            (.messagesReceived, LedgerColumn.messageOutcomes), (.readingsDecoded, LedgerColumn.readingOutcomes),
        ].map { column, outcomes in
            (column: column, amount: outcomes.reduce(sums[column] ?? 0) { $0 - (sums[$1] ?? 0) })
        }
    }
}
