import Crypto

/// Names of episodes: the same on every machine that replays the same input.
enum EpisodeID {
    /// First 16 bytes, in hex, of SHA-256 over the fields in UTF-8, joined by NUL.
    static func make(_ fields: [String]) -> String {
        hex(SHA256.hash(data: Array(fields.joined(separator: "\0").utf8)).prefix(16))
    }

    /// Id of an event: the episode's id, `-` and a six-digit sequence from 000001.
    static func event(_ episode: String, sequence: UInt32) -> String { "\(episode)-\(digits(sequence))" }

    /// A sequence as events show it.
    static func digits(_ sequence: UInt32) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// Bytes as lower-case hex.
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
