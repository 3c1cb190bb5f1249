import Yams

/// A place in a text as the YAML parser counts: lines and Unicode scalars, both from 1.
struct TextPlace: Hashable {
    var line: Int
    var column: Int

    /// The first line's first column.
    static let start = TextPlace(line: 1, column: 1)

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }

    /// A node's place; the file's start for one that the parser did not make.
    init(_ mark: Mark?) { self = mark.map(TextPlace.init) ?? .start }
}
