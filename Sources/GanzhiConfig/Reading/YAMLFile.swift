import GanzhiModel
import Yams

/// One YAML file while it is read: its text, its tree, and every problem found in it so far.
///
/// A reference, so that the readers of its parts add to one list; it never leaves the call that reads the file.
final class YAMLFile {
    /// The text.
    let source: SourceText
    /// What was found, in the order of finding.
    private(set) var problems: [Problem] = []

    /// What stands in the text for scalars that would have kept the parser from reading on.
    private var masked: [Unicode.Scalar: Unicode.Scalar] = [:]
    /// Nodes that may still be visited: aliases can make a small file very large.
    private var budget = 4_000_000

    /// Mappings and lists may be nested this deep.
    static let maximumDepth = 32
    /// Aliases that a file may use: few enough that even aliases of aliases stay small.
    static let maximumAliases = 32
    /// Scalars that are masked in one file; each costs another run of the parser.
    private static let maximumMasks = 100
    private static let firstMask: UInt32 = 0xF_0000

    init(_ source: SourceText) { self.source = source }

    /// Whether anything found makes the file unusable.
    var hasErrors: Bool { problems.contains { $0.severity == .error } }

    /// Adds a problem at a place of the parser, with an offset in characters.
    func report(
        at place: TextPlace,
        offset: Int = 0,
        _ message: String,
        _ remedy: String,
        severity: Problem.Severity = .error
    ) {
        let column = source.column(ofScalar: place.column, inLine: place.line) + offset
        report(
            Problem(
                severity,
                file: source.file,
                line: place.line,
                column: column,
                message: message,
                remedy: remedy
            )
        )
    }

    /// Adds a problem that knows its place.
    func report(_ problem: Problem) { problems.append(problem) }

    /// The value that the file holds, or `nil` after reporting why there is none.
    func root() -> YAMLValue? {
        guard checkAliases(), let node = compose() else { return nil }
        return YAMLValue(node: node, file: self, name: "the file", depth: 0)
    }

    /// Counts a node that is visited; `false` once there are too many, reported once.
    func visit(_ node: Node) -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        if budget == 0 {
            report(at: TextPlace(node.mark), "The file grows too large through its aliases.", "Write the parts out.")
        }
        return budget > 0
    }

    /// A text as it was written, whether or not something in it had to be masked.
    func unmasked(_ text: String) -> String {
        guard !masked.isEmpty else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { masked[$0] ?? $0 }))
    }

    /// Composes the tree.
    ///
    /// Two things are masked and tried again: a key given twice, which the parser refuses without saying where, and the
    /// colon of an option such as `mean(12h, every: 5m)`, which the language has and YAML wants in quotes.
    private func compose() -> Node? {
        var text = source.text
        while true {
            do {
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                guard let node = try parser.singleRoot() else {
                    report(at: .start, "The file is empty.", "Write the keys that it needs, or remove it.")
                    return nil
                }
                return node
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let place = TextPlace(context.mark)
                guard maskKey(at: place, in: &text) else {
                    report(
                        at: place,
                        "“\(keys.first ?? "")” is given twice in one mapping.",
                        "Keep one of them."
                    )
                    return nil
                }
            } catch YamlError.scanner(_, let problem, let mark, _)
                where problem.contains("mapping values are not allowed") && maskColon(at: TextPlace(mark), in: &text)
            {
                continue
            } catch let error as YamlError {
                report(error)
                return nil
            } catch {
                report(at: .start, "The YAML cannot be read: \(error).", "Check the file.")
                return nil
            }
        }
    }

    /// Masks the first scalar of a key.
    private func maskKey(at place: TextPlace, in text: inout String) -> Bool {
        guard var index = index(of: place, in: text) else { return false }
        if text.unicodeScalars[index] == "\"" || text.unicodeScalars[index] == "'" {
            index = text.unicodeScalars.index(after: index)
        }
        guard index < text.unicodeScalars.endIndex else { return false }
        // A tag, an anchor, an escape or the end of a line would change its meaning.
        guard !"!&*?\\|>\"'\n\r".unicodeScalars.contains(text.unicodeScalars[index]) else { return false }
        return mask(index, in: &text)
    }

    /// Masks a colon inside the brackets of a function such as `mean(12h, every: 5m)`.
    private func maskColon(at place: TextPlace, in text: inout String) -> Bool {
        guard let colon = index(of: place, in: text), text.unicodeScalars[colon] == ":" else { return false }
        let before = text.unicodeScalars[..<colon].suffix(200)
        guard let open = before.lastIndex(where: { $0 == "(" || $0 == ")" || $0 == "\n" }), before[open] == "(",
            open > before.startIndex, before[before.index(before: open)].properties.isAlphabetic,
            let close = text.unicodeScalars[colon...].prefix(200).first(where: { "()\n".unicodeScalars.contains($0) }),
            close == ")"
        else { return false }
        return mask(colon, in: &text)
    }

    private func index(of place: TextPlace, in text: String) -> String.Index? {
        guard let line = SourceText(file: source.file, text: text).line(place.line) else { return nil }
        let start = line.startIndex
        guard let index = text.unicodeScalars.index(start, offsetBy: place.column - 1, limitedBy: line.endIndex),
            index < text.endIndex
        else { return nil }
        return index
    }

    /// Puts a scalar that stands nowhere else in the place of another.
    private func mask(_ index: String.Index, in text: inout String) -> Bool {
        let original = text.unicodeScalars[index]
        guard masked.count < Self.maximumMasks, masked[original] == nil,
            let mask = Unicode.Scalar(Self.firstMask + UInt32(masked.count)), !text.unicodeScalars.contains(mask)
        else { return false }
        masked[mask] = original
        let next = text.unicodeScalars.index(after: index)
        text.unicodeScalars.replaceSubrange(index..<next, with: CollectionOfOne(mask))
        return true
    }

    /// Bounds what aliases of aliases can grow to, before the parser compares the keys made of them.
    private func checkAliases() -> Bool {
        let utf8 = source.text.utf8
        guard utf8.contains(UInt8(ascii: "&")), utf8.contains(UInt8(ascii: "*")) else { return true }
        var anchors = 0
        var aliases = 0
        var last = TextPlace.start
        for number in 1...source.lineCount {
            guard let line = source.line(number) else { continue }
            var before: Unicode.Scalar = " "
            for (column, scalar) in line.unicodeScalars.enumerated() {
                if scalar == "&" || scalar == "*", " \t[{,:-?".unicodeScalars.contains(before) {
                    if scalar == "&" {
                        anchors += 1
                    } else {
                        aliases += 1
                        if aliases == Self.maximumAliases + 1 { last = TextPlace(line: number, column: column + 1) }
                    }
                }
                before = scalar
            }
        }
        guard anchors > 0, aliases > Self.maximumAliases else { return true }
        report(
            at: last,
            "The file uses more than \(Self.maximumAliases) aliases.",
            "Write the parts out."
        )
        return false
    }
}
