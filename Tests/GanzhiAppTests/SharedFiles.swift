import Foundation
import GanzhiTestSupport

extension SharedData {
    /// The lines of a file of the data, unpacked.
    static func lines(_ name: String) throws -> [Data.SubSequence] {
        guard let url = path(name) else { throw Ganzhi.Failure(description: "\(name): \(absence)") }
        let result = try ChildProcess.run("/bin/gzip", ["-dc", url.path])
        guard result.status == 0 else { throw Ganzhi.Failure(description: "\(name): \(result.errors)") }
        return result.output.split(separator: 0x0A)
    }
}

/// One message of a capture.
struct CapturedMessage {
    /// Milliseconds since 1970.
    var received: Int64
    var topic: String
    /// JSON text.
    var payload: String

    /// The line, with its end.
    var line: String {
        let fraction = String(received % 1000 + 1000).dropFirst()
        let text = payload.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return #"{"received":\#(received / 1000).\#(fraction),"topic":"\#(topic)","payload":"\#(text)"}"# + "\n"
    }
}
