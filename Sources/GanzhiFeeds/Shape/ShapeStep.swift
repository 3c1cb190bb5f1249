/// Up to sixteen bytes that a record of a shape has at some place.
struct ShapeLiteral: Sendable {
    /// The most bytes of one literal; more take several.
    static let longest = JSONScanner.padding

    // The bytes as two words, first byte lowest, and which of their bits count.
    fileprivate let low: UInt64
    fileprivate let high: UInt64
    fileprivate let lowMask: UInt64
    fileprivate let highMask: UInt64
    /// How many bytes.
    let count: Int

    /// Creates a literal of at most ``longest`` bytes.
    init(_ bytes: some Collection<UInt8>) {
        func word(_ bytes: some Collection<UInt8>) -> UInt64 {
            Array(bytes).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        low = word(bytes.prefix(8))
        high = word(bytes.dropFirst(8))
        lowMask = JSONScanner.mask(min(8, bytes.count))
        highMask = JSONScanner.mask(max(0, bytes.count - 8))
        count = bytes.count
    }
}

/// One step through a member of a learned shape: literal bytes, and what follows them.
struct ShapeStep {
    /// What follows the literal bytes.
    enum Kind: UInt8 {
        /// The member's end, or more literal bytes.
        case nothing
        /// A string, its opening quote being the last of the literal bytes.
        case text
        case number
    }

    let literal: ShapeLiteral
    /// The same behind the member that was before it when it was learned, with what separates the two; or behind the
    /// opening brace.
    var expected: ShapeLiteral
    /// What follows.
    let kind: Kind
    /// Number of the field that the value is for; 0 for one that nobody asks for.
    let field: UInt8
    /// Bytes of the value when the shape was learned.
    var width = 0
    /// Whether it is the last of its member.
    var isLast = false
    /// A bit for the member's field.
    let bit: UInt32
}

extension JSONScanner {
    /// Takes a literal if it stands at the cursor.
    @inline(__always) mutating func take(_ literal: ShapeLiteral) -> Bool {
        let differences =
            (word(at: cursor) ^ literal.low) & literal.lowMask | (word(at: cursor + 8) ^ literal.high)
            & literal.highMask
        guard differences == 0 else { return false }
        cursor += literal.count
        return true
    }
}
