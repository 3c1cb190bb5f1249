/// What a publishing client says of itself under a retained topic.
public struct StatusTopic: Sendable, Hashable {
    /// The topic.
    public var topic: String
    /// Published after each connect, retained.
    public var online: [UInt8]
    /// Published at a graceful close and, by the broker as our last will, when we vanish; retained.
    public var offline: [UInt8]

    /// Creates a status; payloads are JSON.
    public init(topic: String, online: [UInt8], offline: [UInt8]) {
        self.topic = topic
        self.online = online
        self.offline = offline
    }
}

/// What happened to a publishing session.
public enum PublishEvent: Sendable, Hashable {
    /// The broker accepted us; what it did not acknowledge before goes out again, in order.
    case connected
    /// An attempt to connect failed; the next one follows after the back-off.
    case connectFailed(ConnectionFailure)
    /// The connection is lost; the next attempt follows after the back-off.
    case disconnected(reason: String)
    /// The broker has the message of this token. Messages complete, or are refused, in the order of their publishing.
    case completed(token: UInt64)
    /// The message of this token can never be sent, or the broker refused it (MQTT 5): it is dropped.
    case refused(token: UInt64, reason: String)
}

/// A client that only publishes, with QoS 1, in order and at least once.
///
/// A client of its own beside the intake's, because a library's write lets out everything that is queued, and on the
/// intake's connection that would be acknowledgements before their time.
///
/// Nothing is kept by the broker between connections: what was not acknowledged stays here, in order, and is published
/// again after a reconnect. The line is bounded: ``publish(topic:payload:isRetained:contentType:token:)`` waits for room.
public final class PublishSession: Sendable {
    private let settings: BrokerSettings
    private let status: StatusTopic?
    private let maxInFlight: Int
    private let jitterSeed: UInt64
    private let onEvent: @Sendable (PublishEvent) -> Void
    private let waker = Waker()
    private let queue: PublishQueue

    /// Creates a session; ``run()`` makes it work.
    ///
    /// - Parameters:
    ///   - settings: Where to and who; the client id must not be the intake's. The session's expiry is not used.
    ///   - status: What to say of ourselves; `nil` for nothing.
    ///   - maxInFlight: Messages on the way at once. A few hundred give full throughput; the library's cost per message
    ///     grows with it.
    ///   - capacity: Messages that wait or are on the way before publishing blocks; at least `maxInFlight`.
    ///   - jitterSeed: Decides the random part of the back-off.
    ///   - onEvent: Called on the thread of ``run()`` for each event; must not publish with waiting.
    public init(
        settings: BrokerSettings,
        status: StatusTopic? = nil,
        maxInFlight: Int = 100,
        capacity: Int = 1000,
        jitterSeed: UInt64,
        onEvent: @escaping @Sendable (PublishEvent) -> Void
    ) {
        self.settings = settings
        self.status = status
        self.maxInFlight = min(max(1, maxInFlight), 65_535)
        self.jitterSeed = jitterSeed
        self.onEvent = onEvent
        queue = PublishQueue(capacity: max(capacity, self.maxInFlight), waker: waker)
    }

    /// Connects and publishes until ``close(milliseconds:)``; to be called once, on a thread of its own.
    public func run() {
        PublishLoop(
            settings: settings,
            status: status,
            maxInFlight: maxInFlight,
            jitterSeed: jitterSeed,
            waker: waker,
            queue: queue,
            onEvent: onEvent
        ).run()
    }

    /// Queues a message behind those before it, waiting for room.
    ///
    /// - Parameters:
    ///   - topic: The topic, without wildcards.
    ///   - payload: The payload.
    ///   - isRetained: Whether the broker shall keep it.
    ///   - contentType: MQTT 5 content type; empty for none. Not sent with MQTT 3.1.1.
    ///   - token: Named by the event that says what became of it.
    /// - Returns: Whether it was queued; not so after ``close(milliseconds:)``.
    @discardableResult public func publish(
        topic: String,
        payload: [UInt8],
        isRetained: Bool = false,
        contentType: String = "",
        token: UInt64 = 0
    ) -> Bool {
        let message = OutgoingMessage(
            topic: topic,
            payload: payload,
            isRetained: isRetained,
            contentType: contentType,
            token: token
        )
        return queue.push(message, waits: true) == .queued
    }

    /// Queues a message only if there is room at once.
    ///
    /// - Returns: Whether it was queued.
    public func tryPublish(
        topic: String,
        payload: [UInt8],
        isRetained: Bool = false,
        contentType: String = "",
        token: UInt64 = 0
    ) -> Bool {
        let message = OutgoingMessage(
            topic: topic,
            payload: payload,
            isRetained: isRetained,
            contentType: contentType,
            token: token
        )
        return queue.push(message, waits: false) == .queued
    }

    /// Says something else of ourselves while we are online, in place of ``StatusTopic/online``.
    ///
    /// At once where the broker is there, else as soon as it is. Of several before that only the last is said, and nothing
    /// that was said already.
    public func say(online: [UInt8]) { queue.replaceStatus(online) }

    /// Ends ``run()``: what is queued goes out first, then the offline status, then we say goodbye.
    ///
    /// What cannot go out in that time is not sent; the broker then publishes the last will.
    ///
    /// - Parameter milliseconds: How long that may take.
    public func close(milliseconds: Int) { queue.close(deadline: Loop.now() + milliseconds) }
}
