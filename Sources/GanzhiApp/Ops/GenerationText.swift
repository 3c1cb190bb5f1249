/// How the difference between two generations is shown to people.
public enum GenerationText {
    /// One line for each kind of entry that changed, and for each setting.
    public static func lines(_ diff: GenerationDiff) -> [String] {
        let entries = [
            ("scenarios", diff.scenarios), ("feeds", diff.feeds), ("metrics", diff.metrics),
            ("devices", diff.devices), ("districts", diff.districts),
        ]
        var lines = entries.filter { !$0.1.isEmpty }.map { "\($0): \(text(of: $1))" }
        lines += diff.stages.map { "stage of \($0.name): \($0.from) → \($0.to)" }
        if diff.reordersFeeds { lines.append("feeds: tried in another order") }
        lines += diff.settings.map { change in
            change.from == change.to
                ? "\(change.name): changed" : "\(change.name): \(shown(change.from)) → \(shown(change.to))"
        }
        return lines.isEmpty ? ["only the order of entries"] : lines
    }

    private static func shown(_ value: String) -> String { value.isEmpty ? "none" : value }

    private static func text(of entries: GenerationDiff.Entries) -> String {
        [("added", entries.added), ("removed", entries.removed), ("changed", entries.changed)]
            .filter { $0.1.count > 0 }
            .map { what, names in
                let more = names.count > names.first.count ? ", …" : ""
                return "\(names.count) \(what) (\(names.first.joined(separator: ", "))\(more))"
            }
            .joined(separator: ", ")
    }
}
