/// A string of a JSON text as it stands there, between its quotes: checked, escapes still in place.
///
/// Points into the payload and lives no longer than the decoding of it.
package struct JSONText {
    /// First byte after the opening quote.
    package var start: UnsafePointer<UInt8>
    /// Bytes up to the closing quote.
    package var count: Int
    /// Whether there is a backslash among them.
    package var hasEscapes: Bool

    /// The bytes, escapes in place.
    package var raw: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// Writes what the string stands for.
    ///
    /// - Parameter room: At least ``count`` bytes; an escape is never shorter than what it stands for.
    /// - Returns: The bytes written.
    /// - Complexity: O(``count``).
    func decode(into room: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var index = 0
        var written = 0
        func write(_ byte: UInt8) {
            room[written] = byte
            written += 1
        }
        while index < count {
            let byte = start[index]
            guard byte == 0x5C else {
                write(byte)
                index += 1
                continue
            }
            let escape = start[index + 1]
            index += 2
            switch escape {
            case 0x62: write(0x08)
            case 0x66: write(0x0C)
            case 0x6E: write(0x0A)
            case 0x72: write(0x0D)
            case 0x74: write(0x09)
            case 0x75:
                var scalar = codeUnit(at: index)
                index += 4
                if scalar & 0xFC00 == 0xD800 {
                    scalar = 0x1_0000 + ((scalar & 0x3FF) << 10 | codeUnit(at: index + 2) & 0x3FF)
                    index += 6
                }
                Self.encode(scalar, write)
            default: write(escape)
            }
        }
        return written
    }

    /// What the string stands for; allocates.
    package var decoded: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { room, written in
            written = decode(into: UnsafeMutableBufferPointer(start: room.baseAddress, count: count))
        }
    }

    /// The four hex digits of a checked `\u` escape.
    private func codeUnit(at index: Int) -> UInt32 {
        (index..<index + 4).reduce(0) { $0 << 4 | UInt32(JSONScanner.hexDigit(start[$1]) ?? 0) }
    }

    /// Writes a scalar as UTF-8.
    private static func encode(_ scalar: UInt32, _ write: (UInt8) -> Void) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift) & 0x3F) }
        switch scalar {
        case 0..<0x80: write(UInt8(scalar))
        case 0x80..<0x800:
            write(UInt8(0xC0 | scalar >> 6))
            write(tail(0))
        case 0x800..<0x1_0000:
            write(UInt8(0xE0 | scalar >> 12))
            write(tail(6))
            write(tail(0))
        default:
            write(UInt8(0xF0 | scalar >> 18))
            write(tail(12))
            write(tail(6))
            write(tail(0))
        }
    }
}

/// The name of a member, ready to be compared with known ones.
package struct JSONName {
    /// The name as it stands there.
    package var text: JSONText
    /// The name in one word (``JSONScanner/packed(_:)``); 0 where none of the known names has that form.
    package var packed: UInt64
}
