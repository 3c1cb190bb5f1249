/// The segments of a folder by first sequence, as their names say.
struct SegmentList {
    let folder: String
    /// First sequences, ascending.
    private(set) var firsts: [UInt64] = []

    /// Lists a folder; other files in it are left alone.
    init(folder: String) throws(JournalError) {
        self.folder = folder
        firsts = try FolderNames.list(folder).compactMap(JournalFormat.firstSequence).sorted()
    }

    /// Where the segment that begins with a sequence lies.
    func path(_ first: UInt64) -> String { folder + "/" + JournalFormat.fileName(first: first) }

    /// The segment that holds a sequence, if any does: the last one that does not begin after it.
    func segment(holding sequence: UInt64) -> UInt64? { firsts.last { $0 <= sequence } }

    /// Leaves out the last segment.
    mutating func removeLast() { firsts.removeLast() }
}
