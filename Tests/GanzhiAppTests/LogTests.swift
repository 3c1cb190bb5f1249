import Foundation
import GanzhiModel
import GanzhiTestSupport
import Logging
import Synchronization
import Testing

@testable import GanzhiApp

@Suite struct LogTests {
    /// A log whose clock the test moves, with all that it wrote.
    final class Log: Sendable {
        let microseconds = Mutex<Int64>(0)
        let written = Mutex<[LogRecord]>([])
        let alarms = Mutex<[(at: Int64, body: @Sendable () -> Void)]>([])

        var daemonLog: DaemonLog {
            let clock = LogClock(
                now: { Timestamp(microseconds: self.microseconds.withLock { $0 }) },
                monotonic: { self.microseconds.withLock { $0 } },
                after: { span, body in
                    let now = self.microseconds.withLock { $0 }
                    self.alarms.withLock { $0.append((now + span, body)) }
                }
            )
            return DaemonLog(clock: clock) { record in self.written.withLock { $0.append(record) } }
        }

        func advance(seconds: Int64) {
            let now = microseconds.withLock { now in
                now += seconds * 1_000_000
                return now
            }
            let due = alarms.withLock { alarms in
                defer { alarms.removeAll { $0.at <= now } }
                return alarms.filter { $0.at <= now }
            }
            for alarm in due { alarm.body() }
        }

        /// What was written since the last call.
        func take() -> [String] {
            written.withLock { written in
                defer { written = [] }
                return written.map { "\($0.level) \($0.words)" }
            }
        }
    }

    static func record(_ message: String, _ values: Logger.Metadata = [:], level: Logger.Level = .info) -> LogRecord {
        let event = LogEvent(
            level: level,
            message: "\(message)",
            metadata: nil,
            source: nil,
            file: "GanzhiApp/Some.swift",
            function: "some()",
            line: 7
        )
        return LogRecord(event, values: values, at: Timestamp(milliseconds: 1_781_935_930_412))
    }

    @Test func `a message that repeats is shown ten times a minute, and then it is told how often it was not`() {
        let log = Log()
        let logger = log.daemonLog.logger(.info)
        for number in 1...137 { logger.error("refused", metadata: ["number": "\(number)"]) }
        let shown = log.take()
        #expect(shown.count == 10)
        #expect(shown.first == "error refused number=1")
        #expect(shown.last?.contains("number=10 ") == true && shown.last?.contains("only counted") == true)
        log.advance(seconds: 59)
        logger.error("refused")
        #expect(log.take().isEmpty)
        log.advance(seconds: 1)
        #expect(log.take() == ["error messages were left out that repeat left-out=128 like=refused"])
        logger.error("refused")
        #expect(log.take() == ["error refused"], "a new minute begins with the next message")
        log.advance(seconds: 120)
        #expect(log.take().isEmpty, "nothing was left out")
    }

    @Test func `distinct messages and levels never cut each other`() {
        let log = Log()
        let logger = log.daemonLog.logger(.info)
        for _ in 1...50 { logger.error("one") }
        logger.error("other")
        logger.warning("one")
        #expect(log.take().suffix(2) == ["error other", "warning one"])
    }

    @Test func `more matters than can be counted are shown, not lost`() {
        var limit = LogRateLimit()
        for number in 0..<5000 {
            #expect(limit.admit(.init(level: .error, message: "\(number)"), at: 0) == .shown)
        }
        for _ in 0..<50 { #expect(limit.admit(.init(level: .error, message: "4999"), at: 0) == .shown) }
    }

    @Test func `what was left out is told at the end, too`() {
        let log = Log()
        let daemonLog = log.daemonLog
        for _ in 1...12 { daemonLog.logger(.info).notice("again") }
        _ = log.take()
        daemonLog.close()
        #expect(log.take() == ["notice messages were left out that repeat left-out=2 like=again"])
    }

    @Test func `a line for people is one line, whatever is in it`() throws {
        let record = Self.record(
            "lost the broker",
            ["reason": "two\nlines", "client-id": "a b", "peer": ["host": "h", "port": "\(1883)"]],
            level: .warning
        )
        let zone = try #require(TimeZone(identifier: "Asia/Shanghai"))
        #expect(
            record.text(in: zone)
                == "2026-06-20T14:12:10.412+08:00 warning  lost the broker "
                + #"client-id="a b" peer.host=h peer.port=1883 reason=two\u{a}lines"#
        )
    }

