import GanzhiFeeds
import GanzhiMQTT
import GanzhiModel

/// What people want journalled: handed to intake, which owns the journal, and answered when it is durable.
final class JournalRequests: @unchecked Sendable {
    // @unchecked: everything below is read and written with the condition held.
    private let condition = MonotonicCondition()
    private var waiting: [Request] = []
    private var isClosed = false
    private let waker: Waker

    /// What is to be journalled.
    enum Content: Sendable {
        /// A command.
        case command(Command)
        /// The generation that holds from here on, stored already, with the feeds that intake subscribes under it.
        case generation(name: String, feeds: [FeedDefinition])
    }

    /// What became of a request.
    enum Outcome: Sendable, Hashable {
        /// It is durable in this block.
        case journalled(UInt64)
        /// Intake did not come to it in time, and will not.
        case notTaken
        /// It is in the journal's next batch, which could not be made durable in time but may be later.
        case notDurable
        /// The daemon ends.
        case ending
    }

    /// One request on its way.
    final class Request {
        let content: Content
        fileprivate var isTaken = false
        fileprivate var sequence: UInt64?

        fileprivate init(_ content: Content) { self.content = content }
    }

    /// Creates the queue of an intake that the waker wakes.
    init(waker: Waker) { self.waker = waker }

    /// Has something journalled and waits until it is durable.
    func submit(_ content: Content, within seconds: Double) -> Outcome {
        let request = Request(content)
        return condition.withLock {
            guard !isClosed else { return .ending }
            waiting.append(request)
            waker.wake()
            let deadline = MonotonicCondition.deadline(seconds: seconds)
            while request.sequence == nil, !isClosed {
                if !condition.wait(until: deadline) { break }
            }
            if let sequence = request.sequence { return .journalled(sequence) }
            if isClosed { return .ending }
            if request.isTaken { return .notDurable }
            waiting.removeAll { $0 === request }
            return .notTaken
        }
    }

    /// Intake: the requests that have come since the last call.
    func take() -> [Request] {
        condition.withLock {
            defer { waiting = [] }
            for request in waiting { request.isTaken = true }
            return waiting
        }
    }

    /// Intake: these are durable.
    func complete(_ journalled: [(request: Request, sequence: UInt64)]) {
        guard !journalled.isEmpty else { return }
        condition.withLock {
            for (request, sequence) in journalled { request.sequence = sequence }
            condition.broadcast()
        }
    }

    /// Intake: nothing will be journalled any more.
    func close() {
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }
}
