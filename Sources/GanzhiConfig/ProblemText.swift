public import GanzhiModel

/// Prints problems as compilers do, each with the line it stands in and a mark under the offending word.
///
/// ```
/// scenarios/flood.yaml:9:10: error: There is no window function “maen”. Use one of: count sum min max mean …
///     9 |   depth: maen(1m)
///       |          ^~~~
/// ```
///
/// Lines are read from the files that the problems name. Whatever stands behind a key that
/// sounds like a password is never shown.
public struct ProblemText {
    private var sources: [String: SourceText?] = [:]

    private init() {}

    /// The problems as text for people, one after the other, each line ended.
    public static func text(of problems: [Problem]) -> String {
        var printer = ProblemText()
        return problems.map { printer.text(of: $0) }.joined()
    }

    /// The problems as NDJSON: `{"severity","file","line","column","message","remedy"}`, unknown places left out.
    public static func jsonLines(of problems: [Problem]) -> [UInt8] {
        var writer = JSONWriter()
        for problem in problems {
            writer.object { writer in
                writer.member("severity", problem.severity.rawValue)
                if !problem.file.isEmpty { writer.member("file", problem.file) }
                if problem.line > 0 {
                    writer.member("line", problem.line)
                    writer.member("column", max(1, problem.column))
                }
                writer.member("message", problem.message)
                writer.member("remedy", problem.remedy)
            }
            writer.newline()
        }
        return writer.bytes
    }

    private mutating func text(of problem: Problem) -> String {
        var text = problem.description + "\n"
        guard problem.line > 0, let line = source(of: problem.file)?.line(problem.line) else { return text }
        let number = String(problem.line)
        let margin = String(repeating: " ", count: max(0, 5 - number.count)) + number
        let shown = Self.withoutSecret(line)
        text += "\(margin) | \(shown)\n"
        guard problem.column >= 1, problem.column <= shown.count + 1 else { return text }
        text += "\(String(repeating: " ", count: margin.count)) | \(Self.underline(shown, at: problem.column))\n"
        return text
    }

    private mutating func source(of file: String) -> SourceText? {
        if let known = sources[file] { return known }
        let source = try? SourceText.read(file, limit: SourceText.maximumCSV)
        sources[file] = .some(source)
        return source
    }

    /// Blanks as wide as the text before the column, tabs kept, then `^` and a `~` for each further column of the word.
    static func underline(_ line: String, at column: Int) -> String {
        let before = line.prefix(column - 1)
        let word = word(line.dropFirst(column - 1))
        let blanks = before.map { $0 == "\t" ? "\t" : String(repeating: " ", count: width(of: $0)) }.joined()
        return blanks + "^" + String(repeating: "~", count: max(0, word.reduce(0) { $0 + width(of: $1) } - 1))
    }

    /// The word that begins here: a quoted text, a comparison, or what reaches to the next blank or bracket.
    private static func word(_ rest: Substring) -> Substring {
        guard let first = rest.first else { return rest }
        if first == "\"" || first == "'" {
            guard let end = rest.dropFirst().firstIndex(of: first) else { return rest }
            return rest[...end]
        }
        if "<>=!".contains(first) { return rest.prefix { "<>=!".contains($0) } }
        return rest.prefix { !$0.isWhitespace && !",:()[]{}<>=!\"".contains($0) }
    }

    /// Columns that a character takes on a terminal: two for the wide ones of East Asia.
    ///
    /// - Source: The blocks that UAX #11 lists as Wide.
    private static func width(of character: Character) -> Int {
        switch character.unicodeScalars.first?.value ?? 0 {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }

    /// The line up to the first key that sounds like a secret, whether or not such a key exists.
    private static func withoutSecret(_ line: Substring) -> String {
        var rest = line
        while let colon = rest.firstIndex(of: ":") {
            let key = rest[..<colon].lowercased().split { !($0.isLetter || $0 == "-" || $0 == "_") }.last ?? ""
            let isSecret = ["pas", "pwd", "secret", "token"].contains { key.contains($0) }
            if isSecret, !key.hasSuffix("-file"), !key.hasSuffix("-env") { return line[...colon] + " …" }
            rest = rest[rest.index(after: colon)...]
        }
        return String(line)
    }
}
