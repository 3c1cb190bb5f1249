import Glibc

/// Reads one checkpoint, chunk by chunk; nothing is handed out whose checksum does not fit.
public struct CheckpointReader: ~Copyable {
    /// What the checkpoint is of.
    public let manifest: CheckpointManifest

    private var source: ChunkSource
    private let chunk: UnsafeMutableRawBufferPointer
    private var place = 0
    private var count = 0

    /// Opens a checkpoint and reads its manifest.
    ///
    /// - Throws: ``CheckpointError``.
    public init(path: String) throws(CheckpointError) {
        var source = try ChunkSource(path: path)
        manifest = try Self.manifest(&source)
        self.source = source
        chunk = .allocate(byteCount: CheckpointFormat.longestChunk, alignment: 16)
    }

    private static func manifest(_ source: inout ChunkSource) throws(CheckpointError) -> CheckpointManifest {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: CheckpointFormat.longestChunk, alignment: 16)
        defer { chunk.deallocate() }
        try source.checkHeader()
        let count = try source.next(into: chunk)
        guard let manifest = try? CheckpointManifest(Array(chunk[..<count])) else {
            throw source.damage("its manifest cannot be read")
        }
        return manifest
    }

    deinit { chunk.deallocate() }

    /// Fills a buffer with what follows.
    ///
    /// - Throws: ``CheckpointError``, also where less follows than is asked for.
    public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) {
        var rest = buffer[...]
        while !rest.isEmpty {
            if place == count {
                (place, count) = (0, try source.next(into: chunk))
                guard count > 0 else { throw source.damage("less state follows than was expected") }
            }
            let some = min(rest.count, count - place)
            UnsafeMutableRawBufferPointer(rebasing: rest.prefix(some))
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: chunk[place..<place + some]))
            place += some
            rest = rest.dropFirst(some)
        }
    }

    /// Checks that nothing follows but the mark that says so.
    public mutating func finish() throws(CheckpointError) {
        guard place == count, try source.next(into: chunk) == 0 else {
            throw source.damage("more state follows than was expected")
        }
    }

    /// Checks every chunk of a checkpoint, and returns its manifest.
    ///
    /// - Complexity: O(size of the file).
    public static func check(path: String) throws(CheckpointError) -> CheckpointManifest {
        var reader = try CheckpointReader(path: path)
        while try reader.source.next(into: reader.chunk) > 0 {}
        return reader.manifest
    }
}

/// The chunks of a file, in order.
private struct ChunkSource: ~Copyable {
    private let file: FileDescriptor
    private var offset = CheckpointFormat.headerBytes
    private var number: UInt64 = 0

    init(path: String) throws(CheckpointError) {
        file = try FileDescriptor(checkpoint: path, O_RDONLY, to: "open")
        _ = posix_fadvise(file.raw, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
    }

    /// Checks that the file is a checkpoint that this version reads.
    func checkHeader() throws(CheckpointError) {
        let path = file.path
        try withUnsafeTemporaryAllocation(byteCount: CheckpointFormat.headerBytes, alignment: 16) {
            (header) throws(CheckpointError) in
            try read(header, at: 0)
            if header.elementsEqual(CheckpointFormat.header()) { return }
            guard header.prefix(8).elementsEqual(CheckpointFormat.magic) else { throw .foreign(file: path) }
            let version = UInt32(littleEndian: header.load(fromByteOffset: 8, as: UInt32.self))
            if version > CheckpointFormat.version { throw .newer(file: path, version: Int(version)) }
            throw .damaged(file: path, offset: 0, detail: "its header is not the one that was written")
        }
    }

    /// Reads the next chunk's content and returns its length; 0 at the end.
    mutating func next(into content: UnsafeMutableRawBufferPointer) throws(CheckpointError) -> Int {
        let fixed = CheckpointFormat.chunkHeaderBytes
        return try withUnsafeTemporaryAllocation(byteCount: fixed, alignment: 16) {
            (header) throws(CheckpointError) in
            try read(header, at: offset)
            let length = Int(UInt32(littleEndian: header.load(fromByteOffset: 4, as: UInt32.self)))
            guard length <= CheckpointFormat.longestChunk,
                UInt64(littleEndian: header.load(fromByteOffset: 8, as: UInt64.self)) == number
            else { throw damage("no chunk with the number \(number) begins there") }
            let content = UnsafeMutableRawBufferPointer(rebasing: content[..<length])
            try read(content, at: offset + fixed)
            let checksum = CRC32C.checksum(
                UnsafeRawBufferPointer(rebasing: header[4...]),
                followedBy: UnsafeRawBufferPointer(content)
            )
            guard checksum == UInt32(littleEndian: header.load(as: UInt32.self)) else {
                throw damage("chunk \(number) does not fit its checksum")
            }
            offset += fixed + length
            number += 1
            return length
        }
    }

    func damage(_ detail: String) -> CheckpointError { .damaged(file: file.path, offset: offset, detail: detail) }

    private func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(CheckpointError) {
        let count: Int
        do throws(JournalError) {
            count = try file.read(into: buffer, at: offset)
        } catch {
            throw .system(error)
        }
        guard count == buffer.count else { throw .incomplete(file: file.path, offset: offset + count) }
    }
}