    @Test func `a line of JSON says time, level, message and each value`() throws {
        let record = Self.record("a \"quoted\"\nmessage", ["time": "mine", "error": "e\u{1}"])
        #expect(!record.json.contains("\n"))
        let parsed = try JSONSerialization.jsonObject(with: Data(record.json.utf8)) as? [String: String]
        #expect(
            parsed == [
                "time": "2026-06-20T06:12:10.412Z", "level": "info", "message": "a \"quoted\"\nmessage",
                "value.time": "mine", "error": "e\u{1}",
            ]
        )
    }

    @Test func `the journal gets fields, and those of several lines with their length`() throws {
        let receiver = try DatagramReceiver()
        let write = DaemonLog.writer(.journal, journal: receiver.address)
        write(Self.record("failed", ["client-id": "n1", "error": "two\nlines"], level: .error))
        let bytes = try #require(receiver.next())
        let fields = try Self.fields(of: bytes)
        #expect(
            fields == [
                "MESSAGE": #"failed client-id=n1 error=two\u{a}lines"#, "PRIORITY": "3",
                "SYSLOG_IDENTIFIER": "ganzhi", "CODE_FILE": "GanzhiApp/Some.swift", "CODE_LINE": "7",
                "CODE_FUNC": "some()", "GANZHI_CLIENT_ID": "n1", "GANZHI_ERROR": "two\nlines",
            ]
        )
    }

    /// Reads a datagram as the journal does.
    private static func fields(of datagram: [UInt8]) throws -> [String: String] {
        var fields: [String: String] = [:]
        var rest = datagram[...]
        while let end = rest.firstIndex(where: { $0 == 0x3D || $0 == 0x0A }) {
            let name = String(decoding: rest[..<end], as: UTF8.self)
            let isPlain = rest[end] == 0x3D
            rest = rest[(end + 1)...]
            var length = rest.firstIndex(of: 0x0A).map { $0 - rest.startIndex } ?? rest.count
            if !isPlain {
                length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(8)
            }
            fields[name] = String(decoding: rest.prefix(length), as: UTF8.self)
            rest = rest.dropFirst(length)
            try #require(rest.first == 0x0A, "each field ends its line")
            rest = rest.dropFirst()
        }
        return fields
    }

    @Test(arguments: [
        (Logger.Level.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
    ])
    func `a stream to the journal is told the priority before each line`(level: Logger.Level, priority: Int) {
        #expect(Self.record("subscribed", ["qos": "1"], level: level).prefixed == "<\(priority)>subscribed qos=1")
    }
}

extension ProgramTests {
    @Test func `with json every line on stderr is a record, also of a daemon that cannot start`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("city: 330100\nnodes: n1\n", to: "ganzhi.yaml")
        let result = try Ganzhi.run(["run", "--config", file.path, "--log-format", "json"])
        #expect(result.status == Ganzhi.Code.config)
        let records = try result.errors.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])
        }
        #expect(records.contains { $0["level"] == "error" && $0["message"]?.contains(":2:1: ") == true })
        #expect(records.last?["level"] == "critical")
        #expect(result.output.isEmpty)
    }

    @Test func `a stderr that leads to the journal is logged in its form without being asked`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("nodes: n1\n", to: "ganzhi.yaml")
        let log = try folder.write("", to: "log")
        // The shell's stderr is the file that JOURNAL_STREAM names.
        let command = """
            exec 2>\(log.path); JOURNAL_STREAM=$(stat --format %d:%i \(log.path)) \
            \(Ganzhi.executable) run --config \(file.path)
            """
        #expect(try ChildProcess.run("/bin/sh", ["-c", command]).status == Ganzhi.Code.config)
        let text = try String(contentsOf: log, encoding: .utf8)
        if !FileManager.default.fileExists(atPath: LogRecord.journalSocket) {
            #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("<") })
            #expect(text.hasPrefix("<3>"))
        } else {
            #expect(text.isEmpty, "all of it is in the journal")
        }
    }
}
