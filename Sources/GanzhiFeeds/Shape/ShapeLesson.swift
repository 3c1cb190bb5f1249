/// Takes a good record apart into what its shape is made of.
struct ShapeLesson {
    /// How deep values that nobody asks for may be nested, so that no other record of the shape is too deep.
    private static let maximumDepth = 8
    private static let maximumSteps = 128

    private(set) var steps: [ShapeStep] = []
    /// For each member its first step, and its name's opening quote.
    private(set) var starts: [(step: Int, name: UnsafePointer<UInt8>)] = []
    /// Bits of the fields that all records must have.
    private(set) var required: UInt32 = 0
    /// Bits of the fields that have strings.
    private(set) var texts: UInt32 = 0
    /// What stands between the brace, with it, and the first member.
    private(set) var opening: [UInt8] = []
    /// What stands between two members.
    private(set) var separator: [UInt8] = [0x2C]
    /// What stands behind the last member, brace included.
    private(set) var closing: [UInt8] = []

    private let longest: Int
    private var scanner: JSONScanner
    /// The first byte that no step has yet.
    private var literal: UnsafePointer<UInt8>
    /// Bits of the fields met so far.
    private var fields: UInt32 = 0
    /// The field of the member at hand; 0 for none.
    private var field: UInt8 = 0

    /// Learns from the record between `start` and the scanner's cursor; `nil` where it has no shape to learn.
    ///
    /// - Parameter longest: The most bytes of a member's first literal; others must fit into it with what separates.
    init?(
        _ scanner: JSONScanner,
        from start: UnsafePointer<UInt8>,
        longest: Int,
        field: (_ name: UInt64) -> ShapeField?
    ) {
        self.longest = longest
        self.scanner = scanner
        self.scanner.cursor = start + 1
        literal = start
        guard (try? walk(field)) == true, self.scanner.cursor == scanner.cursor, steps.count <= Self.maximumSteps,
            max(opening.count, separator.count, closing.count) <= ShapeLiteral.longest
        else { return nil }
        for (step, name) in starts {
            let before = step == 0 ? opening : separator
            let expected = before + between(name, name + steps[step].literal.count)
            guard expected.count <= ShapeLiteral.longest else { return nil }
            steps[step].expected = ShapeLiteral(expected)
        }
    }

    /// Walks over the record from behind its brace; false where it is not to be learned.
    private mutating func walk(_ field: (_ name: UInt64) -> ShapeField?) throws(JSONFault) -> Bool {
        scanner.skipSpace()
        opening = between(literal, scanner.cursor)
        guard scanner.next == 0x22 else { return false }
        while true {
            guard starts.count < Shape.maximumMembers, try member(field) else { return false }
            let end = scanner.cursor
            let isMore = try scanner.moreElements(close: 0x7D)
            let gap = between(end, scanner.cursor)
            guard isMore else {
                closing = gap
                return true
            }
            guard starts.count == 1 || gap == separator else { return false }
            separator = gap
        }
    }

    private mutating func member(_ field: (_ name: UInt64) -> ShapeField?) throws(JSONFault) -> Bool {
        starts.append((step: steps.count, name: scanner.cursor))
        literal = scanner.cursor
        self.field = 0
        if let known = field(try scanner.memberName().packed) {
            guard fields & known.bit == 0 else { return false }
            fields |= known.bit
            self.field = known.number
            if known.isRequired { required |= known.bit }
            if scanner.next == 0x22 { texts |= known.bit }
        }
        guard try value(depth: 1) else { return false }
        if literal < scanner.cursor { step(to: scanner.cursor, .nothing) }
        steps[steps.count - 1].isLast = true
        return true
    }

    /// Walks over a value; false where it is not to be learned.
    private mutating func value(depth: Int) throws(JSONFault) -> Bool {
        switch scanner.next {
        case 0x22:
            step(to: scanner.cursor + 1, .text)
            steps[steps.count - 1].width = try scanner.string().count
            literal = scanner.cursor
        case 0x2D, 0x30...0x39:
            step(to: scanner.cursor, .number)
            _ = try scanner.number()
            steps[steps.count - 1].width = scanner.cursor - literal
            literal = scanner.cursor
        case 0x7B: return try elements(close: 0x7D, depth: depth)
        case 0x5B: return try elements(close: 0x5D, depth: depth)
        default: try scanner.skipValue(depth: depth)
        }
        return true
    }

    private mutating func elements(close: UInt8, depth: Int) throws(JSONFault) -> Bool {
        guard depth < Self.maximumDepth, field == 0 else { return false }
        scanner.cursor += 1
        scanner.skipSpace()
        if scanner.take(close) { return true }
        repeat {
            if close == 0x7D { _ = try scanner.memberName() }
            guard try value(depth: depth + 1) else { return false }
        } while try scanner.moreElements(close: close)
        return true
    }

    /// Adds the literal bytes up to a place, and what follows there.
    private mutating func step(to end: UnsafePointer<UInt8>, _ kind: ShapeStep.Kind) {
        if literal == starts.last?.name, end - literal > longest { add(to: literal + longest, .nothing) }
        while end - literal > ShapeLiteral.longest { add(to: literal + ShapeLiteral.longest, .nothing) }
        add(to: end, kind)
    }

    private mutating func add(to end: UnsafePointer<UInt8>, _ kind: ShapeStep.Kind) {
        let bit: UInt32 = field == 0 ? 0 : 1 << UInt32(field)
        let bytes = ShapeLiteral(between(literal, end))
        steps.append(ShapeStep(literal: bytes, expected: bytes, kind: kind, field: field, bit: bit))
        literal = end
    }

    private func between(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> [UInt8] {
        Array(UnsafeBufferPointer(start: start, count: end - start))
    }
}
