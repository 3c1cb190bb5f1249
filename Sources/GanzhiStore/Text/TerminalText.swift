package import Foundation
package import GanzhiModel

/// What the human formats share: safe text, widths, colours, local time.
package enum TerminalText {
    /// A text that came from outside, made safe for a terminal.
    ///
    /// Control and formatting characters could move the cursor, recolour or reorder what stands beside them; they are
    /// shown as `\u{…}` instead.
    package static func safe(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Columns that a text takes on a terminal: two for wide East Asian characters and emoji, none for marks.
    ///
    /// - Source: the wide ranges of Unicode Standard Annex 11, joined to blocks.
    package static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: return sum
            default: break
            }
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
                0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
                return sum + 2
            default: return sum + 1
            }
        }
    }

    /// A text filled up to a width with spaces, behind it or before it.
    package static func padded(_ text: String, to width: Int, isNumber: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - Self.width(text)))
        return isNumber ? spaces + text : text + spaces
    }

    /// A text in the colour of a level.
    package static func coloured(_ text: String, level: String) -> String {
        let code: String
        switch level {
        case Level.blue.name: code = "34"
        case Level.yellow.name: code = "33"
        case Level.orange.name: code = "38;5;208"
        case Level.red.name: code = "1;31"
        default: code = "32"
        }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// A time on the clocks of a zone with its offset, to the millisecond: `2026-06-20 14:12:10.412+08:00`.
    package static func local(_ time: Timestamp, in zone: TimeZone) -> String {
        let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
        let offset = zone.secondsFromGMT(for: date)
        let shifted = Timestamp(milliseconds: time.milliseconds + Int64(offset) * 1000).rfc3339
        let minutes = abs(offset) / 60
        func pair(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return shifted.dropLast().replacing("T", with: " ")
            + "\(offset < 0 ? "-" : "+")\(pair(minutes / 60)):\(pair(minutes % 60))"
    }

    /// A table's lines: each column as wide as its widest cell, two spaces between, nothing at the end of a line.
    ///
    /// - Parameter numbers: Columns aligned to the right.
    package static func table(_ rows: [[String]], numbers: Set<Int> = []) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], width(cell))
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                padded(cell, to: widths[column], isNumber: numbers.contains(column))
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
