/// Base64 with the URL-safe alphabet (RFC 4648, section 5), as SenML data values have it.
enum Base64URL {
    /// Decodes text without padding; one or two `=` at its end are tolerated.
    ///
    /// - Returns: `nil` where a character is of another alphabet or the length is impossible.
    static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var text = text[...]
        for _ in 0..<2 where text.last == 0x3D { text.removeLast() }
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var bitCount = 0
        for character in text {
            let digit: UInt8
            switch character {
            case 0x41...0x5A: digit = character - 0x41
            case 0x61...0x7A: digit = character - 0x61 + 26
            case 0x30...0x39: digit = character - 0x30 + 52
            case 0x2D: digit = 62
            case 0x5F: digit = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(digit)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        return bytes
    }
}
