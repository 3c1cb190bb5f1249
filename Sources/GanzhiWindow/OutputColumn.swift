/// A growing column of plain values that is filled again and again: emptying keeps its memory.
///
/// An array would ask before each change whether somebody else holds it.
@frozen public struct OutputColumn<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<Element>
    @usableFromInline var capacity: Int
    /// Number of values.
    public private(set) var count = 0

    init() {
        capacity = 64
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    /// The value at an index from 0.
    @inlinable public subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < count, "A column has no such value.")
            return base[index]
        }
    }

    /// The indices of all values.
    @inlinable public var indices: Range<Int> { 0..<count }

    @inline(__always)
    mutating func append(_ value: Element) {
        if count == capacity { grow(by: 1) }
        (base + count).initialize(to: value)
        count &+= 1
    }

    /// Adds the same value some times, and returns where they begin.
    @inline(__always)
    mutating func append(_ value: Element, count added: Int) -> UnsafeMutablePointer<Element> {
        if count &+ added > capacity { grow(by: added) }
        let place = base + count
        place.initialize(repeating: value, count: added)
        count &+= added
        return place
    }

    mutating func removeAll() { count = 0 }

    /// Takes the last values back, down to an earlier count.
    mutating func removeLast(to earlier: Int) { count = earlier }

    @inline(never)
    private mutating func grow(by added: Int) {
        let larger = Swift.max(capacity * 2, count + added)
        let place = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        place.moveInitialize(from: base, count: count)
        base.deallocate()
        base = place
        capacity = larger
    }
}

extension OutputColumn: @unchecked Sendable {}
