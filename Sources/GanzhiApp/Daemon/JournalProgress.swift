/// How far the journal is durable and how far the engine has come: the one thing that intake and engine share.
///
/// The journal itself is the queue between them. It is bounded by blocks: intake waits while the engine is too far
/// behind, so that QoS 1 messages stay with the broker.
final class JournalProgress: @unchecked Sendable {
    // @unchecked: everything below is read and written with the condition held.
    private let condition = MonotonicCondition()
    private var committed: UInt64
    private var processed: UInt64 = 0
    private var isEnding = false
    private var redelivered: [String: Int64] = [:]

    /// Blocks that the engine may be behind before intake waits.
    static let limit: UInt64 = 200_000

    init(committed: UInt64) { self.committed = committed }

    /// The last durable block, and the last that the engine is done with.
    var reached: (committed: UInt64, processed: UInt64) { condition.withLock { (committed, processed) } }

    /// Intake: everything up to this block is durable.
    ///
    /// - Parameter redelivered: By feed, messages that the broker sent again and that were journalled before.
    func commit(through sequence: UInt64, redelivered: [String: Int64] = [:]) {
        condition.withLock {
            committed = max(committed, sequence)
            self.redelivered.merge(redelivered) { $0 + $1 }
            condition.broadcast()
        }
    }

    /// Engine: the redelivered messages since the last call.
    ///
    /// No block tells of them, so they are counted in this run only.
    func takeRedelivered() -> [String: Int64] {
        condition.withLock {
            defer { redelivered = [:] }
            return redelivered
        }
    }

    /// Intake: no more blocks will follow.
    func end() {
        condition.withLock {
            isEnding = true
            condition.broadcast()
        }
    }

    /// Whether intake has ended, after waiting so long for its end.
    func isOver(within seconds: Double) -> Bool {
        condition.withLock {
            let deadline = MonotonicCondition.deadline(seconds: seconds)
            while !isEnding { if !condition.wait(until: deadline) { break } }
            return isEnding
        }
    }

    /// Intake: waits while the engine is too far behind, but no longer than the given time; says whether it still is.
    func waitForRoom(seconds: Double) -> Bool {
        condition.withLock {
            let deadline = MonotonicCondition.deadline(seconds: seconds)
            while committed > processed + Self.limit, !isEnding {
                if !condition.wait(until: deadline) { break }
            }
            return committed > processed + Self.limit
        }
    }

    /// Engine: waits for blocks behind a position; returns the last durable one, `nil` when there are none to come.
    func waitForBlocks(after position: UInt64, seconds: Double) -> UInt64? {
        condition.withLock {
            processed = position
            condition.broadcast()
            let deadline = MonotonicCondition.deadline(seconds: seconds)
            while committed <= position, !isEnding {
                if !condition.wait(until: deadline) { break }
            }
            return committed <= position && isEnding ? nil : committed
        }
    }
}
