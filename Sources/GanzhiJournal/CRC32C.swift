import CGanzhi

/// The Castagnoli checksum of every block and segment header.
///
/// - Source: RFC 3720, appendix B.4; polynomial 0x1EDC6F41, reflected. Computed by the processor where it can, else
///   eight bytes a step ("slicing-by-8", Kounavis and Berry, "A Systematic Approach to Building High Performance Software-based CRC Generators", 2005).
enum CRC32C {
    /// Eight tables of 256 entries; allocated once and never freed or changed.
    nonisolated(unsafe) private static let tables: UnsafePointer<UInt32> = {
        let tables = UnsafeMutablePointer<UInt32>.allocate(capacity: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<(8 * 256) {
            let previous = tables[index - 256]
            tables[index] = (previous >> 8) ^ tables[Int(previous & 0xFF)]
        }
        return UnsafePointer(tables)
    }()

    /// The checksum of some bytes.
    ///
    /// - Complexity: O(*n*), two or three bytes per CPU cycle.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard hasInstruction, let first = bytes.baseAddress else { return tableChecksum(bytes) }
        return ~ganzhi_crc32c(~0, first, bytes.count)
    }

    /// The checksum of some bytes and those that follow them.
    static func checksum(_ bytes: UnsafeRawBufferPointer, followedBy rest: UnsafeRawBufferPointer) -> UInt32 {
        guard let first = rest.baseAddress else { return checksum(bytes) }
        let before = checksum(bytes)
        return hasInstruction ? ~ganzhi_crc32c(~before, first, rest.count) : tableChecksum(rest, after: before)
    }

    private static let hasInstruction = ganzhi_has_crc32c() != 0

    /// The checksum without help from the processor.
    ///
    /// - Parameter before: The checksum of the bytes that come before.
    /// - Complexity: O(*n*), about one byte per CPU cycle.
    static func tableChecksum(_ bytes: UnsafeRawBufferPointer, after before: UInt32 = 0) -> UInt32 {
        let tables = tables
        guard var next = bytes.baseAddress else { return before }
        var left = bytes.count
        var crc = ~before
        while left >= 8 {
            let word = UInt64(littleEndian: next.loadUnaligned(as: UInt64.self)) ^ UInt64(crc)
            let low = tables[Int(word & 0xFF) + 7 * 256] ^ tables[Int(word >> 8 & 0xFF) + 6 * 256]
            let lowMiddle = tables[Int(word >> 16 & 0xFF) + 5 * 256] ^ tables[Int(word >> 24 & 0xFF) + 4 * 256]
            let highMiddle = tables[Int(word >> 32 & 0xFF) + 3 * 256] ^ tables[Int(word >> 40 & 0xFF) + 2 * 256]
            let high = tables[Int(word >> 48 & 0xFF) + 256] ^ tables[Int(word >> 56)]
            crc = low ^ lowMiddle ^ highMiddle ^ high
            next += 8
            left -= 8
        }
        while left > 0 {
            crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(next.load(as: UInt8.self))) & 0xFF)]
            next += 1
            left -= 1
        }
        return ~crc
    }
}
