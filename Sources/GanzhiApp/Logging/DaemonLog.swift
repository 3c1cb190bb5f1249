import Foundation
public import Logging
import Synchronization

/// The daemon's log on stderr or in systemd's journal: a line a matter, and none repeated without end.
public final class DaemonLog: Sendable {
    private let clock: LogClock
    private let write: @Sendable (LogRecord) -> Void
    private let limit = Mutex(LogRateLimit())

    /// A log in one of the formats.
    public convenience init(_ format: LogFormat) {
        self.init(clock: .machine, write: Self.writer(format))
    }

    init(clock: LogClock, write: @escaping @Sendable (LogRecord) -> Void) {
        self.clock = clock
        self.write = write
    }

    static func writer(
        _ format: LogFormat,
        journal: String = LogRecord.journalSocket
    ) -> @Sendable (LogRecord) -> Void {
        switch format {
        case .text:
            let zone = TimeZone.current
            return { StandardStreams.talk($0.text(in: zone)) }
        case .json: return { StandardStreams.talk($0.json) }
        case .journal:
            let socket = DatagramSocket(path: journal)
            return { record in
                if socket?.send(record.journalEntry) != true { StandardStreams.talk(record.prefixed) }
            }
        }
    }

    /// A logger that writes here.
    public func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "ganzhi", factory: { _ in DaemonLogHandler(log: self) })
        logger.logLevel = level
        return logger
    }

    /// Tells what was left out and not yet told; for the end.
    public func close() { tellLeftOut(at: .max) }

    fileprivate func log(_ event: LogEvent, values: Logger.Metadata) {
        var record = LogRecord(event, values: values, at: clock.now())
        let now = clock.monotonic()
        tellLeftOut(at: now)
        switch limit.withLock({ $0.admit(.init(level: event.level, message: record.message), at: now) }) {
        case .leftOut: return
        case .shown: break
        case .shownLast(let end):
            record.values.append(("repeats", "further ones within the minute are only counted"))
            clock.after(end - now) { self.tellLeftOut(at: self.clock.monotonic()) }
        }
        write(record)
    }

    private func tellLeftOut(at now: Int64) {
        for (matter, count) in limit.withLock({ $0.takeEnded(at: now) }) {
            let event = LogEvent(
                level: matter.level,
                message: "messages were left out that repeat",
                metadata: nil,
                source: nil,
                file: #fileID,
                function: #function,
                line: #line
            )
            let values: Logger.Metadata = ["like": "\(matter.message)", "left-out": "\(count)"]
            write(LogRecord(event, values: values, at: clock.now()))
        }
    }
}

/// What swift-log calls.
private struct DaemonLogHandler: LogHandler {
    let log: DaemonLog
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(log: DaemonLog) { self.log = log }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        log.log(event, values: metadata.merging(event.metadata ?? [:]) { $1 })
    }
}
