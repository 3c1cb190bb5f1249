import GanzhiModel

/// Figures of one benchmark: a row per case, a column per figure; printed as a table or as NDJSON.
struct BenchTable {
    /// One figure of every row.
    struct Column {
        /// Title in the table, with the unit.
        var title: String
        /// Member in the JSON, with the unit.
        var member: String
        /// Digits behind the point.
        var digits: Int
    }

    private struct Row {
        var name: String
        var values: [Double?]
    }

    private let bench: String
    private let columns: [Column]
    private var rows: [Row] = []

    init(_ bench: String, _ columns: [Column]) {
        self.bench = bench
        self.columns = columns
    }

    /// Adds a case; `nil` for a figure that it does not have.
    mutating func add(_ name: String, _ values: Double?...) {
        precondition(values.count == columns.count, "A row needs a value for every column.")
        rows.append(Row(name: name, values: values))
    }

    /// Prints the figures to stdout.
    func print(json: Bool) throws {
        for line in json ? jsonLines : textLines { try StandardStreams.print(line) }
    }

    private var jsonLines: [String] {
        rows.map { row in
            var writer = JSONWriter()
            writer.object {
                $0.member("bench", bench)
                $0.member("case", row.name)
                for (column, value) in zip(columns, row.values) {
                    guard let value, value.isFinite else { continue }
                    $0.name(escaping: column.member)
                    $0.value(value)
                }
            }
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    private var textLines: [String] {
        let cells = rows.map { row in
            [row.name] + zip(columns, row.values).map { column, value in Self.text(value, digits: column.digits) }
        }
        let table = [[bench] + columns.map(\.title)] + cells
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { line in
            line.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - line[column].count)
                return column == 0 ? line[column] + gap : gap + line[column]
            }.joined(separator: "  ")
        }
    }

    /// A number with digits behind the point and commas between thousands.
    private static func text(_ value: Double?, digits: Int) -> String {
        guard let value, value.isFinite else { return "-" }
        let power = (0..<digits).reduce(1.0) { result, _ in result * 10 }
        let scaled = Int64((value.magnitude * power).rounded())
        var whole = String(scaled / Int64(power))
        var place = whole.count - 3
        while place > 0 {
            whole.insert(",", at: whole.index(whole.startIndex, offsetBy: place))
            place -= 3
        }
        let sign = value < 0 ? "-" : ""
        guard digits > 0 else { return sign + whole }
        let fraction = String(scaled % Int64(power))
        return sign + whole + "." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
