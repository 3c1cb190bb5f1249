import Foundation
import GanzhiModel

/// How commands lie in blocks: JSON with sorted keys.
enum CommandForm {
    static func encode(_ command: Command) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try Array(encoder.encode(command))
    }

    static func decode(_ body: UnsafeRawBufferPointer) -> Command? {
        try? JSONDecoder().decode(Command.self, from: Data(body))
    }
}
