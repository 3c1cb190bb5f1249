internal import Crypto

/// The hash chain over events, which makes a changed, removed or inserted event visible.
///
/// The hash of an event is SHA-256 over the 32 bytes of the hash before it, followed by the event's bytes. The first
/// event follows 32 zero bytes. Anyone can recompute it with any SHA-256 tool.
public enum EventChain {
    /// What stands before the first event: 32 zero bytes.
    public static let origin = [UInt8](repeating: 0, count: 32)

    /// The hash of an event, 32 bytes.
    ///
    /// - Parameters:
    ///   - previous: Hash of the event before, or ``origin``.
    ///   - bytes: The event as stored and published.
    public static func hash(after previous: [UInt8], bytes: [UInt8]) -> [UInt8] {
        var sha = SHA256()
        sha.update(data: previous)
        sha.update(data: bytes)
        return Array(sha.finalize())
    }

    /// SHA-256 of some bytes.
    static func hash(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    /// Bytes as lower-case hexadecimal digits.
    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
