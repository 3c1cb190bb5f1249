import Glibc

/// Walks the blocks of one segment and checks each: checksum, sequence, place in its batch.
final class SegmentCursor {
    private static let readAhead = 1 << 20
    /// Bytes read at once where little is expected: behind a writer, whose segment goes on with zeros.
    private static let leastReadAhead = 64 << 10

    /// First sequence of the segment.
    let first: UInt64
    /// Sequence of the next block.
    private(set) var expected: UInt64
    /// Where the next block begins.
    private(set) var offset = JournalFormat.segmentHeaderBytes
    /// Where the batch of the last block began.
    private(set) var batchOffset = JournalFormat.segmentHeaderBytes
    /// What was durable when the last block was written.
    private(set) var durable: UInt64
    /// When the last block came in.
    private(set) var lastHeader: BlockHeader?

    private let file: FileDescriptor
    private var buffer: UnsafeMutableRawBufferPointer
    private var bufferOffset = 0
    private var bufferCount = 0
    /// Bytes to read at once; grows while what was read is read on.
    private var ahead = SegmentCursor.leastReadAhead

    /// Opens a segment.
    init(path: String, first: UInt64) throws(JournalError) {
        file = try FileDescriptor(opening: path, O_RDONLY, to: "open")
        self.first = first
        expected = first
        durable = first - 1
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.readAhead, alignment: 16)
    }

    deinit { buffer.deallocate() }

    var path: String { file.path }

    /// What a segment's header says.
    enum Header {
        case valid
        /// Some or all of it was never written, and nothing follows: the process died while it began the segment.
        case unfinished
    }

    /// Checks the segment's header.
    ///
    /// - Throws: ``JournalError`` where it is foreign, newer or damaged.
    func header() throws(JournalError) -> Header {
        let bytes = try window(at: 0, count: JournalFormat.segmentHeaderBytes)
        let wanted = JournalFormat.segmentHeader(first: first)
        if bytes.elementsEqual(wanted) { return .valid }
        let written = (bytes.lastIndex { $0 != 0 } ?? -1) + 1
        let isPrefix = bytes.prefix(written).elementsEqual(wanted.prefix(written))
        if isPrefix, try endOfData(from: bytes.count) <= bytes.count { return .unfinished }
        guard bytes.prefix(8).elementsEqual(JournalFormat.magic.prefix(bytes.count)) else {
            throw .foreign(file: file.path)
        }
        if bytes.count >= 12 {
            let version = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            if version > JournalFormat.version { throw .newer(file: file.path, offset: 8, version: Int(version)) }
        }
        throw .damaged(
            file: file.path,
            offset: 0,
            detail: "its header is not the one of the segment that begins with \(first)"
        )
    }

    /// The next block, or `nil` where no valid one follows; then nothing has moved.
    ///
    /// - Throws: ``JournalError`` where the file cannot be read or the block's kind is of a newer version.
    func next() throws(JournalError) -> RawBlock? {
        if let block = try buffered() { return block }
        // What was read ahead may be older than what the writer has written since.
        bufferCount = 0
        ahead = Self.leastReadAhead
        return try buffered()
    }

    private func buffered() throws(JournalError) -> RawBlock? {
        let start = try window(at: offset, count: JournalFormat.blockHeaderBytes)
        guard start.count == JournalFormat.blockHeaderBytes, let header = BlockHeader(start),
            header.sequence == expected, header.durable == durable || header.durable == expected - 1
        else { return nil }
        let bytes = try window(at: offset, count: header.length)
        guard bytes.count == header.length, BlockHeader.isIntact(bytes) else { return nil }
        guard let kind = JournalFormat.Kind(rawValue: header.kind) else {
            throw .newer(file: file.path, offset: offset, version: Int(header.kind))
        }
        let block = RawBlock(
            sequence: header.sequence,
            received: header.received,
            monotonic: header.monotonic,
            body: UnsafeRawBufferPointer(rebasing: bytes[JournalFormat.blockHeaderBytes...]),
            kind: kind,
            file: file.path,
            offset: offset
        )
        if header.durable == expected - 1 { batchOffset = offset }
        durable = header.durable
        lastHeader = header
        expected += 1
        offset += JournalFormat.padded(header.length)
        return block
    }

    /// Whether a valid block lies beyond the present one that says that the present one had been durable.
    ///
    /// - Complexity: O(*n*) in the rest of the file.
    func presentWasDurable() throws(JournalError) -> Bool {
        let size = try file.size()
        var place = offset + JournalFormat.alignment
        while place + JournalFormat.blockHeaderBytes <= size {
            let chunk = try window(at: place, count: Self.readAhead)
            let last = chunk.count - JournalFormat.blockHeaderBytes
            guard last >= 0 else { return false }
            var within = 0
            var candidate: Int?
            while within <= last {
                let header = UnsafeRawBufferPointer(rebasing: chunk[within..<(within + JournalFormat.blockHeaderBytes)])
                // A sequence further on than bytes lie between cannot be one.
                if let header = BlockHeader(header), header.durable >= expected,
                    header.sequence - expected <= UInt64(place + within - offset)
                {
                    candidate = header.length
                    break
                }
                within += JournalFormat.alignment
            }
            guard let length = candidate else {
                place += within
                continue
            }
            let block = try window(at: place + within, count: length)
            if block.count == length, BlockHeader.isIntact(block) { return true }
            place += within + JournalFormat.alignment
        }
        return false
    }

    /// Where the last byte that is not zero ends, from an offset on; the offset itself where there is none.
    func endOfData(from start: Int) throws(JournalError) -> Int {
        let size = try file.size()
        var end = start
        var place = start
        while place < size {
            let chunk = try window(at: place, count: Self.readAhead)
            guard !chunk.isEmpty else { break }
            if let last = Self.lastNonZero(chunk) { end = place + last + 1 }
            place += chunk.count
        }
        return end
    }

    /// Index of the last byte that is not zero.
    ///
    /// Word by word: a segment is preallocated with many millions of zeros.
    private static func lastNonZero(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var end = bytes.count
        while end >= 8, bytes.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self) == 0 { end -= 8 }
        while end > 0 {
            if bytes[end - 1] != 0 { return end - 1 }
            end -= 1
        }
        return nil
    }

    /// Up to `count` bytes from an offset on, fewer at the end of the file; valid until the next call.
    private func window(at start: Int, count: Int) throws(JournalError) -> UnsafeRawBufferPointer {
        if start < bufferOffset || start + count > bufferOffset + bufferCount {
            if count > buffer.count {
                buffer.deallocate()
                buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
            }
            bufferCount = 0
            bufferOffset = start
            let wanted = min(buffer.count, max(count, ahead))
            bufferCount = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: start)
            ahead = min(ahead * 2, Self.readAhead)
        }
        let from = start - bufferOffset
        return UnsafeRawBufferPointer(rebasing: buffer[from..<min(from + count, bufferCount)])
    }
}
