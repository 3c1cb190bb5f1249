import GanzhiModel

/// The name bytes that one payload adds to a batch: the payload itself as it came, then what had to be made.
///
/// Copying the payload once is cheaper than each name by itself, and nothing reaches the batch before the payload
/// turned out to be good.
struct NameArena: Sendable {
    /// The most bytes that a device, metric, unit or SenML name may have.
    static let maximumName = 256

    /// What is added to an address inside the payload to get its place in the batch.
    private var shift = 0
    /// Place in the batch of the first made byte.
    private var madeStart = 0
    private var made: [UInt8] = []

    /// Starts with a payload that is to follow `count` bytes of other names.
    mutating func begin(_ payload: UnsafeBufferPointer<UInt8>, after count: Int) {
        shift = count - Int(bitPattern: payload.baseAddress)
        madeStart = count + payload.count
        made.removeAll(keepingCapacity: true)
    }

    /// Where the next made byte will stand.
    var nextPlace: Int { madeStart + made.count }

    /// Whether a ``NameRef`` can no longer point at every byte.
    var isFull: Bool { nextPlace > Int(UInt32.max) }

    /// The place of a string of the payload.
    @inline(__always) mutating func reference(_ text: JSONText) -> NameRef {
        if text.hasEscapes {
            let place = nextPlace
            text.append(to: &made)
            return reference(from: place)
        }
        return NameRef(
            offset: UInt32(truncatingIfNeeded: Int(bitPattern: text.start) &+ shift),
            length: UInt32(truncatingIfNeeded: text.count)
        )
    }

    /// The place of everything made since `place`.
    func reference(from place: Int) -> NameRef {
        NameRef(offset: UInt32(truncatingIfNeeded: place), length: UInt32(truncatingIfNeeded: nextPlace - place))
    }

    /// Makes bytes out of a string of the payload.
    @inline(__always) mutating func append(_ text: JSONText) { text.append(to: &made) }

    /// Makes bytes.
    mutating func append(_ bytes: some Collection<UInt8>) { made.append(contentsOf: bytes) }

    /// Gives the bytes made since `place`.
    func withMade<Result>(from place: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        made.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[(place - madeStart)...])) }
    }

    /// A made byte.
    func byte(at place: Int) -> UInt8 { made[place - madeStart] }

    /// Adds payload and made bytes to the batch.
    func commit(_ payload: UnsafeBufferPointer<UInt8>, to batch: inout DecodedBatch) {
        batch.names.append(contentsOf: payload)
        if !made.isEmpty { batch.names.append(contentsOf: made) }
    }
}
