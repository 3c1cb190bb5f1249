import GanzhiModel
import Yams

/// A mapping of a YAML file, its keys checked against those that may stand there.
struct YAMLMapping {
    /// A key with its value.
    struct Entry {
        let key: String
        let keyPlace: TextPlace
        let value: YAMLValue
    }

    /// What holds the keys.
    let value: YAMLValue
    /// What stands there, in the order of the file; of a key given twice the first.
    let entries: [Entry]

    /// The value of a key, or `nil` where it is not given.
    subscript(key: String) -> YAMLValue? { entries.first { $0.key == key }?.value }

    /// The value of a key that must be given; reports its absence.
    func required(_ key: String, _ remedy: String) -> YAMLValue? {
        if let value = self[key] { return value }
        value.report("\(value.name.asSubject) has no `\(key)`.", remedy)
        return nil
    }

    /// Reports a problem at a key.
    func report(at entry: Entry, _ message: String, _ remedy: String, severity: Problem.Severity = .error) {
        value.file.report(at: entry.keyPlace, message, remedy, severity: severity)
    }
}

extension YAMLValue {
    /// The entries of a mapping with fixed keys; unknown ones are reported with the nearest known one.
    func mapping(_ keys: KeySet) -> YAMLMapping? {
        guard let mapping = mapping(orElse: "Write its keys as `key: value`: \(keys.known.joined(separator: ", ")).")
        else { return nil }
        for entry in mapping.entries where !keys.known.contains(entry.key) {
            if let today = keys.later[entry.key] {
                mapping.report(
                    at: entry,
                    "`\(entry.key)` belongs to the language, but this version does not do it yet.",
                    today
                )
            } else if let fault = keys.refused[entry.key] {
                mapping.report(at: entry, fault.message, fault.remedy)
            } else {
                let all = keys.known.map { "`\($0)`" }.joined(separator: " ")
                mapping.report(
                    at: entry,
                    "\(ScalarText.quoted(entry.key)) is not a key of \(keys.name).",
                    didYouMean(entry.key, among: keys.known) ?? "Its keys are \(all)."
                )
            }
        }
        return mapping
    }

    /// The entries of a mapping whose keys are names that people choose.
    func mapping(orElse remedy: String) -> YAMLMapping? {
        guard visit() else { return nil }
        guard case .mapping(let mapping) = node else {
            report("`\(name)` is \(kind), not a mapping.", remedy)
            return nil
        }
        var entries: [YAMLMapping.Entry] = []
        var places: [String: TextPlace] = [:]
        for (keyNode, valueNode) in mapping {
            let keyPlace = TextPlace(keyNode.mark)
            guard case .scalar(let scalar) = keyNode else {
                file.report(at: keyPlace, "A key must be a word.", remedy)
                continue
            }
            let key = file.unmasked(scalar.string)
            if let first = places[key] {
                file.report(
                    at: keyPlace,
                    "\(ScalarText.quoted(key)) is given twice; the first stands in line \(first.line).",
                    "Keep one of them."
                )
                continue
            }
            places[key] = keyPlace
            entries.append(
                YAMLMapping.Entry(
                    key: key,
                    keyPlace: keyPlace,
                    value: YAMLValue(node: valueNode, file: file, name: key, depth: depth + 1)
                )
            )
        }
        return YAMLMapping(value: self, entries: entries)
    }
}

extension String {
    /// A name at the head of a sentence: `The file` as it is, a key in backticks.
    fileprivate var asSubject: String {
        hasPrefix("the ") || hasPrefix("a ") ? prefix(1).uppercased() + dropFirst() : "`\(self)`"
    }
}
