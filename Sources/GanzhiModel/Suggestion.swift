/// Helps people who mistyped a name.
public enum Suggestion {
    /// The candidate that was most likely meant, or `nil` where none is close.
    ///
    /// Close means: at most one edit for every three characters of the longer name (insert, delete, replace, swap
    /// neighbours), letter case not counted. Of equally close ones the one closest in letter case wins, then the first.
    ///
    /// - Parameters:
    ///   - name: What was written; names above 64 characters get no suggestion.
    ///   - candidates: What would have been understood, the usual ones first.
    /// - Complexity: The product of the lengths, per candidate.
    public static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
        let length = name.count
        guard (1...64).contains(length) else { return nil }
        let exact = Array(name)
        let folded = Array(name.lowercased())
        var best: (candidate: String, rank: (Int, Int))?
        for candidate in candidates {
            let limit = max(length, candidate.count) / 3
            guard abs(length - candidate.count) <= limit else { continue }
            let edits = distance(folded, Array(candidate.lowercased()))
            guard edits <= limit else { continue }
            let rank = (edits, distance(exact, Array(candidate)))
            if best.map({ rank < $0.rank }) ?? true { best = (candidate, rank) }
        }
        return best?.candidate
    }

    /// Edits that turn one name into the other.
    ///
    /// - Source: Optimal string alignment, in Boytsov, "Indexing Methods for Approximate Dictionary Searching", JEA 2011.
    static func distance(_ from: [Character], _ to: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...to.count)
        for (row, character) in from.enumerated() {
            var current = [row + 1]
            for (column, other) in to.enumerated() {
                var edits = min(last[column + 1] + 1, current[column] + 1, last[column] + (character == other ? 0 : 1))
                if row > 0, column > 0, character == to[column - 1], from[row - 1] == other {
                    edits = min(edits, beforeLast[column - 1] + 1)
                }
                current.append(edits)
            }
            beforeLast = last
            last = current
        }
        return last[to.count]
    }
}
