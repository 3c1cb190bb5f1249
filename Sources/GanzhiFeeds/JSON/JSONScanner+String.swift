internal import CGanzhi

extension JSONScanner {
    /// Reads a string, opening quote at the cursor, and checks its UTF-8 and escapes.
    ///
    /// - Complexity: O(length), sixteen bytes at a time as long as they are plain ASCII.
    @inline(__always) package mutating func string() throws(JSONFault) -> JSONText {
        cursor += 1
        return try openString()
    }

    /// Reads a string from behind its opening quote.
    @inline(__always) mutating func openString() throws(JSONFault) -> JSONText {
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
        while true {
            let marks = ganzhi_special_bytes(cursor)
            guard marks == 0 else {
                cursor += marks.trailingZeroBitCount
                return
            }
            cursor += 16
        }
    }

    /// Eight bytes as a word, the first lowest.
    ///
    /// - Requires: A place inside the text or at its end.
    @inline(__always) func word(at place: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: ganzhi_load_word(place))
    }

    /// Reads a member's name of up to 15 plain characters and its colon, up to the value.
    ///
    /// - Returns: `nil`, with nothing read, where another name or something else stands there.
    @inline(__always) mutating func shortMemberName() throws(JSONFault) -> JSONName? {
        guard next == 0x22 else { return nil }
        let start = cursor + 1
        let marks = ganzhi_special_bytes(start)
        guard marks != 0 else { return nil }
        let count = marks.trailingZeroBitCount
        guard start[count] == 0x22 else { return nil }
        let packed = count > 8 ? 0 : word(at: start) & Self.mask(count)
        cursor = start + count + 1
        skipSpace()
        guard take(0x3A) else { throw fault(.expectedColon) }
        skipSpace()
        return JSONName(text: JSONText(start: start, count: count, hasEscapes: false), packed: packed)
    }

    /// Plain characters at a place, up to the first that is special; more than fifteen count as 32.
    @inline(__always) static func plainCount(at place: UnsafePointer<UInt8>) -> Int {
        ganzhi_special_bytes(place).trailingZeroBitCount
    }

    /// The bits of a word's first bytes.
    ///
    /// - Parameter count: At most eight.
    @inline(__always) static func mask(_ count: Int) -> UInt64 {
        // Shifted in two steps, as a word cannot be shifted by all of its 64 bits.
        ~((UInt64.max &<< UInt64(4 * count)) &<< UInt64(4 * count))
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
        return word(at: text.start) & Self.mask(min(text.count, 8))
    }

    /// The slow way to pack, for names that stand in no text.
    package static func pack(_ bytes: some Collection<UInt8>) -> UInt64 {
        guard bytes.count <= 8, !bytes.contains(0) else { return 0 }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
