/// Reads what a ``StateWriter`` of the same version wrote, in the same order.
public struct StateReader: ~Copyable {
    private let source: (UnsafeMutableRawBufferPointer) throws -> Void

    /// Bytes that one array or text may have at most: more is not what a writer wrote.
    private static let longest = 1 << 40

    /// Creates a reader.
    ///
    /// - Parameter source: Fills the buffer with the bytes that follow, or throws where there are not so many.
    public init(source: @escaping (UnsafeMutableRawBufferPointer) throws -> Void) { self.source = source }

    /// Reads as many bytes as the buffer has.
    public mutating func raw(into bytes: UnsafeMutableRawBufferPointer) throws {
        if !bytes.isEmpty { try source(bytes) }
    }

    /// Passes the begin of a part.
    ///
    /// - Throws: ``StateMismatch`` where another part begins here.
    public mutating func section(_ name: String) throws {
        let found = try string()
        guard found == name else {
            throw StateMismatch("the part “\(name)” should begin, and “\(found.prefix(40))” does")
        }
    }

    /// Reads one value.
    @inlinable
    public mutating func value<Value: BitwiseCopyable>(_: Value.Type = Value.self) throws -> Value {
        try withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) {
            let bytes = UnsafeMutableRawBufferPointer($0)
            try raw(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<MemoryLayout<Value>.size]))
            return $0[0]
        }
    }

    /// Reads an array of values.
    @inlinable
    public mutating func array<Value: BitwiseCopyable>(_: Value.Type = Value.self) throws -> [Value] {
        let count = try count(of: MemoryLayout<Value>.stride)
        return try [Value](unsafeUninitializedCapacity: count) { values, done in
            let bytes = UnsafeMutableRawBufferPointer(values)
            try raw(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<Value>.stride)]))
            done = count
        }
    }

    /// Reads a text.
    public mutating func string() throws -> String {
        let count = try count(of: 1)
        return try String(unsafeUninitializedCapacity: count) {
            try raw(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer($0)[..<count]))
            return count
        }
    }

    /// Reads items.
    @inlinable
    public mutating func each<Item>(_ read: (inout StateReader) throws -> Item) throws -> [Item] {
        let count = try count(of: 1)
        var items: [Item] = []
        for _ in 0..<count { items.append(try read(&self)) }
        return items
    }

    /// Reads how many items follow.
    ///
    /// - Parameter bytes: Bytes that each takes at least.
    @usableFromInline
    mutating func count(of bytes: Int) throws -> Int {
        let count: Int = try value()
        guard count >= 0, count <= Self.longest / bytes else {
            throw StateMismatch("\(count) items are said to follow")
        }
        return count
    }
}

/// What is read is not what this version would have written.
public struct StateMismatch: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was expected, and what was seen.
    public let description: String

    /// Creates a mismatch.
    public init(_ description: String) { self.description = description }
}
