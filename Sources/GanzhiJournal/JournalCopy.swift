import Glibc

/// Copies a part of a journal, also beside a daemon that writes.
public enum JournalCopy {
    /// Copies the segments that hold blocks from a sequence on, durable on return.
    ///
    /// Each segment is cut behind its last block that counts, so the copy holds whole blocks only and no preallocated
    /// room. All blocks that are copied are checked.
    ///
    /// - Parameters:
    ///   - folder: The journal's folder.
    ///   - target: An existing folder for the copy.
    ///   - first: First block that the copy must hold; its segment is copied from its beginning.
    ///   - last: Last block that the copy holds; committed in the journal.
    ///   - progress: Called now and then with the last block copied.
    /// - Returns: Names of the files, oldest first; none where `last` lies before `first`.
    /// - Throws: ``JournalError``: damage, a missing segment, a file that cannot be read or written.
    public static func copy(
        from folder: String,
        to target: String,
        first: UInt64,
        last: UInt64,
        progress: (UInt64) -> Void = { _ in }
    ) throws(JournalError) -> [String] {
        guard first <= last else { return [] }
        let list = try SegmentList(folder: folder)
        guard let start = list.segment(holding: first) else { throw .missing(sequence: first, folder: folder) }
        var names: [String] = []
        for (index, segment) in list.firsts.enumerated() where segment >= start && segment <= last {
            let next = index + 1 < list.firsts.count ? list.firsts[index + 1] : .max
            let name = JournalFormat.fileName(first: segment)
            try copy(list.path(segment), segment, through: min(last, next - 1), to: target + "/" + name)
            names.append(name)
            progress(min(last, next - 1))
        }
        return names
    }

    private static func copy(
        _ path: String,
        _ first: UInt64,
        through last: UInt64,
        to target: String
    ) throws(JournalError) {
        let cursor = try SegmentCursor(path: path, first: first)
        guard try cursor.header() == .valid else {
            throw .damaged(file: path, offset: 0, detail: "its header is unfinished, but blocks of it are wanted")
        }
        while cursor.expected <= last {
            guard try cursor.next() != nil else {
                throw .damaged(
                    file: path,
                    offset: cursor.offset,
                    detail: "block \(cursor.expected) is missing there or does not fit its checksum"
                )
            }
        }
        let source = try FileDescriptor(opening: path, O_RDONLY, to: "open")
        let copy = try FileDescriptor(opening: target, O_WRONLY | O_CREAT | O_EXCL, to: "create")
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var place = 0
        while place < cursor.offset {
            let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, cursor.offset - place)])
            let count = try source.read(into: wanted, at: place)
            guard count > 0 else {
                throw .damaged(file: path, offset: place, detail: "it became shorter while it was copied")
            }
            try copy.write(UnsafeRawBufferPointer(rebasing: wanted[..<count]), at: place)
            place += count
        }
        try copy.synchronize()
    }
}
