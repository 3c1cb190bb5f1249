extension JSONScanner {
    /// Reads a string, opening quote at the cursor, and checks its UTF-8 and escapes.
    ///
    /// - Complexity: O(length), eight bytes at a time as long as they are plain ASCII.
    @inline(__always) package mutating func string() throws(JSONFault) -> JSONText {
        cursor += 1
        var text = JSONText(start: cursor, count: 0, hasEscapes: false)
        while true {
            skipPlainCharacters()
            guard cursor < end else { throw .unexpectedEnd }
            if cursor.pointee == 0x22 { break }
            try specialCharacter(hasEscapes: &text.hasEscapes)
        }
        text.count = cursor - text.start
        cursor += 1
        return text
    }

    /// Moves to the next byte that is a quote, a backslash, a control character, not ASCII, or the end.
    @inline(__always) private mutating func skipPlainCharacters() {
        while end - cursor >= 8 {
            let marks = Self.marks(of: word(at: cursor))
            guard marks == 0 else {
                cursor += marks.trailingZeroBitCount >> 3
                return
            }
            cursor += 8
        }
        while cursor < end {
            let byte = cursor.pointee
            if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { return }
            cursor += 1
        }
    }

    /// Eight bytes as a word, the first lowest.
    ///
    /// - Requires: Eight bytes before the end.
    @inline(__always) func word(at place: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
    }

    /// Marks the high bit of the first byte that is a quote, a backslash, a control character or not ASCII.
    ///
    /// Bytes behind that one may be marked wrongly.
    ///
    /// - Source: "Determine if a word has a byte less than n" and "…equal to n" of Sean Anderson's Bit Twiddling Hacks.
    @inline(__always) private static func marks(of word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        return
            ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word | word)
            & 0x8080_8080_8080_8080
    }

    /// Reads a member's name of up to seven plain characters and its colon, up to the value.
    ///
    /// - Returns: `nil`, with nothing read, where something else stands there or space is between.
    @inline(__always) mutating func shortMemberName() -> JSONName? {
        guard end - cursor >= 11, cursor.pointee == 0x22 else { return nil }
        let start = cursor + 1
        let word = word(at: start)
        let marks = Self.marks(of: word)
        guard marks != 0 else { return nil }
        let count = marks.trailingZeroBitCount >> 3
        guard start[count] == 0x22, start[count + 1] == 0x3A, start[count + 2] > 0x20 else { return nil }
        cursor = start + count + 2
        // Shifted in two steps, as a word cannot be shifted by all of its 64 bits.
        return JSONName(
            text: JSONText(start: start, count: count, hasEscapes: false),
            packed: word & ((UInt64.max &>> UInt64(8 * (7 - count))) &>> 8)
        )
    }

    /// Reads any member's name and its colon, up to the value.
    mutating func anyMemberName() throws(JSONFault) -> JSONName {
        guard next == 0x22 else { throw fault(.expectedMemberName) }
        let text = try string()
        skipSpace()
        guard take(0x3A) else { throw fault(.expectedColon) }
        skipSpace()
        return JSONName(text: text, packed: packed(text))
    }

    /// Reads an escape or a character beyond ASCII.
    private mutating func specialCharacter(hasEscapes: inout Bool) throws(JSONFault) {
        let byte = cursor.pointee
        if byte >= 0x80 {
            let length = Self.characterLength(UnsafeBufferPointer(start: cursor, count: end - cursor))
            guard length > 0 else { throw .badUTF8 }
            cursor += length
        } else if byte == 0x5C {
            hasEscapes = true
            try escape()
        } else {
            throw .controlCharacter
        }
    }

    private mutating func escape() throws(JSONFault) {
        cursor += 1
        switch next {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: cursor += 1
        case 0x75:
            cursor += 1
            let unit = try codeUnit()
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit & 0xFC00 == 0xD800, take(0x5C), take(0x75), try codeUnit() & 0xFC00 == 0xDC00 else {
                throw .unpairedSurrogate
            }
        default: throw fault(.badEscape)
        }
    }

    private mutating func codeUnit() throws(JSONFault) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Self.hexDigit(next) else { throw fault(.badEscape) }
            unit = unit << 4 | UInt16(digit)
            cursor += 1
        }
        return unit
    }

    /// The value of a hex digit, either case.
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// Bytes of the well-formed character beyond ASCII at the start; 0 where there is none.
    ///
    /// - Source: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
    static func characterLength(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        func isTail(_ index: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index < bytes.count && range.contains(bytes[index])
        }
        switch bytes[0] {
        case 0xC2...0xDF: return isTail(1) ? 2 : 0
        case 0xE0: return isTail(1, 0xA0...0xBF) && isTail(2) ? 3 : 0
        case 0xED: return isTail(1, 0x80...0x9F) && isTail(2) ? 3 : 0
        case 0xE1...0xEF: return isTail(1) && isTail(2) ? 3 : 0
        case 0xF0: return isTail(1, 0x90...0xBF) && isTail(2) && isTail(3) ? 4 : 0
        case 0xF1...0xF3: return isTail(1) && isTail(2) && isTail(3) ? 4 : 0
        case 0xF4: return isTail(1, 0x80...0x8F) && isTail(2) && isTail(3) ? 4 : 0
        default: return 0
        }
    }
}

extension JSONScanner {
    /// The string packed into a word, its first byte lowest, to be compared with a known name.
    ///
    /// - Returns: 0 where it is empty, longer than eight bytes or holds a NUL, and so none of the known names.
    @inline(__always) package func packed(_ text: JSONText) -> UInt64 {
        if text.hasEscapes { return Self.pack(text.decoded) }
        guard text.count &- 1 < 8, text.count > 0 else { return 0 }
        return prefix(text)
    }

    /// The first eight bytes of a string as they stand there, zeros behind a shorter one.
    @inline(__always) func prefix(_ text: JSONText) -> UInt64 {
        guard text.count > 0 else { return 0 }
        let count = min(text.count, 8)
        guard end - text.start >= 8 else { return Self.pack(UnsafeBufferPointer(rebasing: text.raw[..<count])) }
        return word(at: text.start) & (UInt64.max >> UInt64(64 - 8 * count))
    }

    /// The slow way to pack, for strings with escapes and at the very end of the text.
    package static func pack(_ bytes: some Collection<UInt8>) -> UInt64 {
        guard bytes.count <= 8, !bytes.contains(0) else { return 0 }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
