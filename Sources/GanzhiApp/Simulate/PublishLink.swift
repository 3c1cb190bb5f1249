import GanzhiMQTT
import Synchronization

/// A publishing session and what went wrong with it.
final class PublishLink: Sendable {
    let session: PublishSession
    private let state: State

    /// Messages on the way to the broker at once.
    private static let window = 500
    /// Attempts to connect after which we give up.
    private static let attempts = 5

    private final class State: Sendable {
        let failures = Atomic(0)
        let hasConnected = Atomic(false)
        let refused = Atomic(0)
        let completed = Atomic(0)
        let published = Atomic(0)
        let lastFailure = Mutex("")
    }

    init(_ broker: BrokerSettings) {
        let state = State()
        self.state = state
        let link = Mutex<PublishSession?>(nil)
        let closer = Closer(link)
        session = PublishSession(
            settings: broker,
            maxInFlight: Self.window,
            capacity: 4 * Self.window,
            jitterSeed: .random(in: .min ... .max)
        ) { event in
            switch event {
            case .connected:
                state.hasConnected.store(true, ordering: .relaxed)
            case .connectFailed(let failure):
                state.lastFailure.withLock { $0 = failure.description }
                let failures = state.failures.add(1, ordering: .relaxed).newValue
                if failures >= Self.attempts, !state.hasConnected.load(ordering: .relaxed) { closer.close() }
            case .disconnected: break
            case .completed: state.completed.add(1, ordering: .relaxed)
            case .refused(_, let reason):
                state.refused.add(1, ordering: .relaxed)
                state.lastFailure.withLock { $0 = reason }
            }
        }
        closer.session.withLock { $0 = session }
    }

    /// Lets the session's own callback close it.
    private final class Closer: Sendable {
        let session: Mutex<PublishSession?>
        init(_ session: consuming Mutex<PublishSession?>) { self.session = session }
        func close() { session.withLock { $0?.close(milliseconds: 0) } }
    }

    /// Queues a message, waiting for room; says whether the session still takes any.
    func publish(_ topic: String, _ payload: [UInt8], _ contentType: String) -> Bool {
        let isQueued = session.publish(topic: topic, payload: payload, contentType: contentType)
        if isQueued { state.published.add(1, ordering: .relaxed) }
        return isQueued
    }

    /// - Throws: ``AppError`` where the broker could not be reached, or does not have everything.
    func check() throws {
        let reason = state.lastFailure.withLock { $0 }
        guard state.hasConnected.load(ordering: .relaxed) else {
            throw AppError(.unavailable, "Cannot connect to the broker: \(reason)")
        }
        let refused = state.refused.load(ordering: .relaxed)
        guard refused == 0 else {
            throw AppError(.unavailable, "The broker refused \(refused) messages: \(reason)")
        }
        let missing = state.published.load(ordering: .relaxed) - state.completed.load(ordering: .relaxed)
        guard missing == 0 else {
            throw AppError(.unavailable, "The broker did not acknowledge \(missing) messages before we stopped.")
        }
    }
}
