import HeapModule

/// Rows by their next end, in order of ends: for the end of input, where most rows have the same.
struct EndQueue {
    /// A row by series and plan, or the groups of a cohort by its number.
    struct RowPlace {
        var series: UInt32
        var plan: UInt32
    }

    /// Stands for the series where it is the groups of a cohort.
    static let groups = UInt32.max

    private var rows: [Int64: [RowPlace]] = [:]
    private var ends = Heap<Int64>()

    mutating func insert(_ row: RowPlace, at end: Int64) {
        if rows[end, default: []].isEmpty { ends.insert(end) }
        rows[end, default: []].append(row)
    }

    /// Takes out the earliest end and its rows.
    mutating func popFirst() -> (end: Int64, rows: [RowPlace])? {
        guard let end = ends.popMin(), let rows = rows.removeValue(forKey: end) else { return nil }
        return (end, rows)
    }
}
