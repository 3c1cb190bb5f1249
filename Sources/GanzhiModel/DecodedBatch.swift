/// Where a name stands in the bytes of a ``DecodedBatch``; length 0 means "none given".
@frozen public struct NameRef: Sendable, Hashable {
    /// First byte.
    public var offset: UInt32
    /// Number of bytes.
    public var length: UInt32

    /// Creates a reference.
    @inlinable public init(offset: UInt32, length: UInt32) {
        self.offset = offset
        self.length = length
    }

    /// No name.
    @inlinable public static var none: NameRef { NameRef(offset: 0, length: 0) }
}

/// What kind of value a decoded reading carries.
@frozen public enum ValueKind: UInt8, Sendable {
    /// A finite number in ``DecodedReading/value``.
    case number
    /// Text in ``DecodedReading/text``.
    case text
    /// A truth value, 0 or 1 in ``DecodedReading/value``.
    case bool
    /// Bytes in ``DecodedReading/text``.
    case data
    /// No value, only a sum (SenML), in ``DecodedReading/sum``.
    case none
}

/// One reading as its payload states it: names and units as sent, nothing converted.
@frozen public struct DecodedReading: Sendable {
    /// Who measures.
    public var device: NameRef
    /// What is measured.
    public var metric: NameRef
    /// The unit as sent; length 0 where none was given.
    public var unit: NameRef
    /// Text or bytes of a reading that is not a number.
    public var text: NameRef
    /// The whole name a SenML record resolved to; length 0 for other formats.
    public var name: NameRef
    /// Event time; ``Timestamp/never`` with ``ReadingFlags/arrivalTime`` where the payload has none.
    public var time: Timestamp
    /// The number; always finite.
    public var value: Double
    /// The SenML sum; `nan` where there is none.
    public var sum: Double
    /// What the decoder found to remark.
    public var flags: ReadingFlags
    /// What the sender says about the quality.
    public var quality: Quality
    /// Which of the value fields counts.
    public var kind: ValueKind

    /// Creates a numeric reading without a unit; set the other fields afterwards.
    @inlinable public init(device: NameRef, metric: NameRef, time: Timestamp, value: Double) {
        self.device = device
        self.metric = metric
        self.unit = .none
        self.text = .none
        self.name = .none
        self.time = time
        self.value = value
        self.sum = .nan
        self.flags = []
        self.quality = .good
        self.kind = .number
    }
}

/// The readings of one or more payloads as decoders leave them: fixed-size rows and one buffer of name bytes.
///
/// Reused from batch to batch, so that in steady state nothing is allocated.
public struct DecodedBatch: Sendable {
    /// The readings in payload order (SenML: in time order, stable).
    public var readings: [DecodedReading] = []
    /// The bytes that every ``NameRef`` of this batch points into; UTF-8 but for the bytes of data values.
    public var names: [UInt8] = []

    /// Creates an empty batch.
    public init() {}

    /// Empties the batch and keeps its memory.
    public mutating func removeAll() {
        readings.removeAll(keepingCapacity: true)
        names.removeAll(keepingCapacity: true)
    }

    /// Cuts the batch back to what it held before a payload that is refused whole.
    public mutating func truncate(readings readingCount: Int, names nameCount: Int) {
        readings.removeLast(readings.count - readingCount)
        names.removeLast(names.count - nameCount)
    }

    /// Keeps a copy of the bytes and says where.
    @inlinable public mutating func append(name bytes: UnsafeRawBufferPointer) -> NameRef {
        let reference = NameRef(offset: UInt32(truncatingIfNeeded: names.count), length: UInt32(bytes.count))
        names.append(contentsOf: bytes)
        return reference
    }

    /// The name as a string; for edges, never per reading.
    public func string(_ reference: NameRef) -> String {
        String(decoding: names[Int(reference.offset)..<Int(reference.offset + reference.length)], as: UTF8.self)
    }
}
