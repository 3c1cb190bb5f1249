import Glibc

/// Writes one checkpoint; it counts once ``finish()`` has returned.
///
/// It needs no more than memory and the file, so that it may work in a process that was forked from one with many threads.
public struct CheckpointWriter: ~Copyable {
    private let file: FileDescriptor
    private let path: String
    private let folder: String
    private let chunk: UnsafeMutableRawBufferPointer
    private var used = 0
    private var number: UInt64 = 0
    private var offset = 0
    private var flushedUpTo = 0

    /// Bytes after which the system is told to write what it holds: a whole checkpoint at once would keep the disk from
    /// the journal.
    private static let flushBytes = 8 << 20

    /// Begins a checkpoint in a folder, which is created where it does not exist.
    public static func begin(
        folder: String,
        manifest: CheckpointManifest
    ) throws(CheckpointError) -> CheckpointWriter {
        var writer = try CheckpointWriter(folder: folder, position: manifest.position)
        try writer.writeOut(CheckpointFormat.header())
        let bytes = manifest.bytes
        let place = CheckpointFormat.chunkHeaderBytes
        UnsafeMutableRawBufferPointer(rebasing: writer.chunk[place..<place + bytes.count]).copyBytes(from: bytes)
        writer.used = bytes.count
        try writer.closeChunk()
        return writer
    }

    private init(folder: String, position: UInt64) throws(CheckpointError) {
        let path = folder + "/" + CheckpointFormat.fileName(position: position)
        if mkdir(folder, 0o750) == 0 { FolderNames.synchronize(parentOf: folder) }
        file = try FileDescriptor(
            checkpoint: path + CheckpointFormat.partialSuffix,
            O_WRONLY | O_CREAT | O_TRUNC,
            to: "create"
        )
        self.path = path
        self.folder = folder
        chunk = .allocate(
            byteCount: CheckpointFormat.chunkHeaderBytes + CheckpointFormat.longestChunk,
            alignment: 16
        )
    }

    deinit { chunk.deallocate() }

    /// Appends to the state.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = min(rest.count, CheckpointFormat.longestChunk - used)
            let start = CheckpointFormat.chunkHeaderBytes + used
            UnsafeMutableRawBufferPointer(rebasing: chunk[start..<start + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
            used += count
            rest = rest.dropFirst(count)
            if used == CheckpointFormat.longestChunk { try closeChunk() }
        }
    }

    /// Ends the checkpoint and makes it durable under its name.
    public mutating func finish() throws(CheckpointError) {
        if used > 0 { try closeChunk() }
        try closeChunk()
        do throws(JournalError) {
            try file.synchronize()
            guard rename(path + CheckpointFormat.partialSuffix, path) == 0 else { throw .last("rename", path) }
            try FileDescriptor(opening: folder, O_RDONLY | O_DIRECTORY, to: "open").synchronize()
        } catch {
            throw .system(error)
        }
    }

    private mutating func closeChunk() throws(CheckpointError) {
        chunk.storeBytes(of: UInt32(used).littleEndian, toByteOffset: 4, as: UInt32.self)
        chunk.storeBytes(of: number.littleEndian, toByteOffset: 8, as: UInt64.self)
        let whole = UnsafeRawBufferPointer(rebasing: chunk[..<(CheckpointFormat.chunkHeaderBytes + used)])
        let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: whole[4...]))
        chunk.storeBytes(of: checksum.littleEndian, as: UInt32.self)
        try writeOut(whole)
        number += 1
        used = 0
    }

    private mutating func writeOut(_ bytes: [UInt8]) throws(CheckpointError) {
        UnsafeMutableRawBufferPointer(rebasing: chunk[..<bytes.count]).copyBytes(from: bytes)
        try writeOut(UnsafeRawBufferPointer(rebasing: chunk[..<bytes.count]))
    }

    private mutating func writeOut(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        do throws(JournalError) {
            try file.write(bytes, at: offset)
        } catch {
            throw .system(error)
        }
        offset += bytes.count
        if offset - flushedUpTo >= Self.flushBytes {
            // Only to keep the disk even: durable it is by `finish`.
            _ = fdatasync(file.raw)
            _ = posix_fadvise(file.raw, off_t(flushedUpTo), off_t(offset - flushedUpTo), Int32(POSIX_FADV_DONTNEED))
            flushedUpTo = offset
        }
    }
}
