import GanzhiModel
import Yams

extension YAMLFile {
    /// Reports what the parser says, in words that tell what to do.
    func report(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let place = Self.place(problem: problem, mark: mark, context: context)
            report(at: place, "The YAML breaks off: \(Self.sentence(problem, context)).", Self.remedy(for: problem))
        case .composer(_, let problem, let mark, _) where problem.contains("another document"):
            report(
                at: TextPlace(mark),
                "A second document begins here; a file holds one.",
                "Put it into a file of its own."
            )
        case .composer(_, let problem, let mark, _):
            report(at: TextPlace(mark), "The YAML breaks off: \(problem).", Self.remedy(for: problem))
        case .reader(let problem, _, _, _):
            reportUnreadableScalar(problem)
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded, .duplicatedKeysInMapping:
            report(at: .start, "The YAML cannot be read: \(error).", "Check the file.")
        }
    }

    /// The parser notices an unclosed bracket or quote only where the text stops making sense; the opening helps more.
    private static func place(problem: String, mark: Mark, context: YamlError.Context?) -> TextPlace {
        guard let context, problem.contains("unexpected end of stream") || problem.contains("document indicator") else {
            return TextPlace(mark)
        }
        return TextPlace(context.mark)
    }

    private static func sentence(_ problem: String, _ context: YamlError.Context?) -> String {
        guard let context, !context.text.isEmpty else { return problem }
        return "\(context.text), \(problem)"
    }

    private static func remedy(for problem: String) -> String {
        let remedies: [(part: String, remedy: String)] = [
            ("mapping values are not allowed", "Quote a text that holds a colon, or check the indentation."),
            ("could not find expected ':'", "Put `: ` behind the key, or check the indentation."),
            ("cannot start any token", "Indent with spaces, and quote a text that begins with % @ or `."),
            ("expected key", "Check the indentation of this line and the one before."),
            ("expected ',' or", "Separate with commas and close the bracket."),
            ("unexpected end of stream", "Close the quote or bracket that begins here."),
            ("document indicator", "Close the quote or bracket that begins here."),
            ("undefined alias", "Quote a text that begins with *, or define the anchor before."),
            ("escape", "Write a backslash as \\\\, or use single quotes."),
            ("tab", "Indent with spaces, not with tabs."),
        ]
        return remedies.first { problem.contains($0.part) }?.remedy ?? "Check this line and the one before."
    }

    /// Finds the first scalar that YAML allows in no file, which the parser names only by an offset of bytes.
    private func reportUnreadableScalar(_ problem: String) {
        for number in 1...source.lineCount {
            guard let line = source.line(number) else { continue }
            for (column, scalar) in line.unicodeScalars.enumerated() where !Self.isAllowed(scalar) {
                let code = String(scalar.value, radix: 16, uppercase: true)
                report(
                    at: TextPlace(line: number, column: column + 1),
                    "The control character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code) stands here.",
                    "Remove it."
                )
                return
            }
        }
        report(at: .start, "The YAML cannot be read: \(problem).", "Check the file.")
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
            true
        default: false
        }
    }
}
