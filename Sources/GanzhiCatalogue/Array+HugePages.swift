internal import CGanzhi

extension Array {
    /// Creates an array of so many elements on huge pages, as far as it is large and the system has some.
    ///
    /// Found at random among many, an element costs a miss in the processor's tables of pages as well; huge pages spare
    /// that one.
    init(onHugePages count: Int, _ body: (UnsafeMutableBufferPointer<Element>) -> Void) {
        self.init(unsafeUninitializedCapacity: count) { room, initialized in
            Self.adviseHugePages(room)
            body(UnsafeMutableBufferPointer(rebasing: room[..<count]))
            initialized = count
        }
    }

    /// Makes room for one more element, on huge pages as ``init(onHugePages:_:)``.
    @inline(__always) mutating func reserveOneOnHugePages() {
        if count == capacity { growOnHugePages() }
    }

    @inline(never) private mutating func growOnHugePages() {
        let old = self
        self = Array(unsafeUninitializedCapacity: Swift.max(16, 2 * old.count)) { room, initialized in
            Self.adviseHugePages(room)
            _ = room.initialize(from: old)
            initialized = old.count
        }
    }

    private static func adviseHugePages(_ room: UnsafeMutableBufferPointer<Element>) {
        let hugePage = 2 << 20
        let bytes = UnsafeMutableRawBufferPointer(room)
        guard let start = bytes.baseAddress, bytes.count >= 2 * hugePage else { return }
        let aligned = (Int(bitPattern: start) + hugePage - 1) / hugePage * hugePage
        let skipped = aligned - Int(bitPattern: start)
        ganzhi_advise_huge_pages(start + skipped, (bytes.count - skipped) / hugePage * hugePage)
    }
}
