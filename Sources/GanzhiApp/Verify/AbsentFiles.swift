import GanzhiStore

/// How sealed files that are not there are spoken of.
enum AbsentFiles {
    static func text(_ files: [SealedFile]) -> String {
        files.map { "events \($0.firstSerial) to \($0.lastSerial) are in \($0.name)" }.joined(separator: ", ")
            + ", which \(files.count == 1 ? "is" : "are") not in the data folder; put \(files.count == 1 ? "it" : "them") "
            + "back to see them"
    }
}
