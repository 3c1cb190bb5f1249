internal import GanzhiModel

/// How `ganzhi ledger` shows the books.
public enum LedgerText {
    /// Per feed: a table of messages and one of readings, each with whether its equation holds, then the counts that
    /// stand beside the equations, then the reasons.
    ///
    /// - Parameters:
    ///   - ledger: The books.
    ///   - pending: Messages of each feed that are journalled but not in the books yet. They are received too, so they
    ///     are added to that column.
    public static func lines(_ ledger: Ledger, pending: [String: Int64] = [:]) -> [String] {
        let feeds = feeds(ledger, pending)
        guard !feeds.isEmpty else { return ["Nothing has been received yet."] }
        return Array(feeds.map { lines(of: $0, ledger, pending: pending[$0] ?? 0) }.joined(separator: [""]))
    }

    private static func lines(of feed: String, _ ledger: Ledger, pending: Int64) -> [String] {
        let balance = ledger.balance(of: feed)
        var lines = ["feed \(TerminalText.safe(feed))"]
        lines += equation(
            "messages",
            sum: ("received", ledger.count(.messagesReceived, of: feed) + pending),
            outcomes: Ledger.messageOutcomes.map { (label($0), ledger.count($0, of: feed)) } + [("pending", pending)],
            off: balance.messages
        )
        lines += equation(
            "readings",
            sum: ("decoded", ledger.count(.readingsDecoded, of: feed)),
            outcomes: Ledger.readingOutcomes.map { (label($0), ledger.count($0, of: feed)) },
            off: balance.readings
        )
        let beside = besides.map { ($0, ledger.count($0, of: feed)) }.filter { $0.1 != 0 }
        if !beside.isEmpty {
            lines.append("  beside    " + beside.map { "\($0.0.rawValue) \($0.1)" }.joined(separator: ", "))
        }
        let reasons = ledger.reasons(of: feed)
        if !reasons.isEmpty {
            let rows = reasons.enumerated().map { index, entry in
                [
                    index == 0 ? "  reasons " : "", entry.key.column.rawValue, TerminalText.safe(entry.key.reason),
                    String(entry.count),
                ]
            }
            lines += TerminalText.table(rows, numbers: [3])
        }
        return lines
    }

    /// Two lines: the names, and the numbers below them with the verdict.
    private static func equation(
        _ name: String,
        sum: (name: String, count: Int64),
        outcomes: [(name: String, count: Int64)],
        off: Int64
    ) -> [String] {
        let columns = [sum] + outcomes
        let verdict = off == 0 ? "balanced" : "off by \(off)"
        return TerminalText.table(
            [
                ["  " + name] + columns.map(\.name),
                [""] + columns.map { String($0.count) } + [verdict],
            ],
            numbers: Set(1...columns.count)
        )
    }

    /// Counts that are part of another one or beside the books.
    private static let besides: [LedgerColumn] = [
        .readingsPartlyLate, .readingsUnknownDevice, .messagesRedelivered,
    ]

    /// One line of NDJSON per feed, without newlines, keys always in the same order.
    ///
    /// `{"feed":"f","messages":{"received":…,"decoded":…,…,"pending":…,"off":0},"readings":{"decoded":…,…,"off":0},
    /// "beside":{"readings.partly-late":…,…},"reasons":[{"column":"…","reason":"…","count":…}],"balanced":true}`
    public static func json(_ ledger: Ledger, pending: [String: Int64] = [:]) -> [[UInt8]] {
        feeds(ledger, pending).map { feed in
            let balance = ledger.balance(of: feed)
            let pending = pending[feed] ?? 0
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("feed", feed)
                writer.name("messages")
                writer.object { writer in
                    writer.member("received", ledger.count(.messagesReceived, of: feed) + pending)
                    for column in Ledger.messageOutcomes { write(column, ledger, feed, to: &writer) }
                    writer.member("pending", pending)
                    writer.member("off", balance.messages)
                }
                writer.name("readings")
                writer.object { writer in
                    writer.member("decoded", ledger.count(.readingsDecoded, of: feed))
                    for column in Ledger.readingOutcomes { write(column, ledger, feed, to: &writer) }
                    writer.member("off", balance.readings)
                }
                writer.name("beside")
                writer.object { writer in
                    for column in besides {
                        writer.name(escaping: column.rawValue)
                        writer.value(ledger.count(column, of: feed))
                    }
                }
                writer.name("reasons")
                writer.array { writer in
                    for entry in ledger.reasons(of: feed) {
                        writer.object { writer in
                            writer.member("column", entry.key.column.rawValue)
                            writer.member("reason", entry.key.reason)
                            writer.member("count", entry.count)
                        }
                    }
                }
                writer.name("balanced")
                writer.value(balance.isBalanced)
            }
            return writer.bytes
        }
    }

    private static func write(_ column: LedgerColumn, _ ledger: Ledger, _ feed: String, to writer: inout JSONWriter) {
        writer.name(escaping: label(column))
        writer.value(ledger.count(column, of: feed))
    }

    /// A column's name without the part before the dot.
    private static func label(_ column: LedgerColumn) -> String {
        String(column.rawValue.drop { $0 != "." }.dropFirst())
    }

    private static func feeds(_ ledger: Ledger, _ pending: [String: Int64]) -> [String] {
        Set(ledger.feeds).union(pending.keys).sorted { $0.precedesByCodePoint($1) }
    }
}
