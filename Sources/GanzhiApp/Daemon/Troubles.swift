import Logging
import Synchronization

/// What keeps parts of the daemon from their work now: each trouble is said once in the log when it begins, again when
/// it is over, and stands in the daemon's health meanwhile.
///
/// Any thread may ask and tell.
final class Troubles: Sendable {
    /// A part of the daemon that can be in trouble.
    enum Part: String, Sendable, CaseIterable, Comparable {
        /// Blocks cannot be made durable, so nothing is acknowledged to the broker.
        case journal
        /// Commits cannot be written, so events wait.
        case store
        /// No checkpoint can be written, so the journal is kept and a restart takes longer.
        case checkpoint
        /// What is to be published waits.
        case outbox
        /// No intake connection to the broker.
        case intake
        /// The event log file cannot be written.
        case eventLog = "event-log"
        /// The machine's clock stepped.
        case clock

        static func < (left: Part, right: Part) -> Bool { left.rawValue < right.rawValue }
    }

    private let standing = Mutex<[Part: String]>([:])
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// A part is in trouble: what was seen, what follows from it, and what to do.
    ///
    /// Says so in the log unless the part was in trouble already; the reason told last stands.
    func begin(_ part: Part, _ message: @autoclosure () -> Logger.Message, reason: String) {
        let isNew = standing.withLock { $0.updateValue(reason, forKey: part) == nil }
        if isNew { logger.error(message(), metadata: ["part": "\(part.rawValue)", "reason": "\(reason)"]) }
    }

    /// A part works again; says so in the log if it was in trouble.
    func end(_ part: Part, _ message: @autoclosure () -> Logger.Message) {
        let wasStanding = standing.withLock { $0.removeValue(forKey: part) != nil }
        if wasStanding { logger.notice(message(), metadata: ["part": "\(part.rawValue)"]) }
    }

    /// Whether a part is in trouble.
    func stands(_ part: Part) -> Bool { standing.withLock { $0[part] != nil } }

    /// The troubles that stand, by part.
    var all: [(part: Part, reason: String)] {
        standing.withLock { $0 }.sorted { $0.key < $1.key }.map { (part: $0.key, reason: $0.value) }
    }
}
