import Crypto
import Foundation

extension Generation {
    /// The canonical bundle: JSON with sorted keys and no blanks, from which the generation can be read back.
    public func bundle() -> [UInt8] { Self.canonical(self) }

    /// Reads a generation back from its bundle.
    public init(bundle: [UInt8]) throws { self = try JSONDecoder().decode(Generation.self, from: Data(bundle)) }

    /// The name of the generation whose bundle this is: its SHA-256 in hex.
    public static func name(ofBundle bundle: [UInt8]) -> String { EpisodeID.hex(SHA256.hash(data: bundle)) }

    /// The name of this generation: SHA-256 of its canonical bundle, in hex.
    public var name: String { Self.name(ofBundle: bundle()) }

    fileprivate static func canonical(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try Array(encoder.encode(value))
        } catch {
            preconditionFailure("Settings hold only what JSON can hold: \(error)")
        }
    }
}

extension Scenario {
    /// SHA-256 of its canonical form, in hex, as events carry it.
    public var hash: String { EpisodeID.hex(SHA256.hash(data: Generation.canonical(self))) }
}
