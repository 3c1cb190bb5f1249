/// Grows by chunks that never move, so that adding an item costs the same however many there are.
///
/// Owned by one engine; nothing is checked but in debug builds.
struct ChunkedTable<Element>: ~Copyable {
    private var chunks: UnsafeMutablePointer<UnsafeMutablePointer<Element>>
    private var chunkCount = 0
    private var chunkCapacity = 16
    private let elementsPerItem: Int
    /// The empty element, behind a pointer: Swift 6.3 never runs the `deinit` of a noncopyable generic struct from
    /// another file that stores a value of its parameter's type, so that all chunks would leak.
    private let empty: UnsafeMutablePointer<Element>
    /// Items in use.
    private(set) var count = 0

    private static var itemsPerChunk: Int { 64 }

    /// Creates an empty table whose items are `elementsPerItem` consecutive elements, `empty` at first.
    init(elementsPerItem: Int = 1, empty: Element) {
        self.elementsPerItem = elementsPerItem
        self.empty = .allocate(capacity: 1)
        self.empty.initialize(to: empty)
        chunks = .allocate(capacity: chunkCapacity)
    }

    deinit {
        for chunk in 0..<chunkCount {
            chunks[chunk].deinitialize(count: Self.itemsPerChunk * elementsPerItem)
            chunks[chunk].deallocate()
        }
        chunks.deallocate()
        empty.deinitialize(count: 1)
        empty.deallocate()
    }

    /// The first element of an item.
    @inline(__always)
    subscript(item: Int) -> UnsafeMutablePointer<Element> {
        assert(item >= 0 && item < count)
        return chunks[item / Self.itemsPerChunk] + (item % Self.itemsPerChunk) * elementsPerItem
    }

    /// Adds an empty item and returns its number.
    mutating func append() -> Int {
        if count == chunkCount * Self.itemsPerChunk {
            if chunkCount == chunkCapacity {
                let larger = UnsafeMutablePointer<UnsafeMutablePointer<Element>>.allocate(capacity: chunkCapacity * 2)
                larger.moveInitialize(from: chunks, count: chunkCount)
                chunks.deallocate()
                chunks = larger
                chunkCapacity *= 2
            }
            let chunk = UnsafeMutablePointer<Element>.allocate(capacity: Self.itemsPerChunk * elementsPerItem)
            chunk.initialize(repeating: empty.pointee, count: Self.itemsPerChunk * elementsPerItem)
            (chunks + chunkCount).initialize(to: chunk)
            chunkCount += 1
        }
        count += 1
        return count - 1
    }
}
