public import Foundation
public import GanzhiModel

/// How `ganzhi silence list` and `ganzhi maintenance list` show what is kept from being published.
public enum SuppressionText {
    /// A table with a heading, one suppression a line; a single sentence where there is none.
    ///
    /// - Parameters:
    ///   - suppressions: In the order to be shown, all of one kind.
    ///   - kind: That kind.
    ///   - now: What has begun by then holds.
    ///   - zone: Whose clocks show the times.
    public static func lines(
        _ suppressions: [Suppression],
        kind: Suppression.Kind,
        now: Timestamp,
        zone: TimeZone
    ) -> [String] {
        guard !suppressions.isEmpty else { return ["No \(kind.rawValue) holds or is to come."] }
        var rows = [["ID", "STATE", "FROM", "UNTIL", "AUTHOR", "MATCHES", "REASON"]]
        for suppression in suppressions {
            rows.append(
                [
                    suppression.id, state(suppression, at: now),
                    suppression.from.map { TerminalText.local($0, in: zone) } ?? "-",
                    TerminalText.local(suppression.until, in: zone), suppression.author, matchers(suppression),
                    suppression.reason,
                ].map(TerminalText.safe)
            )
        }
        return TerminalText.table(rows)
    }

    /// One line of NDJSON, without the newline.
    ///
    /// `{"id":"s-20260620-3f9a","kind":"silence","state":"holds","matchers":{"scenario":["s"]},"author":"…","reason":"…",
    /// "from":ms,"until":ms}`, keys in this order; `from` is left out where it began at once.
    public static func json(_ suppression: Suppression, now: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("id", suppression.id)
            writer.member("kind", suppression.kind.rawValue)
            writer.member("state", state(suppression, at: now))
            writer.name("matchers")
            writer.object { writer in
                for (field, values) in sorted(suppression.matchers) {
                    writer.name(escaping: field.rawValue)
                    writer.array { writer in for value in values { writer.value(value) } }
                }
            }
            writer.member("author", suppression.author)
            writer.member("reason", suppression.reason)
            if let from = suppression.from { writer.member("from", from.milliseconds) }
            writer.member("until", suppression.until.milliseconds)
        }
        return writer.bytes
    }

    /// Fields and their values, `scenario=a,b district=330106`.
    public static func matchers(_ suppression: Suppression) -> String {
        sorted(suppression.matchers).map { "\($0.rawValue)=\($1.joined(separator: ","))" }.joined(separator: " ")
    }

    private static func sorted(
        _ matchers: [Suppression.Field: [String]]
    ) -> [(Suppression.Field, [String])] {
        Suppression.Field.allCases.compactMap { field in matchers[field].map { (field, $0) } }
    }

    private static func state(_ suppression: Suppression, at now: Timestamp) -> String {
        (suppression.from ?? now) <= now ? "holds" : "to come"
    }
}
