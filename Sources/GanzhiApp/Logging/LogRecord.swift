import Foundation
import GanzhiModel
import GanzhiStore
import Logging

/// One matter of the log.
struct LogRecord: Sendable {
    /// Wall clock.
    var time: Timestamp
    var level: Logger.Level
    var message: String
    /// Values by name, in the order of the names; what was nested has names with dots.
    var values: [(name: String, value: String)]
    /// Where in the sources.
    var file: String
    var line: UInt
    var function: String

    init(_ event: LogEvent, values metadata: Logger.Metadata, at time: Timestamp) {
        self.time = time
        level = event.level
        message = event.message.description
        var values: [(name: String, value: String)] = []
        Self.flatten(metadata, under: "", into: &values)
        if let error = event.error { values.append(("error", "\(error)")) }
        self.values = values.sorted { $0.name < $1.name }
        file = event.file
        line = event.line
        function = event.function
    }

    private static func flatten(
        _ metadata: Logger.Metadata,
        under prefix: String,
        into values: inout [(name: String, value: String)]
    ) {
        for (name, value) in metadata {
            if case .dictionary(let inner) = value {
                flatten(inner, under: "\(prefix)\(name).", into: &values)
            } else {
                values.append((prefix + name, value.description))
            }
        }
    }

    /// Message and values in one line, without time and level: `subscribed filter=a/# qos=1`.
    var words: String {
        ([message] + values.map { "\($0.name)=\(Self.quoted($0.value))" }).map(TerminalText.safe)
            .joined(separator: " ")
    }

    /// A value that can be told from what stands beside it.
    private static func quoted(_ value: String) -> String {
        guard value.isEmpty || value.contains(where: { $0 == " " || $0 == "\"" }) else { return value }
        return "\"\(value.replacing("\"", with: "\\\""))\""
    }

    /// The line for people, with the time on the clocks of a zone.
    func text(in zone: TimeZone) -> String {
        let time = TerminalText.local(time, in: zone).replacing(" ", with: "T", maxReplacements: 1)
        return "\(time) \(TerminalText.padded(level.rawValue, to: 8)) \(words)"
    }

    /// The line of JSON.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("time", time.rfc3339)
            writer.member("level", level.rawValue)
            writer.member("message", message)
            for (name, value) in values {
                let isTaken = ["time", "level", "message"].contains(name)
                writer.name(escaping: isTaken ? "value.\(name)" : name)
                writer.value(value)
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
