import GanzhiModel

/// The name bytes that one payload adds to a batch: the payload itself as it came, then what had to be made.
///
/// Copying the payload once is cheaper than each name by itself. It is read where it was copied to, as zeros can stand
/// behind it there (``JSONScanner/init(padded:count:)``).
struct NameArena: Sendable {
    /// The most bytes that a device, metric, unit or SenML name may have.
    static let maximumName = 256

    /// What turns addresses into places in the batch.
    struct Place: Sendable {
        fileprivate var shift = 0

        /// The place of a string of the payload that has no escapes.
        @inline(__always) func reference(_ text: JSONText) -> NameRef {
            NameRef(
                offset: UInt32(truncatingIfNeeded: Int(bitPattern: text.start) &+ shift),
                length: UInt32(truncatingIfNeeded: text.count)
            )
        }
    }

    /// Where the payload's own strings are.
    private(set) var payload = Place()
    /// Place in the batch of the first made byte.
    private var madeStart = 0
    /// Room for made bytes; only the first ``madeCount`` mean something.
    private var made = [UInt8](repeating: 0, count: 4096)
    private var madeCount = 0

    /// Adds a payload to the names of a batch.
    ///
    /// - Returns: Where it begins among them.
    @inline(__always) mutating func begin(_ payload: UnsafeBufferPointer<UInt8>, in names: inout [UInt8]) -> Int {
        let place = names.count
        let count = payload.count
        names.append(addingCapacity: count + JSONScanner.padding) { span in
            span.withUnsafeMutableBufferPointer { bytes, written in
                guard let target = bytes.baseAddress, let source = payload.baseAddress else { return }
                target.update(from: source, count: count)
                UnsafeMutableRawPointer(target + count).storeBytes(of: (0, 0), as: (UInt64, UInt64).self)
                written = count + JSONScanner.padding
            }
        }
        madeStart = names.count
        madeCount = 0
        return place
    }

    /// Takes note of where the names are while the payload is read.
    @inline(__always) mutating func locate(_ names: UnsafeBufferPointer<UInt8>) {
        payload.shift = -Int(bitPattern: names.baseAddress)
    }

    /// Where the next made byte will stand.
    var nextPlace: Int { madeStart + madeCount }

    /// Whether bytes were made for the payload.
    var hasMade: Bool { madeCount > 0 }

    /// Whether a ``NameRef`` can no longer point at every byte.
    var isFull: Bool { nextPlace > Int(UInt32.max) }

    /// The place of a string of the payload.
    @inline(__always) mutating func reference(_ text: JSONText) -> NameRef {
        if text.hasEscapes {
            let place = nextPlace
            append(text)
            return reference(from: place)
        }
        return payload.reference(text)
    }

    /// The place of everything made since `place`.
    func reference(from place: Int) -> NameRef {
        NameRef(offset: UInt32(truncatingIfNeeded: place), length: UInt32(truncatingIfNeeded: nextPlace - place))
    }

    /// Makes bytes out of a string of the payload.
    @inline(__always) mutating func append(_ text: JSONText) {
        guard text.hasEscapes else { return append(text.raw) }
        reserve(text.count)
        madeCount += made.withUnsafeMutableBufferPointer {
            text.decode(into: UnsafeMutableBufferPointer(rebasing: $0[madeCount...]))
        }
    }

    /// Makes bytes.
    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

    /// Makes bytes.
    @inline(__always) private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        reserve(bytes.count)
        made.withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[madeCount...]).copyMemory(from: UnsafeRawBufferPointer(bytes))
        }
        madeCount += bytes.count
    }

    @inline(__always) private mutating func reserve(_ count: Int) {
        if made.count - madeCount < count { grow(by: count) }
    }

    @inline(never) private mutating func grow(by count: Int) {
        made.append(contentsOf: repeatElement(0, count: max(count, made.count)))
    }

    /// Gives the bytes made since `place`.
    func withMade<Result>(from place: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        made.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[(place - madeStart)..<madeCount])) }
    }

    /// Whether a made name ends with a string of the payload, written without escapes.
    func ends(_ name: NameRef, with text: JSONText) -> Bool {
        let first = Int(name.offset) + Int(name.length) - text.count - madeStart
        return first >= 0 && (0..<text.count).allSatisfy { made[first + $0] == text.start[$0] }
    }

    /// A made byte.
    func byte(at place: Int) -> UInt8 { made[place - madeStart] }

    /// Adds the made bytes to the names of the batch.
    @inline(__always) func commit(to names: inout [UInt8]) {
        if madeCount > 0 { appendMade(to: &names) }
    }

    @inline(never) private func appendMade(to names: inout [UInt8]) {
        made.withUnsafeBufferPointer { names.append(contentsOf: UnsafeBufferPointer(rebasing: $0.prefix(madeCount))) }
    }
}
