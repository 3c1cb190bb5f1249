import Foundation
import GanzhiModel
import GanzhiStore

/// An event whose bytes say what its columns say.
func event(
    _ serial: UInt64,
    level: String = "red",
    scenario: String = "flood",
    key: String = "d1",
    district: String = "330106",
    device: String = "d1",
    subject: String = "e1",
    type: String = "ganzhi.warning.raised",
    time: Timestamp? = nil
) -> Event {
    let time = time ?? Timestamp(microseconds: 1_781_935_920_000_123 + Int64(serial) * 1000)
    let id = "\(subject)-\(serial)"
    var writer = JSONWriter()
    writer.object { writer in
        writer.member("id", id)
        writer.member("type", type)
        writer.member("subject", subject)
        writer.member("serial", serial)
        writer.member("time", time.rfc3339)
        writer.name("data")
        writer.object { writer in
            for case (let name, let value) in [
                ("scenario", scenario), ("key", key), ("level", level), ("district", district),
            ] where !value.isEmpty {
                writer.name(escaping: name)
                writer.value(value)
            }
        }
    }
    return Event(
        serial: serial,
        id: id,
        type: type,
        subject: subject,
        time: time,
        scenario: scenario,
        key: key,
        level: level,
        district: district,
        device: device,
        bytes: writer.bytes
    )
}

/// A commit at a position.
func commit(_ position: UInt64, _ events: [Event] = []) -> Commit {
    var commit = Commit(position: position)
    commit.events = events
    return commit
}

/// A silence of everything red.
func silence(_ id: String, kind: Suppression.Kind = .silence, until: Timestamp = now + .hours(1)) -> Suppression {
    Suppression(id: id, kind: kind, matchers: [.level: ["red"]], author: "duty", reason: "known", until: until)
}

/// A point of the trace of scenario `s` at `d1`, by seconds before or behind ``now``.
func point(_ seconds: Int64, level: Level? = .blue, depth: Double = 0.1) -> TracePoint {
    TracePoint(
        scenario: "s",
        key: "d1",
        instant: now + .seconds(seconds),
        level: level,
        values: [.init(measure: "depth", value: depth), .init(measure: "a", value: -2)]
    )
}

/// Some wall clock.
let now = Timestamp(milliseconds: 1_781_936_000_000)

/// The sqlite3 command-line tool, with which a person would look at or meddle with a database.
enum SQLiteTool {
    static let place = "/usr/bin/sqlite3"
    static let isPresent = FileManager.default.isExecutableFile(atPath: place)
    static let absence = "the sqlite3 tool is not installed (apt install sqlite3)"

    /// Runs statements on a database and returns exit code and everything printed.
    static func run(_ sql: String, on file: URL) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: place)
        process.arguments = ["-bail", file.path(percentEncoded: false)]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(sql.utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}

extension URL {
    /// The database in this data folder.
    var database: URL { appending(path: EventStore.fileName) }
}

extension ChainReport {
    /// Whether all events up to the last one are there and sound.
    func isSound(through serial: UInt64) -> Bool { fault == nil && sound == serial && absent.isEmpty }
}
