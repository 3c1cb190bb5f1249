import GanzhiTestSupport
import Testing

@testable import GanzhiJournal

private func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { CRC32C.checksum($0) } }

@Test func `the checksum agrees with the published vectors`() {
    #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
    // RFC 3720, appendix B.4.
    #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(checksum([]) == 0)
}

@Test func `the checksum agrees with one computed bit by bit at every length and alignment`() {
    var generator = SeededGenerator(seed: 1)
    let bytes = (0..<120).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for start in 0..<9 {
        for end in start...bytes.count {
            var crc = ~UInt32(0)
            for byte in bytes[start..<end] {
                crc ^= UInt32(byte)
                for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            }
            let fast = bytes.withUnsafeBytes {
                CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[start..<end]))
            }
            #expect(fast == ~crc)
            let table = bytes.withUnsafeBytes {
                CRC32C.tableChecksum(UnsafeRawBufferPointer(rebasing: $0[start..<end]))
            }
            #expect(table == ~crc)
        }
    }
}
