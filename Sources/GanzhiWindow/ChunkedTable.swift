import CGanzhi

/// Grows by chunks that never move, so that adding an item costs the same however many there are.
///
/// A chunk takes memory only as far as its items are in use. All but the first 2 MB ask for huge pages: in a large table
/// the look-up of the page would cost more than the access.
///
/// Owned by one engine; nothing is checked but in debug builds.
struct ChunkedTable<Element>: ~Copyable {
    private var chunks: UnsafeMutablePointer<UnsafeMutablePointer<Element>>
    private var chunkCount = 0
    private var chunkCapacity = 16
    private let elementsPerItem: Int
    /// Logarithm of the items of a chunk, base 2.
    private let shift: Int
    /// The empty element, behind a pointer: Swift 6.3 never runs the `deinit` of a noncopyable generic struct from
    /// another file that stores a value of its parameter's type, so that all chunks would leak.
    private let empty: UnsafeMutablePointer<Element>
    /// Items in use.
    private(set) var count = 0

    /// Bytes of a chunk at most, unless 64 items are more.
    private static var chunkBytes: Int { 8 << 20 }
    private static var hugePage: Int { 2 << 20 }

    /// Creates an empty table whose items are `elementsPerItem` consecutive elements, `empty` at first.
    init(elementsPerItem: Int = 1, empty: Element) {
        self.elementsPerItem = elementsPerItem
        let itemBytes = Swift.max(1, elementsPerItem * MemoryLayout<Element>.stride)
        shift = Swift.max(
            6,
            (Self.chunkBytes / itemBytes).bitWidth - 1 - (Self.chunkBytes / itemBytes).leadingZeroBitCount
        )
        self.empty = .allocate(capacity: 1)
        self.empty.initialize(to: empty)
        chunks = .allocate(capacity: chunkCapacity)
    }

    deinit {
        for chunk in 0..<chunkCount {
            let items = Swift.min(1 << shift, count - chunk << shift)
            chunks[chunk].deinitialize(count: items * elementsPerItem)
            UnsafeMutableRawPointer(chunks[chunk]).deallocate()
        }
        chunks.deallocate()
        empty.deinitialize(count: 1)
        empty.deallocate()
    }

    /// The first element of an item.
    @inline(__always)
    subscript(item: Int) -> UnsafeMutablePointer<Element> {
        assert(item >= 0 && item < count)
        return chunks[item &>> shift] + (item & (1 &<< shift &- 1)) &* elementsPerItem
    }

    /// Adds an empty item and returns its number.
    mutating func append() -> Int {
        if count == chunkCount << shift { appendChunk() }
        count += 1
        self[count - 1].initialize(repeating: empty.pointee, count: elementsPerItem)
        return count - 1
    }

    private mutating func appendChunk() {
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<Element>>.allocate(capacity: chunkCapacity * 2)
            larger.moveInitialize(from: chunks, count: chunkCount)
            chunks.deallocate()
            chunks = larger
            chunkCapacity *= 2
        }
        let elements = elementsPerItem << shift
        let bytes = elements * MemoryLayout<Element>.stride
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.hugePage)
        let first = chunkCount == 0 ? Self.hugePage : 0
        if bytes > first { ganzhi_advise_huge_pages(chunk + first, bytes - first) }
        (chunks + chunkCount).initialize(to: chunk.bindMemory(to: Element.self, capacity: elements))
        chunkCount += 1
    }
}
