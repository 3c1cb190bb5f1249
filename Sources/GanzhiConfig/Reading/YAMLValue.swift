import GanzhiModel
import Yams

/// A value of a YAML file with the name that problems call it by; what it cannot be read as is reported, not thrown.
struct YAMLValue {
    let node: Node
    let file: YAMLFile
    /// What it is called in problems: the key it stands under.
    let name: String
    let depth: Int

    /// Where it begins.
    var place: TextPlace { TextPlace(node.mark) }

    /// Reports a problem at this value, or at an offset in characters into its text.
    func report(_ message: String, _ remedy: String, offset: Int? = nil, severity: Problem.Severity = .error) {
        var start = 0
        if let offset, let text = scalarText {
            start = file.source.offset(offset, into: text, at: place)
        }
        file.report(at: place, offset: start, message, remedy, severity: severity)
    }

    /// The same value under another name.
    func named(_ name: String) -> YAMLValue { YAMLValue(node: node, file: file, name: name, depth: depth) }

    /// What stands there, for people.
    var kind: String {
        switch node {
        case .scalar: isEmpty ? "empty" : ScalarText.quoted(scalarText ?? "")
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// Whether nothing stands there: no text, `~` or `null`.
    var isEmpty: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Whether it is a list.
    var isList: Bool {
        guard case .sequence = node else { return false }
        return true
    }

    /// Whether it is a mapping.
    var isMapping: Bool {
        guard case .mapping = node else { return false }
        return true
    }

    /// The elements of a list.
    func list(of wanted: String) -> [YAMLValue]? {
        guard visit() else { return nil }
        guard case .sequence(let sequence) = node else {
            report("`\(name)` is \(kind), not a list of \(wanted).", "Write each on a line of its own behind `- `.")
            return nil
        }
        return sequence.map { YAMLValue(node: $0, file: file, name: name, depth: depth + 1) }
    }

    /// The text of a scalar; `nil` after a report for anything else.
    ///
    /// - Parameters:
    ///   - wanted: What should stand there, such as `a duration`.
    ///   - remedy: What to write instead.
    func scalar(_ wanted: String, _ remedy: String) -> String? {
        guard visit() else { return nil }
        guard let text = scalarText, !isEmpty else {
            report("`\(name)` is \(kind), not \(wanted).", remedy)
            return nil
        }
        return text
    }

    /// The text of a scalar, quoted or not, without any check.
    var scalarText: String? {
        guard case .scalar(let scalar) = node else { return nil }
        return file.unmasked(scalar.string)
    }

    /// Counts the visit and bounds the depth.
    func visit() -> Bool {
        guard depth <= YAMLFile.maximumDepth else {
            report("Values are nested deeper than \(YAMLFile.maximumDepth).", "Flatten them.")
            return false
        }
        return file.visit(node)
    }
}

extension SourceText {
    /// Turns an offset into a scalar's text into an offset in the line where the scalar begins.
    ///
    /// Quotes and escapes are counted. Of a text over several lines (a block scalar, or a folded one) only the beginning
    /// is known, so the offset is 0.
    func offset(_ offset: Int, into text: String, at place: TextPlace) -> Int {
        guard let line = line(place.line) else { return 0 }
        let rest = line.dropFirst(column(ofScalar: place.column, inLine: place.line) - 1)
        if rest.hasPrefix(text) { return offset }
        switch rest.first {
        case "\"": return 1 + Self.rawLength(of: offset, in: rest.dropFirst(), escape: "\\")
        case "'": return 1 + Self.rawLength(of: offset, in: rest.dropFirst(), escape: "'")
        default:
            // Behind a tag or an anchor.
            guard !text.isEmpty, let found = rest.firstRange(of: text) else { return 0 }
            return rest.distance(from: rest.startIndex, to: found.lowerBound) + offset
        }
    }

    /// Characters that the first `count` characters of a quoted text take as written.
    private static func rawLength(of count: Int, in text: Substring, escape: Character) -> Int {
        var length = 0
        var rest = text
        for _ in 0..<count {
            guard let character = rest.first else { return length }
            var taken = 1
            if character == escape {
                let digits: [Character: Int] = ["x": 2, "u": 4, "U": 8]
                taken = 2 + (escape == "\\" ? digits[rest.dropFirst().first ?? " "] ?? 0 : 0)
            }
            length += taken
            rest = rest.dropFirst(taken)
        }
        return length
    }
}
