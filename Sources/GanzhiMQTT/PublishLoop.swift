import CMosquitto

/// The loop of a ``PublishSession``; confined to the thread that runs it.
final class PublishLoop {
    private let settings: BrokerSettings
    private var status: StatusTopic?
    private let maxInFlight: Int
    private let waker: Waker
    private let queue: PublishQueue
    private let onEvent: @Sendable (PublishEvent) -> Void
    private var backOff: BackOff

    private enum Link {
        case waiting(until: Int)
        case connecting(since: Int)
        case connected
    }
    private var link = Link.waiting(until: 0)
    private var client: MosquittoClient?
    private var lastKeepAlive = 0
    private var hasFailed = false
    private var logged = ""
    private var mustSayOnline = false
    private var saidOffline = false

    /// A message on its way, or one that waits only for those before it to be told of.
    private struct Sent {
        /// The library's number; 0 once there is an answer.
        var mid: Int32
        var message: OutgoingMessage
        /// Why it was refused.
        var refusal: String?
    }
    /// Sent and not told of yet, in order.
    private var inFlight: [Sent] = []
    /// Of ``inFlight``, how many at its front are told of.
    private var answered = 0
    private var unanswered = 0
    /// To be sent before anything new.
    private var waiting: [OutgoingMessage] = []
    /// What the callbacks noted; told to the caller outside of them.
    private var events: [PublishEvent] = []
    private var contentType = ""
    private var properties: OpaquePointer?

    init(
        settings: BrokerSettings,
        status: StatusTopic?,
        maxInFlight: Int,
        jitterSeed: UInt64,
        waker: Waker,
        queue: PublishQueue,
        onEvent: @escaping @Sendable (PublishEvent) -> Void
    ) {
        self.settings = settings
        self.status = status
        self.maxInFlight = maxInFlight
        self.waker = waker
        self.queue = queue
        self.onEvent = onEvent
        backOff = BackOff(minimum: settings.minimumBackOff, maximum: settings.maximumBackOff, seed: jitterSeed)
    }

    deinit {
        client = nil
        mosquitto_property_free_all(&properties)
    }

    func run() {
        while !isOver() {
            if case .waiting(let until) = link, Loop.now() >= until { connect() }
            if case .connected = link { send() }
            exchange()
            closeIfFailed()
            tell()
        }
        client = nil
    }

    // MARK: The end

    /// Whether the session is closed and everything that can be said has been said.
    private func isOver() -> Bool {
        guard let deadline = queue.deadline else { return false }
        if Loop.now() >= deadline { return true }
        guard case .connected = link, let client, waiting.isEmpty, unanswered == 0, queue.isEmpty else { return false }
        if let status, !saidOffline {
            saidOffline = true
            publish(Self.statusMessage(status.topic, status.offline), client)
            return false
        }
        mosquitto_disconnect(client.handle)
        _ = client.write()
        return true
    }

    private static func statusMessage(_ topic: String, _ payload: [UInt8]) -> OutgoingMessage {
        OutgoingMessage(topic: topic, payload: payload, isRetained: true, contentType: "application/json", token: nil)
    }

    // MARK: Sending

    private func send() {
        guard let client else { return }
        if let payload = queue.takeStatus(), let said = status?.online, said != payload {
            status?.online = payload
            mustSayOnline = true
        }
        if mustSayOnline {
            mustSayOnline = false
            if let status { publish(Self.statusMessage(status.topic, status.online), client) }
        }
        if waiting.isEmpty, unanswered < maxInFlight { queue.take(maxInFlight - unanswered, into: &waiting) }
        let count = min(waiting.count, maxInFlight - unanswered)
        var sent = 0
        while sent < count, !hasFailed {
            publish(waiting[sent], client)
            sent += 1
        }
        waiting.removeFirst(sent)
    }

    private func publish(_ message: OutgoingMessage, _ client: MosquittoClient) {
        if message.contentType != contentType { setContentType(message.contentType) }
        var mid: Int32 = 0
        let code = mosquitto_publish_v5(
            client.handle,
            &mid,
            message.topic,
            Int32(clamping: message.payload.count),
            message.payload,
            1,
            message.isRetained,
            settings.protocolVersion == .v5 ? properties : nil
        )
        if Self.connectionFailures.contains(code) {
            // Nothing is wrong with the message: it goes out again on the next connection.
            inFlight.append(Sent(mid: -1, message: message))
            unanswered += 1
            check(code)
        } else if code == MOSQ_ERR_SUCCESS.rawValue {
            inFlight.append(Sent(mid: mid, message: message))
            unanswered += 1
        } else {
            inFlight.append(Sent(mid: 0, message: message, refusal: MosquittoClient.text(code: code)))
            settle()
        }
    }

    /// What the library returns where the connection is at fault, or the machine.
    private static let connectionFailures: Set<Int32> = [
        MOSQ_ERR_NO_CONN.rawValue, MOSQ_ERR_CONN_LOST.rawValue, MOSQ_ERR_ERRNO.rawValue, MOSQ_ERR_NOMEM.rawValue,
        MOSQ_ERR_TLS.rawValue, MOSQ_ERR_KEEPALIVE.rawValue,
    ]

