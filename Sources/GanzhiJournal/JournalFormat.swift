import GanzhiModel

/// How segments and blocks lie in files; version 1, little endian.
///
/// A *segment* is a file named by its first sequence in twenty digits, `00000000000000000001.journal`:
///
/// | bytes | segment header |
/// |---|---|
/// | 0…7 | magic `GZJRNL\r\n` |
/// | 8…11 | format version, 1 |
/// | 12…15 | zero |
/// | 16…23 | first sequence |
/// | 24…27 | zero |
/// | 28…31 | CRC32C over bytes 0…27 |
///
/// Blocks follow, each at a multiple of 8; the gaps and the preallocated rest are zero:
///
/// | bytes | block |
/// |---|---|
/// | 0…3 | CRC32C over bytes 4…length − 1 |
/// | 4…7 | length of header and body |
/// | 8…15 | sequence |
/// | 16…23 | received, microseconds since 1970 UTC |
/// | 24…31 | monotonic, microseconds |
/// | 32…35 | place in its batch, from 1: sequence − the last sequence that was durable when it was written |
/// | 36 | kind: 1 start, 2 config, 3 feed, 4 message, 5 tick, 6 command |
/// | 37…39 | zero |
/// | 40… | body |
///
/// | kind | body |
/// |---|---|
/// | start, tick | empty |
/// | config | the generation's name |
/// | command | the command, JSON |
/// | feed | state (0 down, 1 up, 2 drained), name |
/// | message | lengths of feed, topic and content type (16 bits each), packet id (16 bits), flags (8 bits; 1 = retained), three zero bytes, feed, topic, content type, payload |
///
/// The place in the batch tells a torn batch from damage. The pages of a batch reach the disk in any order, so after a
/// power failure a valid block may follow a torn one; only when a later block says that the torn one had been durable
/// is it damage. A batch never crosses segments. Where a segment begins before the end of the one before it, as it does
/// when a batch could not be made durable and was written anew, the earlier one counts up to the later one's first
/// sequence only.
enum JournalFormat {
    static let version: UInt32 = 1
    static let magic: [UInt8] = Array("GZJRNL\r\n".utf8)
    static let segmentHeaderBytes = 32
    static let blockHeaderBytes = 40
    static let messageHeaderBytes = 12
    static let alignment = 8
    /// Above what MQTT can carry in one message with its names; a greater length is no block.
    static let longestBlock = 1 << 29
    static let fileSuffix = ".journal"

    /// The kinds of blocks by number.
    enum Kind: UInt8 {
        case start = 1
        case config = 2
        case feed = 3
        case message = 4
        case tick = 5
        case command = 6
    }

    /// A length with its padding.
    static func padded(_ length: Int) -> Int { (length + alignment - 1) & ~(alignment - 1) }

    /// The name of the segment that begins with a sequence.
    static func fileName(first: UInt64) -> String {
        let digits = String(first)
        return String(repeating: "0", count: 20 - digits.count) + digits + fileSuffix
    }

    /// The first sequence that a segment's name gives; `nil` for other names.
    static func firstSequence(fileName: String) -> UInt64? {
        guard fileName.utf8.count == 20 + fileSuffix.utf8.count, fileName.hasSuffix(fileSuffix) else { return nil }
        let digits = fileName.utf8.prefix(20)
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
    }

    /// The header of a segment.
    static func segmentHeader(first: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: segmentHeaderBytes)
        bytes.withUnsafeMutableBytes { header in
            header.copyBytes(from: magic)
            header.storeBytes(of: version.littleEndian, toByteOffset: 8, as: UInt32.self)
            header.storeBytes(of: first.littleEndian, toByteOffset: 16, as: UInt64.self)
            let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: header[..<28]))
            header.storeBytes(of: checksum.littleEndian, toByteOffset: 28, as: UInt32.self)
        }
        return bytes
    }
}

/// The fields in front of a block's body.
struct BlockHeader {
    var length: Int
    var sequence: UInt64
    var received: Timestamp
    var monotonic: Int64
    var placeInBatch: UInt32
    var kind: UInt8

    /// The last sequence that was durable when the block was written.
    var durable: UInt64 { sequence &- UInt64(placeInBatch) }

    /// Reads a header, or returns `nil` where the bytes cannot be one.
    ///
    /// - Parameter bytes: At least ``JournalFormat/blockHeaderBytes``.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        let sequence = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let place = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 32, as: UInt32.self))
        guard length >= JournalFormat.blockHeaderBytes, length <= JournalFormat.longestBlock, place > 0,
            sequence >= UInt64(place)
        else { return nil }
        self.length = length
        self.sequence = sequence
        placeInBatch = place
        received = Timestamp(
            microseconds: Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self))
        )
        monotonic = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: Int64.self))
        kind = bytes[36]
    }

    /// Whether the checksum of a whole block fits its bytes.
    static func isIntact(_ block: UnsafeRawBufferPointer) -> Bool {
        UInt32(littleEndian: block.loadUnaligned(as: UInt32.self))
            == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: block[4...]))
    }
}
