import Logging

/// Cuts what the log says again and again: ten times within a minute, then only counted until the minute is over.
///
/// A matter is a message with its level; the values beside it do not count. Matters never cut each other.
struct LogRateLimit: Sendable {
    /// What becomes of a message.
    enum Verdict: Equatable {
        case shown
        /// Shown, and further ones are not until the minute is over, at this time.
        case shownLast(until: Int64)
        case leftOut
    }

    /// What is told apart.
    struct Matter: Hashable {
        var level: Logger.Level
        var message: String
    }

    private struct Minute {
        var end: Int64
        var count: Int
    }

    /// Messages of one matter that are shown in its minute.
    static let most = 10
    /// Microseconds of a minute; it begins with the first message of the matter.
    static let span: Int64 = 60_000_000
    /// Matters that are counted at a time; further ones are all shown.
    private static let mostMatters = 1000

    private var minutes: [Matter: Minute] = [:]

    /// Takes in a message at a time of the monotonic clock.
    mutating func admit(_ matter: Matter, at now: Int64) -> Verdict {
        guard var minute = minutes[matter] else {
            if minutes.count < Self.mostMatters { minutes[matter] = Minute(end: now + Self.span, count: 1) }
            return .shown
        }
        minute.count += 1
        minutes[matter] = minute
        if minute.count == Self.most { return .shownLast(until: minute.end) }
        return minute.count < Self.most ? .shown : .leftOut
    }

    /// Forgets the minutes that are over, and returns how often each matter was left out in them.
    mutating func takeEnded(at now: Int64) -> [(matter: Matter, leftOut: Int)] {
        let ended = minutes.filter { $0.value.end <= now }
        for matter in ended.keys { minutes[matter] = nil }
        return ended.map { (matter: $0.key, leftOut: $0.value.count - Self.most) }
            .filter { $0.leftOut > 0 }
            .sorted { ($0.matter.level, $0.matter.message) < ($1.matter.level, $1.matter.message) }
    }
}
