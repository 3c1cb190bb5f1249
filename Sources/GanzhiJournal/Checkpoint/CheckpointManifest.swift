import Foundation
import GanzhiModel

/// What a checkpoint is of.
public struct CheckpointManifest: Sendable, Hashable, Codable {
    /// The last journal block whose effects it holds.
    public let position: UInt64
    /// Serial of the last event decided by then.
    public let serial: UInt64
    /// Name of the generation in force.
    public let generation: String
    /// Version of the state inside.
    public let state: Int
    /// When it was taken, in Unix milliseconds.
    public let taken: Int64

    /// Creates a manifest.
    public init(position: UInt64, serial: UInt64, generation: String, state: Int, taken: Int64) {
        self.position = position
        self.serial = serial
        self.generation = generation
        self.state = state
        self.taken = taken
    }

    /// JSON, with members in the order of the properties.
    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.member("position", position)
            $0.member("serial", serial)
            $0.member("generation", generation)
            $0.member("state", state)
            $0.member("taken", taken)
        }
        return writer.bytes
    }

    init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) }
}
