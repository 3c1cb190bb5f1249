import Glibc

/// The segment that a writer appends to.
final class OpenSegment: Sendable {
    private let file: FileDescriptor
    private let capacity: Int
    /// Where the next batch begins.
    ///
    /// Changed by ``append(_:)`` only, and thus by the one writer that owns the segment.
    nonisolated(unsafe) private var end: Int

    /// Creates a segment and makes its header and its name durable.
    ///
    /// A file of that name holds nothing durable, as the writer knows what is, and is replaced.
    init(creating folder: String, first: UInt64, size: Int) throws(JournalError) {
        let path = folder + "/" + JournalFormat.fileName(first: first)
        if unlink(path) != 0, errno != ENOENT { throw .last("replace", path) }
        file = try FileDescriptor(opening: path, O_RDWR | O_CREAT | O_EXCL, to: "create")
        capacity = size
        end = JournalFormat.segmentHeaderBytes
        do {
            try file.preallocate(size: size)
            try Self.write(JournalFormat.segmentHeader(first: first), to: file)
            try file.synchronize()
            try FileDescriptor(opening: folder, O_RDONLY | O_DIRECTORY, to: "open").synchronize()
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Opens the newest segment again behind its whole blocks.
    ///
    /// What lies behind them is cut off. The last batch is written anew: the process may have died before its fdatasync,
    /// or after one that failed, and what is read back may be in memory only.
    init(reopening path: String, tail: JournalTail, size: Int) throws(JournalError) {
        file = try FileDescriptor(opening: path, O_RDWR, to: "open")
        end = tail.end
        if tail.tornBytes > 0 { try file.truncate(to: tail.end) }
        let capacity = max(size, tail.end)
        do {
            try file.preallocate(size: capacity)
            self.capacity = capacity
        } catch {
            // A full volume is met when there is something to write.
            self.capacity = tail.end
        }
        let batch = UnsafeMutableRawBufferPointer.allocate(byteCount: tail.end - tail.lastBatch, alignment: 16)
        defer { batch.deallocate() }
        guard try file.read(into: batch, at: tail.lastBatch) == batch.count else {
            throw .damaged(file: path, offset: tail.lastBatch, detail: "it was shortened while it was opened")
        }
        try file.write(UnsafeRawBufferPointer(batch), at: tail.lastBatch)
        try file.synchronize()
    }

    private static func write(_ bytes: [UInt8], to file: borrowing FileDescriptor) throws(JournalError) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        try file.write(UnsafeRawBufferPointer(copy), at: 0)
    }

    /// Descriptor of the file, for tests that make the system refuse.
    var descriptor: Int32 { file.raw }

    /// Whether a batch fits.
    func hasRoom(for bytes: Int) -> Bool { end + bytes <= capacity }

    /// Writes a batch and makes it durable; after an error the segment must not be appended to again.
    func append(_ batch: UnsafeRawBufferPointer) throws(JournalError) {
        try file.write(batch, at: end)
        try file.synchronizeData()
        end += batch.count
    }

    /// Cuts the file to its durable blocks, as far as the system lets us: readers do not depend on it.
    func finish() { try? file.truncate(to: end) }

    /// Removes a segment that holds nothing durable, as far as the system lets us: it is replaced or cut later.
    func discard() { unlink(file.path) }
}
