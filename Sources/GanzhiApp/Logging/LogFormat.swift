import Foundation

/// How the daemon's log is written.
public enum LogFormat: String, CaseIterable, Sendable {
    /// A line for people: local time, level, message, values.
    case text
    /// A line of JSON: `time` (RFC 3339, milliseconds, UTC), `level`, `message`, and each value under its name.
    case json
    /// An entry of systemd's journal, each value in a field `GANZHI_…`; where there is no journal, lines on stderr that
    /// begin with their priority, `<6>`.
    case journal

    /// The format for whoever does not say: the journal's where stderr leads there, else text.
    public static var standard: LogFormat {
        var status = stat()
        guard let journal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"], fstat(STDERR_FILENO, &status) == 0
        else { return .text }
        return journal == "\(status.st_dev):\(status.st_ino)" ? .journal : .text
    }
}
