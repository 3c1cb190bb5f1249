import GanzhiModel

extension CityReport {
    /// The report for people: a few lines, without a newline at the end.
    public var text: String {
        var lines = ["sent \(messages) messages (\(bytes) bytes) with \(readings) readings"]
        lines.append("  messages: " + Self.list(Self.named(kinds)))
        lines.append("  formats: " + Self.list(Self.sorted(contentTypes)))
        if !faults.isEmpty { lines.append("  malformed: " + Self.list(Self.named(faults))) }
        lines.append("  readings: " + Self.list(Self.sorted(metrics)))
        lines.append("  the ledger should say: " + Self.list(ledgerRows))
        lines.append(
            "  and readings applied + revised + late: \(heard), of which revised + late at most: \(disordered)"
        )
        return lines.joined(separator: "\n")
    }

    /// The report as one line of NDJSON, without the newline.
    ///
    /// Members, each an object of counts but `bytes`: `messages` (`sent` and one per kind), `bytes`, `formats`, `malformed` (per
    /// fault), `readings` (`sent`, `ahead`, `duplicate`, `disordered`), `metrics`, `ledger` (columns as the ledger
    /// names them), `heard` (readings applied, revised or late together).
    public var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.name("messages")
            Self.write([("sent", messages)] + Self.named(kinds), to: &json)
            json.member("bytes", bytes)
            json.name("formats")
            Self.write(Self.sorted(contentTypes), to: &json)
            json.name("malformed")
            Self.write(Self.named(faults), to: &json)
            json.name("readings")
            Self.write(
                [("sent", readings), ("ahead", ahead), ("duplicate", duplicates), ("disordered", disordered)],
                to: &json
            )
            json.name("metrics")
            Self.write(Self.sorted(metrics), to: &json)
            json.name("ledger")
            Self.write(ledgerRows, to: &json)
            json.member("heard", heard)
        }
        return json.bytes
    }

    private typealias Rows = [(name: String, count: Int64)]

    private var ledgerRows: Rows {
        let ledger = ledger
        return LedgerColumn.allCases.compactMap { column in ledger[column].map { (column.rawValue, $0) } }
    }

    private static func named<Name: CaseIterable & Hashable & RawRepresentable<String>>(
        _ counts: [Name: Int64]
    ) -> Rows {
        Name.allCases.compactMap { name in counts[name].map { (name.rawValue, $0) } }
    }

    private static func sorted(_ counts: [String: Int64]) -> Rows {
        counts.sorted { $0.key.precedesByCodePoint($1.key) }.map { ($0.key, $0.value) }
    }

    private static func list(_ rows: Rows) -> String {
        rows.isEmpty ? "none" : rows.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    }

    private static func write(_ rows: Rows, to json: inout JSONWriter) {
        json.object { json in
            for row in rows {
                json.name(escaping: row.name)
                json.value(row.count)
            }
        }
    }
}
