/// Writes the state of an engine as bytes, in the order in which a ``StateReader`` of the same version reads them.
///
/// Values lie as they lie in memory, little endian, so large tables cost no more than copying. What makes the bytes
/// readable later is the version and the sections around them; that they arrive whole is the business of the sink.
public struct StateWriter: ~Copyable {
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private let buffer: UnsafeMutableRawBufferPointer
    private var used = 0

    /// Bytes gathered before the sink gets them; larger pieces go to it directly.
    private static let capacity = 1 << 20

    /// Creates a writer.
    ///
    /// - Parameter sink: Gets the bytes, in order; valid inside the call only.
    public init(sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.sink = sink
        buffer = .allocate(byteCount: Self.capacity, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Hands what was gathered to the sink; call it at the end.
    public mutating func flush() throws {
        guard used > 0 else { return }
        try sink(UnsafeRawBufferPointer(rebasing: buffer[..<used]))
        used = 0
    }

    /// Writes bytes whose number the reader knows.
    public mutating func raw(_ bytes: UnsafeRawBufferPointer) throws {
        if used + bytes.count > buffer.count { try flush() }
        guard bytes.count <= buffer.count else { return try sink(bytes) }
        UnsafeMutableRawBufferPointer(rebasing: buffer[used...]).copyMemory(from: bytes)
        used += bytes.count
    }

    /// Marks where a part begins, so that a reader that has lost its way notices.
    public mutating func section(_ name: String) throws { try string(name) }

    /// Writes one value.
    @inlinable
    public mutating func value<Value: BitwiseCopyable>(_ value: Value) throws {
        try withUnsafeBytes(of: value) { try raw($0) }
    }

    /// Writes an array of values, with their number.
    @inlinable
    public mutating func array<Value: BitwiseCopyable>(_ values: [Value]) throws {
        try value(values.count)
        try values.withUnsafeBytes { try raw($0) }
    }

    /// Writes a text, with its length.
    public mutating func string(_ text: String) throws {
        var text = text
        try text.withUTF8 {
            try value($0.count)
            try raw(UnsafeRawBufferPointer($0))
        }
    }

    /// Writes the number of some items, and each of them.
    @inlinable
    public mutating func each<Items: Collection>(
        _ items: Items,
        _ write: (Items.Element, inout StateWriter) throws -> Void
    ) throws {
        try value(items.count)
        for item in items { try write(item, &self) }
    }
}
