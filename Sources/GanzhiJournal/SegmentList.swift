import Glibc

/// The segments of a folder by first sequence, as their names say.
struct SegmentList {
    let folder: String
    /// First sequences, ascending.
    private(set) var firsts: [UInt64] = []

    /// Lists a folder; other files in it are left alone.
    init(folder: String) throws(JournalError) {
        self.folder = folder
        guard let directory = opendir(folder) else { throw .last("list", folder) }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let first = JournalFormat.firstSequence(fileName: name) { firsts.append(first) }
        }
        firsts.sort()
    }

    /// Where the segment that begins with a sequence lies.
    func path(_ first: UInt64) -> String { folder + "/" + JournalFormat.fileName(first: first) }

    /// The segment that holds a sequence, if any does: the last one that does not begin after it.
    func segment(holding sequence: UInt64) -> UInt64? { firsts.last { $0 <= sequence } }

    /// Leaves out the last segment.
    mutating func removeLast() { firsts.removeLast() }
}
