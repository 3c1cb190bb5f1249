/// How checkpoints lie in files; version 1, little endian.
///
/// A *checkpoint* is a file named by its position in twenty digits, `00000000000000012345.checkpoint`. It is written under
/// that name and `.partial`, made durable, and renamed: a file without the suffix is whole, or was damaged later.
///
/// | bytes | header |
/// |---|---|
/// | 0…7 | magic `GZCKPT\r\n` |
/// | 8…11 | format version, 1 |
/// | 12…15 | CRC32C over bytes 0…11 |
///
/// Chunks follow without gaps. The first holds the manifest, a ``CheckpointManifest`` as JSON; those behind it the state;
/// the last is empty and says that none is missing.
///
/// | bytes | chunk |
/// |---|---|
/// | 0…3 | CRC32C over bytes 4…15 + length |
/// | 4…7 | length of the content, at most 1 MiB |
/// | 8…15 | number of the chunk, from 0 |
/// | 16… | content |
enum CheckpointFormat {
    static let version: UInt32 = 1
    static let magic: [UInt8] = Array("GZCKPT\r\n".utf8)
    static let headerBytes = 16
    static let chunkHeaderBytes = 16
    static let longestChunk = 1 << 20
    static let suffix = ".checkpoint"
    static let partialSuffix = ".partial"
    /// Of the name of a file that could not be used.
    static let refusedSuffix = ".refused"

    /// The name of the checkpoint at a position.
    static func fileName(position: UInt64) -> String {
        let digits = String(position)
        return String(repeating: "0", count: 20 - digits.count) + digits + suffix
    }

    /// The position that a file's name gives; `nil` for other names.
    static func position(fileName: String) -> UInt64? {
        guard fileName.utf8.count == 20 + suffix.utf8.count, fileName.hasSuffix(suffix) else { return nil }
        return UInt64(fileName.dropLast(suffix.count))
    }

    /// The header of a file.
    static func header() -> [UInt8] {
        var bytes = magic
        withUnsafeBytes(of: version.littleEndian) { bytes += $0 }
        let checksum = bytes.withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes += $0 }
        return bytes
    }
}
