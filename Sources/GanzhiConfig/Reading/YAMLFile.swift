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

    /// The first scalar of each key that was masked so that a key given twice does not hide the rest of the file.
    private var masked: [Unicode.Scalar: Unicode.Scalar] = [:]
    /// Nodes that may still be visited: aliases can make a small file very large.
    private var budget = 4_000_000

    /// Mappings and lists may be nested this deep.
    static let maximumDepth = 32
    /// Aliases that a file may use: few enough that even aliases of aliases stay small.
    static let maximumAliases = 32
    /// Keys given twice that are reported in one go.
    private static let maximumMasks = 100
    private static let firstMask: UInt32 = 0xF_0000

    init(_ source: SourceText) { self.source = source }

    /// Whether anything found makes the file unusable.
    var hasErrors: Bool { problems.contains { $0.severity == .error } }

    /// Adds a problem at a place of the parser, with an offset in characters.
    func report(
        at place: TextPlace, offset: Int = 0, _ message: String, _ remedy: String, severity: Problem.Severity = .error
    ) {
        let column = source.column(ofScalar: place.column, inLine: place.line) + offset
        report(
            Problem(
                severity, file: source.file, line: place.line, column: column, message: message, remedy: remedy))
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

    /// A key as it was written, whether or not it had to be masked.
    func unmasked(_ key: String) -> String {
        guard let first = key.unicodeScalars.first, let original = masked[first] else { return key }
        return String(original) + String(key.unicodeScalars.dropFirst())
    }

    /// Composes the tree; a key given twice, which the parser refuses without saying where, is masked and tried again.
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
                guard masked.count < Self.maximumMasks, mask(keyAt: place, in: &text) else {
                    report(
                        at: place, "“\(keys.first ?? "")” is given twice in one mapping.", "Keep one of them.")
                    return nil
                }
            } catch let error as YamlError {
                report(error)
                return nil
            } catch {
                report(at: .start, "The YAML cannot be read: \(error).", "Check the file.")
                return nil
            }
        }
    }

    /// Replaces the first scalar of the key at a mark by one that stands in no other key.
    private func mask(keyAt mark: TextPlace, in text: inout String) -> Bool {
        let mask = Unicode.Scalar(Self.firstMask + UInt32(masked.count))
        let current = SourceText(file: source.file, text: text)
        guard let mask, !text.unicodeScalars.contains(mask), let line = current.line(mark.line) else { return false }
        let scalars = text.unicodeScalars
        guard
            var place = scalars.index(line.startIndex, offsetBy: mark.column - 1, limitedBy: line.endIndex),
            place < line.endIndex
        else { return false }
        if scalars[place] == "\"" || scalars[place] == "'" { place = scalars.index(after: place) }
        guard place < line.endIndex else { return false }
        let original = scalars[place]
        // A tag, an anchor or an escape would change its meaning with its first scalar.
        guard !"!&*?\\|>\"'".unicodeScalars.contains(original), !masked.keys.contains(original) else { return false }
        masked[mask] = original
        text.unicodeScalars.replaceSubrange(place..<scalars.index(after: place), with: [mask])
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
            at: last, "The file uses more than \(Self.maximumAliases) aliases.", "Write the parts out.")
        return false
    }
}
