import GanzhiModel
import GanzhiStore

/// One measure over time as a few lines of text, with what it was held against.
///
/// ```
///    0.5 m │       •••••
///   0.27 m ┼┈┈┈┈┈•┈┈┈┈┈┈•┈┈┈┈┈  orange >= 0.27 m
///    0.1 m ┼┈┈•┈┈┈┈┈┈┈┈┈┈•┈┈┈┈  blue >= 0.1 m
///      0 m │••              ••
/// ```
struct TraceChart {
    /// A line across.
    struct Rule {
        var level: String
        var comparison: String
        var value: Double
    }

    let name: String
    let unit: String
    let points: [(instant: Timestamp, value: Double)]
    let rules: [Rule]
    /// First and last instant of the axis.
    let span: (from: Timestamp, to: Timestamp)

    /// Lines between the top and the bottom, both included.
    private static let height = 9

    /// Columns of the numbers beside the axis.
    var axisWidth: Int {
        let values = rules.map(\.value) + [points.map(\.value).min(), points.map(\.value).max()].compactMap(\.self)
        return values.map { TerminalText.width(Figure.measured($0, unit)) }.max() ?? 0
    }

    /// Columns of what stands behind the rules.
    var labelWidth: Int { labels.map(TerminalText.width).max() ?? 0 }

    private var labels: [String] {
        rules.map { "\($0.level) \($0.comparison) \(Figure.threshold($0.value, unit))" }
    }

    /// The lines of the chart.
    ///
    /// - Parameters:
    ///   - columns: Columns between axis and labels.
    ///   - axisWidth: Columns before the axis, at least ``axisWidth``.
    ///   - isColoured: Whether labels have the colours of their levels.
    func lines(columns: Int, axisWidth: Int, isColoured: Bool) -> [String] {
        guard let least = (points.map(\.value) + rules.map(\.value)).min(),
            let greatest = (points.map(\.value) + rules.map(\.value)).max()
        else { return [] }
        // Values that differ in their last digits only are one line.
        let isFlat = greatest - least <= 1e-9 * max(abs(greatest), abs(least))
        let (range, last) = isFlat ? (1, 0) : (greatest - least, Self.height - 1)
        func row(_ value: Double) -> Int { Int(((greatest - value) / range * Double(last)).rounded()) }
        var axis = Array(repeating: "", count: last + 1)
        axis[last] = Figure.measured(least, unit)
        axis[0] = Figure.measured(greatest, unit)
        for rule in rules { axis[row(rule.value)] = Figure.measured(rule.value, unit) }
        var cells = Array(repeating: Array(repeating: Character(" "), count: columns), count: last + 1)
        var labelOfRow: [Int: [Int]] = [:]
        for (number, rule) in rules.enumerated() {
            labelOfRow[row(rule.value), default: []].append(number)
            cells[row(rule.value)] = Array(repeating: "┈", count: columns)
        }
        for (column, bucket) in Self.buckets(points, span, columns) {
            for row in row(bucket.max)...row(bucket.min) { cells[row][column] = "•" }
        }
        return cells.indices.map { row in
            let here = labelOfRow[row] ?? []
            let label = here.first.map { first in
                "  " + (here.count == 1 ? labels[first] : here.map { labels[$0] }.joined(separator: ", "))
            }
            let line = String(cells[row].reversed().drop { $0 == " " }.reversed())
            let number = TerminalText.padded(axis[row], to: axisWidth, isNumber: true)
            let text = number + (here.isEmpty ? " │" : " ┼") + line
            guard let label else { return text }
            return text + (isColoured ? TerminalText.coloured(label, level: rules[here[0]].level) : label)
        }
    }

    /// Which level stood, in one line under the chart: `.` for none, else the level's first letter.
    ///
    /// - Parameters:
    ///   - levels: The level after each evaluation.
    ///   - columns: Columns.
    static func levels(
        _ levels: [(instant: Timestamp, level: String)],
        span: (from: Timestamp, to: Timestamp),
        columns: Int,
        isColoured: Bool
    ) -> String {
        var cells = Array(repeating: "", count: columns)
        for (instant, level) in levels { cells[column(instant, span, columns)] = level }
        // Between two evaluations the level stands.
        for index in cells.indices.dropFirst() where cells[index].isEmpty { cells[index] = cells[index - 1] }
        return cells.map { level in
            guard !level.isEmpty, level != "none" else { return level.isEmpty ? " " : "." }
            let letter = String(level.prefix(1))
            return isColoured ? TerminalText.coloured(letter, level: level) : letter
        }.joined()
    }

    /// The least and the greatest value of each column that has any.
    private static func buckets(
        _ points: [(instant: Timestamp, value: Double)],
        _ span: (from: Timestamp, to: Timestamp),
        _ columns: Int
    ) -> [Int: (min: Double, max: Double)] {
        var buckets: [Int: (min: Double, max: Double)] = [:]
        for (instant, value) in points {
            let column = column(instant, span, columns)
            let known = buckets[column] ?? (value, value)
            buckets[column] = (min(known.min, value), max(known.max, value))
        }
        return buckets
    }

    private static func column(_ instant: Timestamp, _ span: (from: Timestamp, to: Timestamp), _ columns: Int) -> Int {
        let length = max(1, (span.to - span.from).microseconds)
        let share = Double((instant - span.from).microseconds) / Double(length)
        return min(columns - 1, max(0, Int((share * Double(columns - 1)).rounded())))
    }
}