    /// Property lists are copied by the library, so one serves as long as the type stays the same.
    private func setContentType(_ type: String) {
        mosquitto_property_free_all(&properties)
        contentType = type
        if !type.isEmpty {
            mosquitto_property_add_string(&properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), type)
        }
    }

    // MARK: The connection

    private func exchange() {
        if let client { check(client.write()) }
        var wait = 1000
        if case .waiting(let until) = link { wait = min(wait, until - Loop.now()) }
        if let deadline = queue.deadline { wait = min(wait, deadline - Loop.now()) }
        if !events.isEmpty { wait = 0 }
        let ready = Loop.wait(
            socket: client?.socket ?? -1,
            write: client?.wantsWrite ?? false,
            waker: waker,
            milliseconds: wait
        )
        guard let client else { return }
        if ready.isWritable, !hasFailed { check(client.write()) }
        if ready.isReadable, !hasFailed { check(client.read()) }
        if ready.isReadable, case .connecting = link, client.isClosedByPeer { fail(closedEarly) }
        let now = Loop.now()
        if now - lastKeepAlive >= 1000, !hasFailed {
            lastKeepAlive = now
            check(client.keepAlive())
        }
        if case .connecting(let since) = link, now - since >= Loop.connectTimeout {
            fail(.connectFailed(ConnectionFailure("\(place) did not answer within ten seconds.")))
        }
    }

    private var place: String { "\(settings.host):\(settings.port)" }

    private var closedEarly: PublishEvent {
        .connectFailed(ConnectionFailure("\(place) hung up before the connection stood; does it speak TLS there?"))
    }

    /// A failure with what the library logged about it, such as why a certificate was not accepted.
    private func explained(_ failure: String) -> ConnectionFailure {
        ConnectionFailure(logged.isEmpty ? failure : failure + " " + logged)
    }

    /// Notes a failure that the library returned, unless a callback has told of it already.
    private func check(_ code: Int32) {
        if code != MOSQ_ERR_SUCCESS.rawValue, !hasFailed { disconnected(code: code) }
    }

    private func connect() {
        hasFailed = false
        logged = ""
        link = .connecting(since: Loop.now())
        do throws(ConnectionFailure) {
            let client = try MosquittoClient(
                settings: settings,
                keepsSession: false,
                receiveMaximum: 1,
                will: status.map { MosquittoClient.Will(topic: $0.topic, payload: $0.offline) },
                owner: Unmanaged.passUnretained(self).toOpaque()
            )
            setCallbacks(client.handle)
            self.client = client
            try client.connect(settings, keepsSession: false)
        } catch {
            fail(.connectFailed(explained(error.description)))
            closeIfFailed()
        }
    }

    private func fail(_ event: PublishEvent) {
        guard !hasFailed else { return }
        hasFailed = true
        events.append(event)
    }

    /// Drops a connection that has ended and takes back what it did not deliver; never from inside a callback.
    private func closeIfFailed() {
        guard hasFailed else { return }
        hasFailed = false
        client = nil
        link = .waiting(until: Loop.now() + backOff.wait())
        // From the first without an answer on, so that their order holds whatever the broker answered.
        let undelivered = inFlight[answered...].compactMap { $0.message.token != nil ? $0.message : nil }
        waiting.insert(contentsOf: undelivered, at: 0)
        inFlight.removeAll(keepingCapacity: true)
        answered = 0
        unanswered = 0
        saidOffline = false
    }

    private func tell() {
        for event in events { onEvent(event) }
        events.removeAll(keepingCapacity: true)
    }

    // MARK: Callbacks

    /// The callbacks run inside our calls of the library, on our thread, and call nothing of it that may block or write.
    private func setCallbacks(_ handle: OpaquePointer) {
        mosquitto_log_callback_set(handle) { _, owner, level, text in
            guard level == MOSQ_LOG_ERR || level == MOSQ_LOG_WARNING, let text else { return }
            PublishLoop.from(owner).logged = String(cString: text)
        }
        mosquitto_connect_v5_callback_set(handle) { _, owner, code, _, _ in
            PublishLoop.from(owner).connected(code: code)
        }
        mosquitto_disconnect_v5_callback_set(handle) { _, owner, code, _ in
            PublishLoop.from(owner).disconnected(code: code)
        }
        mosquitto_publish_v5_callback_set(handle) { _, owner, mid, code, _ in
            PublishLoop.from(owner).acknowledged(mid: mid, code: code)
        }
    }

    private static func from(_ owner: UnsafeMutableRawPointer?) -> PublishLoop {
        guard let owner else { preconditionFailure("libmosquitto hands back the owner it was given") }
        return Unmanaged.fromOpaque(owner).takeUnretainedValue()
    }

    private func connected(code: Int32) {
        guard code == 0, let client else {
            fail(.connectFailed(MosquittoClient.refusal(code, settings)))
            return
        }
        // The library would format a line for each message from here on.
        mosquitto_log_callback_set(client.handle, nil)
        link = .connected
        events.append(.connected)
        mustSayOnline = true
    }

    private func disconnected(code: Int32) {
        guard case .connected = link else {
            fail(.connectFailed(explained("\(place): \(MosquittoClient.reason(code))")))
            return
        }
        fail(.disconnected(reason: MosquittoClient.reason(code)))
    }

    private func acknowledged(mid: Int32, code: Int32) {
        guard let index = inFlight[answered...].firstIndex(where: { $0.mid == mid }) else { return }
        inFlight[index].mid = 0
        if code >= 128 { inFlight[index].refusal = MosquittoClient.reason(code) }
        unanswered -= 1
        backOff.reset()
        settle()
    }

    /// Tells what became of messages, each after all those before it.
    private func settle() {
        while answered < inFlight.count, inFlight[answered].mid == 0 {
            let sent = inFlight[answered]
            answered += 1
            guard let token = sent.message.token else { continue }
            queue.finish(1)
            events.append(
                sent.refusal.map { .refused(token: token, reason: "topic “\(sent.message.topic)”: " + $0) }
                    ?? .completed(token: token)
            )
        }
        if answered == inFlight.count || answered > 4 * maxInFlight {
            inFlight.removeFirst(answered)
            answered = 0
        }
    }
}
