/// Walks over the bytes of one JSON text, strictly by RFC 8259, without allocating.
///
/// Strict: the whole grammar, UTF-8 without overlong forms or surrogates, nothing after the text. What a decoder does
/// not ask for is skipped and checked all the same. Never reads beyond the padding.
///
/// Every method expects its first byte at the cursor and leaves the cursor behind what it read; at a fault the cursor
/// stands there.
package struct JSONScanner {
    /// How deep arrays and objects may be nested.
    package static let maximumDepth = 32

    /// Zeros that must follow a text, so that its last bytes are read like all others.
    static let padding = 16

    private let start: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    var cursor: UnsafePointer<UInt8>

    /// Starts at the first byte of a text.
    ///
    /// - Requires: ``padding`` zeros behind the text, and that all of it stays as it is while the scanner and what it
    ///   returned are used.
    init(padded start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        end = start + count
        cursor = start
    }

    /// Scans a copy of a text, which stays as long as `body` runs.
    package static func scan<Result>(
        _ text: UnsafeBufferPointer<UInt8>,
        _ body: (inout JSONScanner) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count + padding) { copy in
            copy[text.count...].initialize(repeating: 0)
            _ = copy.update(from: text)
            var scanner = JSONScanner(padded: copy.baseAddress.unsafelyUnwrapped, count: text.count)
            return body(&scanner)
        }
    }

    /// Bytes from the start of the text to the cursor.
    package var offset: Int { cursor - start }

    /// The byte at the cursor; 0, which no JSON text may hold, at the end.
    @inline(__always) package var next: UInt8 { cursor.pointee }

    /// Skips white space.
    @inline(__always) package mutating func skipSpace() {
        while cursor.pointee <= 0x20 {
            switch cursor.pointee {
            case 0x20, 0x0A, 0x0D, 0x09: cursor += 1
            default: return
            }
        }
    }

    /// Takes the byte if it stands at the cursor.
    @inline(__always) package mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        cursor += 1
        return true
    }

    /// The fault, or that of a text that ends too early where it does.
    func fault(_ fault: JSONFault) -> JSONFault { cursor < end ? fault : .unexpectedEnd }

    /// Reads a member's name and the colon, up to the value.
    @inline(__always) package mutating func memberName() throws(JSONFault) -> JSONName {
        if let name = try shortMemberName() { return name }
        return try anyMemberName()
    }

    /// Reads what follows a value in an array or object, up to the next element; false when `close` ended it.
    @inline(__always) package mutating func moreElements(close: UInt8) throws(JSONFault) -> Bool {
        skipSpace()
        if take(0x2C) {
            skipSpace()
            return true
        }
        guard take(close) else { throw fault(.expectedCommaOrEnd) }
        return false
    }

    /// Checks that nothing but white space is left.
    package mutating func finish() throws(JSONFault) {
        skipSpace()
        guard cursor == end else { throw .trailingBytes }
    }

    /// Reads `true` or `false`.
    package mutating func bool() throws(JSONFault) -> Bool {
        if next == 0x74 {
            try literal("true")
            return true
        }
        try literal("false")
        return false
    }

    /// Reads `null`.
    package mutating func null() throws(JSONFault) { try literal("null") }

    private mutating func literal(_ letters: StaticString) throws(JSONFault) {
        for index in 0..<letters.utf8CodeUnitCount {
            guard next == letters.utf8Start[index] else { throw fault(.expectedValue) }
            cursor += 1
        }
    }

    /// Skips any value, checking it.
    ///
    /// - Parameter depth: Arrays and objects around the value.
    package mutating func skipValue(depth: Int) throws(JSONFault) {
        switch next {
        case 0x22: _ = try string()
        case 0x2D, 0x30...0x39: _ = try number()
        case 0x74, 0x66: _ = try bool()
        case 0x6E: try null()
        case 0x7B:
            guard depth < Self.maximumDepth else { throw .tooDeep }
            cursor += 1
            skipSpace()
            if take(0x7D) { return }
            repeat {
                _ = try memberName()
                try skipValue(depth: depth + 1)
            } while try moreElements(close: 0x7D)
        case 0x5B:
            guard depth < Self.maximumDepth else { throw .tooDeep }
            cursor += 1
            skipSpace()
            if take(0x5D) { return }
            repeat { try skipValue(depth: depth + 1) } while try moreElements(close: 0x5D)
        default: throw fault(.expectedValue)
        }
    }
}
