import CGanzhi
import GanzhiModel

/// Memory for items of one size, in chunks that never move: adding one costs the same however many there are.
///
/// A chunk takes memory only as far as its items are in use. All but the first 2 MB ask for huge pages: in a large table
/// the look-up of the page would cost more than the access. Items are aligned to a cache line.
struct SlabTable: ~Copyable {
    private var chunks: [UnsafeMutableRawPointer] = []
    private let itemBytes: Int
    private let itemsPerChunk: Int
    private(set) var count = 0

    private static let chunkBytes = 8 << 20
    private static let hugePage = 2 << 20
    /// Bytes of a cache line.
    static let line = 64

    /// Creates an empty table.
    init(itemBytes: Int) {
        self.itemBytes = (itemBytes + Self.line - 1) / Self.line * Self.line
        itemsPerChunk = Swift.max(64, Self.chunkBytes / self.itemBytes)
    }

    deinit { for chunk in chunks { chunk.deallocate() } }

    /// A new item, all zeros; it stays where it is.
    mutating func append() -> UnsafeMutableRawPointer {
        let place = count % itemsPerChunk
        if place == 0 { appendChunk() }
        count += 1
        let item = chunks[chunks.count - 1] + place * itemBytes
        item.initializeMemory(as: UInt8.self, repeating: 0, count: itemBytes)
        return item
    }

    /// Writes all items.
    func write(to state: inout StateWriter) throws {
        try state.value(itemBytes)
        try state.value(count)
        for (number, chunk) in chunks.enumerated() {
            let items = Swift.min(itemsPerChunk, count - number * itemsPerChunk)
            try state.raw(UnsafeRawBufferPointer(start: chunk, count: items * itemBytes))
        }
    }

    /// Reads what a table of items of the same size wrote into an empty one.
    mutating func restore(from state: inout StateReader) throws {
        guard try state.value() == itemBytes else { throw StateMismatch("series have memory of another size") }
        let total: Int = try state.value()
        while count < total {
            appendChunk()
            let items = Swift.min(itemsPerChunk, total - count)
            let chunk = chunks[chunks.count - 1]
            try state.raw(into: UnsafeMutableRawBufferPointer(start: chunk, count: items * itemBytes))
            count += items
        }
    }

    /// An item by its number.
    subscript(number: Int) -> UnsafeMutableRawPointer {
        chunks[number / itemsPerChunk] + number % itemsPerChunk * itemBytes
    }

    private mutating func appendChunk() {
        let bytes = itemsPerChunk * itemBytes
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.hugePage)
        let first = chunks.isEmpty ? Self.hugePage : 0
        if bytes > first { ganzhi_advise_huge_pages(chunk + first, bytes - first) }
        chunks.append(chunk)
    }
}
