import CGanzhi
import GanzhiModel

/// Hands out blocks of 2^k words of eight bytes and takes them back.
///
/// Blocks come from chunks that never move, each for blocks of one size, and a block given back is the next one of its size
/// to be handed out. So in steady state nothing is allocated, a handle stays good while the pool grows, and a block may be
/// written while another is taken. Memory that one size has used stays with that size; a chunk takes it only as far as its
/// blocks were in use. All chunks of a size but the first ask for huge pages.
///
/// Owned by one engine; nothing is checked but in debug builds.
///
/// - Complexity: Everything is O(1); the address of a block takes one look-up in a small table.
/// - Limits: Blocks of 4 up to 262,144 words (32 B to 2 MB); 65,535 chunks of 2 MB, which is 128 GB.
struct WordPool: ~Copyable {
    /// Logarithm of the words of the smallest block, base 2.
    static var smallestLog: Int { 2 }
    /// Logarithm of the words of the greatest block, base 2, which fills a chunk.
    static var greatestLog: Int { 18 }

    private static var chunkBytes: Int { 2 << 20 }
    private static var sizes: Int { greatestLog - smallestLog + 1 }

    /// Chunks by number; number 0 stands for none, so that no handle is 0.
    private var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// Logarithm of the words of a chunk's blocks.
    private var logs: UnsafeMutablePointer<UInt8>
    /// Numbers given to chunks, the 0 included.
    private var chunkCount = 1
    private var chunkCapacity = 64
    /// Per size, the block given back last; its first word names the one before.
    private let freed: UnsafeMutablePointer<UInt32>
    /// Per size, the first block that was never handed out, and 0 where a chunk must be added.
    private let fresh: UnsafeMutablePointer<UInt32>
    /// Bytes of the blocks that are handed out.
    private(set) var bytesInUse = 0

    /// Creates a pool without memory.
    init() {
        chunks = .allocate(capacity: chunkCapacity)
        chunks.initialize(to: UnsafeMutableRawPointer(chunks))
        logs = .allocate(capacity: chunkCapacity)
        logs.initialize(to: 0)
        freed = .allocate(capacity: Self.sizes)
        freed.initialize(repeating: 0, count: Self.sizes)
        fresh = .allocate(capacity: Self.sizes)
        fresh.initialize(repeating: 0, count: Self.sizes)
    }

    deinit {
        for chunk in 1..<chunkCount { chunks[chunk].deallocate() }
        chunks.deallocate()
        logs.deallocate()
        freed.deallocate()
        fresh.deallocate()
    }

    /// Bytes of all chunks, most of which may never have been touched.
    var bytesReserved: Int { (chunkCount - 1) * Self.chunkBytes }

    /// The words of a block; they stay where they are until it is released.
    @inline(__always)
    subscript(handle: UInt32) -> UnsafeMutablePointer<UInt64> {
        assert(handle != 0 && handle >> 16 < UInt32(chunkCount), "No block has this handle.")
        return bytes(handle).assumingMemoryBound(to: UInt64.self)
    }

    /// Where a block is; a handle is its chunk's number and how many times 32 bytes, the smallest block, are before it.
    @inline(__always)
    private func bytes(_ handle: UInt32) -> UnsafeMutableRawPointer {
        chunks[Int(truncatingIfNeeded: handle &>> 16)] + Int(truncatingIfNeeded: handle & 0xFFFF) &<< 5
    }

    /// Logarithm of the words of a block, base 2.
    @inline(__always)
    func logWords(_ handle: UInt32) -> Int {
        assert(handle != 0 && handle >> 16 < UInt32(chunkCount), "No block has this handle.")
        return Int(logs[Int(truncatingIfNeeded: handle &>> 16)])
    }

    /// The handle of a block of 2^`logWords` words with anything in them; never 0.
    mutating func take(logWords: Int) -> UInt32 {
        precondition(
            logWords >= Self.smallestLog && logWords <= Self.greatestLog,
            "A block holds 2^\(Self.smallestLog) to 2^\(Self.greatestLog) words."
        )
        let size = logWords - Self.smallestLog
        bytesInUse += 8 << logWords
        var handle = freed[size]
        if handle != 0 {
            let block = bytes(handle)
            freed[size] = block.load(as: UInt32.self)
            // Its last owner may have kept something other than words in it.
            block.bindMemory(to: UInt64.self, capacity: 1 << logWords)
            return handle
        }
        handle = fresh[size]
        if handle == 0 { handle = appendChunk(logWords: logWords) }
        let next = handle &+ 1 &<< UInt32(size)
        fresh[size] = next &>> 16 == handle &>> 16 ? next : 0
        return handle
    }

    /// Takes a block back.
    ///
    /// Its handle becomes 0, and where it is 0 nothing happens.
    mutating func release(_ handle: inout UInt32) {
        guard handle != 0 else { return }
        let log = logWords(handle)
        bytesInUse -= 8 << log
        bytes(handle).storeBytes(of: freed[log - Self.smallestLog], as: UInt32.self)
        freed[log - Self.smallestLog] = handle
        handle = 0
    }

    // MARK: State

    /// Writes the blocks as far as they were ever handed out; handles stay good.
    func write(to state: inout StateWriter) throws {
        try state.array((1..<chunkCount).map { logs[$0] })
        try state.array(Array(UnsafeBufferPointer(start: freed, count: Self.sizes)))
        try state.array(Array(UnsafeBufferPointer(start: fresh, count: Self.sizes)))
        try state.value(bytesInUse)
        for chunk in 1..<chunkCount {
            try state.raw(UnsafeRawBufferPointer(start: chunks[chunk], count: usedBytes(ofChunk: chunk)))
        }
    }

    /// Reads what a pool wrote into one without memory.
    mutating func restore(from state: inout StateReader) throws {
        let sizes: [UInt8] = try state.array()
        let (freed, fresh): ([UInt32], [UInt32]) = (try state.array(), try state.array())
        guard sizes.allSatisfy({ Self.smallestLog...Self.greatestLog ~= Int($0) }), freed.count == Self.sizes,
            fresh.count == Self.sizes
        else { throw StateMismatch("a pool of blocks has sizes that there are not") }
        bytesInUse = try state.value()
        for log in sizes { _ = appendChunk(logWords: Int(log)) }
        self.freed.update(from: freed, count: Self.sizes)
        self.fresh.update(from: fresh, count: Self.sizes)
        for chunk in 1..<chunkCount {
            try state.raw(into: UnsafeMutableRawBufferPointer(start: chunks[chunk], count: usedBytes(ofChunk: chunk)))
        }
    }

    private func usedBytes(ofChunk chunk: Int) -> Int {
        let next = fresh[Int(logs[chunk]) - Self.smallestLog]
        return Int(next >> 16) == chunk ? Int(next & 0xFFFF) << 5 : Self.chunkBytes
    }

    private mutating func appendChunk(logWords: Int) -> UInt32 {
        precondition(chunkCount <= 0xFFFF, "The pool has given out all of its 128 GB.")
        if chunkCount == chunkCapacity {
            let largerChunks = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: chunkCapacity * 2)
            largerChunks.moveInitialize(from: chunks, count: chunkCount)
            chunks.deallocate()
            chunks = largerChunks
            let largerLogs = UnsafeMutablePointer<UInt8>.allocate(capacity: chunkCapacity * 2)
            largerLogs.moveInitialize(from: logs, count: chunkCount)
            logs.deallocate()
            logs = largerLogs
            chunkCapacity *= 2
        }
        var isFirst = true
        for chunk in 1..<chunkCount where Int(logs[chunk]) == logWords { isFirst = false }
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: Self.chunkBytes, alignment: Self.chunkBytes)
        if !isFirst { ganzhi_advise_huge_pages(chunk, Self.chunkBytes) }
        chunk.bindMemory(to: UInt64.self, capacity: Self.chunkBytes / 8)
        (chunks + chunkCount).initialize(to: chunk)
        (logs + chunkCount).initialize(to: UInt8(logWords))
        chunkCount += 1
        return UInt32(chunkCount - 1) << 16
    }
}
