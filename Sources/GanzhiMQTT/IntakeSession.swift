import CMosquitto
import Glibc

/// A lasting session at a broker that reads messages and acknowledges them only when told.
///
/// One thread owns it and runs this loop:
///
/// ```swift
/// while running {
///     let turn = session.readTurn(limits: limits, waitMilliseconds: 200)
///     // journal the turn's messages and events, fdatasync
///     session.releaseAcknowledgements()
/// }
/// session.stop()
/// ```
///
/// libmosquitto has no manual acknowledgement: it queues the PUBACK of a message before it hands the message out. But in
/// its threaded mode it writes nothing by itself, so between reading and ``releaseAcknowledgements()`` this class calls
/// nothing that writes, and what is queued leaves only then. What dies with us unwritten, the broker sends again.
///
/// Subscribes after each connect (MQTT 5: retained messages only for a subscription that is new) and where
/// ``change(to:)`` asks for it, and connects again
/// with back-off by itself, inside ``readTurn(limits:waitMilliseconds:)``.
///
/// **Drained.** Once all subscriptions are answered, a barrier is sent behind the acknowledgements of each turn: an
/// UNSUBSCRIBE from a filter that is not subscribed, whose answer the broker sends behind everything it sent before. The
/// QoS 1 messages that come before the answer are those which were on the way to us when the broker handled the barrier.
/// A broker that holds messages back sends at least one of them for each acknowledgement, so their number cannot fall
/// while it does; with none, or with fewer than at an earlier barrier of this connection, nothing is held back.
/// Continuous live traffic does not hinder it.
public final class IntakeSession {
    /// Messages that may be unacknowledged towards us (MQTT 5): half of the packet ids, so that the fingerprints of all
    /// of them never contain an id that the broker gives to a new message (see ``RedeliveryFilter``).
    public static let receiveMaximum = RedeliveryFilter.standardCapacity

    private static let barrierFilter = "ganzhi/barrier"
    private let settings: BrokerSettings
    /// What is subscribed, as far as the broker is there and lets us.
    public private(set) var subscriptions: [Subscription]
    /// Filters that were subscribed once and that the broker has not confirmed to be gone.
    private var gone: Set<String> = []
    private let waker: Waker
    private var backOff: BackOff

    private enum Link {
        case waiting(until: Int)
        case connecting(since: Int)
        case connected(since: Int)
        case stopped
    }
    private var link = Link.waiting(until: 0)
    private var client: MosquittoClient?
    private var lastKeepAlive = 0
    /// Connections in a row that did not stand long, and those of them that the broker gave to another client.
    private var shortLived = 0
    private var takeovers = 0

    // Of the present connection.
    private var hasFailed = false
    private var logged = ""
    private var mustSubscribe = false
    private var unsubscribed: [Subscription] = []
    private var unanswered: [Int32: Subscription] = [:]
    private var leaving: [Int32: String] = [:]
    private var isDrained = false
    private var barrier: Int32?
    private var messagesAtBarrier = 0
    private var mostAtBarrier = 0

    // Of the present turn.
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    private var used = 0
    private var records: [IntakeTurn.Record] = []
    private var handedOut = UnsafeMutableBufferPointer<IntakeTurn.Record>.allocate(capacity: 1024)
    private var events: [IntakeEvent] = []
    private var isHeld = false
    private var progress = 0

    /// Creates a session; nothing happens before the first turn.
    ///
    /// - Parameters:
    ///   - settings: Where to and who.
    ///   - subscriptions: What to subscribe.
    ///   - waker: Ends a turn's wait from another thread.
    ///   - jitterSeed: Decides the random part of the back-off.
    public init(settings: BrokerSettings, subscriptions: [Subscription], waker: Waker, jitterSeed: UInt64) {
        self.settings = settings
        self.subscriptions = subscriptions
        self.waker = waker
        backOff = BackOff(minimum: settings.minimumBackOff, maximum: settings.maximumBackOff, seed: jitterSeed)
    }

    deinit {
        client = nil
        buffer.deallocate()
        handedOut.deallocate()
    }

    /// Reads what has come, after waiting for something to come; connects and subscribes where that is due.
    ///
    /// Ends at once with an event, at the limits, or when nothing more can be read. Its messages are not acknowledged
    /// before ``releaseAcknowledgements()``, which must be called before the next turn, also where there were none.
    ///
    /// - Parameters:
    ///   - limits: How much to read.
    ///   - waitMilliseconds: How long to wait for the first message.
    public func readTurn(limits: IntakeLimits, waitMilliseconds: Int) -> IntakeTurn {
        precondition(!isHeld, "A turn was begun before the one before it was released")
        isHeld = true
        used = 0
        records.removeAll(keepingCapacity: true)
        // Still nothing is held: whatever is queued belongs to turns that were released.
        prepare()
        if events.isEmpty { readWhatComes(limits, waitMilliseconds) }
        closeIfFailed()
        defer { events.removeAll() }
        return handOut()
    }

    /// Lets the acknowledgements of the turn's messages out.
    ///
    /// To be called when they are durable, and not before. Ends the validity of the turn's messages.
    public func releaseAcknowledgements() {
        isHeld = false
        used = 0
        records.removeAll(keepingCapacity: true)
        if let client { check(client.write()) }
        closeIfFailed()
    }

    /// Subscribes and unsubscribes so that these subscriptions stand from here on; between two turns.
    ///
    /// Those that stay are left alone. New ones come first, so that what an old and a new filter match never fails to
    /// come; it may come twice meanwhile. The new ones are drained anew.
    ///
    /// - Parameters:
    ///   - next: The subscriptions.
    ///   - moving: Filters that another session is about to take over: they are not unsubscribed before ``leave(_:)``.
    public func change(to next: [Subscription], moving: Set<String> = []) {
        precondition(!isHeld, "Subscriptions were changed before a turn was released")
        let added = next.filter { !subscriptions.contains($0) }
        gone.formUnion(subscriptions.map(\.filter))
        gone.subtract(next.map(\.filter))
        gone.subtract(moving)
        subscriptions = next
        guard case .connected = link else { return }
        unsubscribed = unsubscribed.filter(next.contains) + added.filter { !unsubscribed.contains($0) }
        mustSubscribe = true
        guard !added.isEmpty else { return }
        isDrained = false
        barrier = nil
        mostAtBarrier = 0
    }

    /// Unsubscribes filters that another session has taken over, also where this one has them from an earlier run;
    /// between two turns.
    public func leave(_ filters: Set<String>) {
        precondition(!isHeld, "Subscriptions were changed before a turn was released")
        gone.formUnion(filters.subtracting(subscriptions.map(\.filter)))
        if case .connected = link { mustSubscribe = true }
    }

    /// Disconnects; the broker keeps the session.
    ///
    /// A turn that was not released stays unacknowledged: its messages come again. (Saying goodbye would send its
    /// acknowledgements too, so the connection is dropped instead.)
    public func stop() {
        if !isHeld, let client, case .connected = link {
            mosquitto_disconnect(client.handle)
            _ = client.write()
        }
        client = nil
        link = .stopped
    }

    // MARK: Turns

    private func prepare() {
        if case .waiting(let until) = link, Loop.now() >= until { connect() }
        guard let client else { return }
        subscribeIfDue(client)
        sendBarrierIfDue(client)
        check(client.write())
        let now = Loop.now()
        if now - lastKeepAlive >= 1000 {
            lastKeepAlive = now
            check(client.keepAlive())
        }
        if case .connecting(let since) = link, now - since >= Loop.connectTimeout {
            fail(.connectFailed(ConnectionFailure("\(place) did not answer within ten seconds.")))
        }
    }

    private func readWhatComes(_ limits: IntakeLimits, _ waitMilliseconds: Int) {
        var wait = waitMilliseconds
        if case .waiting(let until) = link { wait = min(wait, until - Loop.now()) }
        // Keepalive is looked after between turns.
        wait = min(wait, 1000)
        let socket = client?.socket ?? -1
        let ready = Loop.wait(socket: socket, write: client?.wantsWrite ?? false, waker: waker, milliseconds: wait)
        guard let client else { return }
        if ready.isWritable { check(client.write()) }
        guard ready.isReadable, !hasFailed else { return }
        let start = Loop.now()
        repeat {
            progress = 0
            check(client.read())
            if case .connecting = link, progress == 0, client.isClosedByPeer { fail(closedEarly) }
            if hasFailed || !events.isEmpty || used >= limits.bytes || records.count >= limits.messages { return }
            // Nothing came of it: half a packet, a packet that says nothing, or the end of what can be read.
            if progress == 0, !Loop.isReadable(client.socket) { return }
        } while Loop.now() - start < limits.milliseconds
    }

    private func handOut() -> IntakeTurn {
        if handedOut.count < records.count {
            handedOut.deallocate()
            handedOut = .allocate(capacity: records.count * 2)
        }
        _ = handedOut.initialize(from: records)
        return IntakeTurn(
            base: UnsafeRawPointer(buffer.baseAddress!),
            records: UnsafeBufferPointer(rebasing: handedOut[..<records.count]),
            events: events
        )
    }

    // MARK: Connecting

    private var place: String { "\(settings.host):\(settings.port)" }

    private var closedEarly: IntakeEvent.Kind {
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
        mustSubscribe = false
        unsubscribed.removeAll()
        unanswered.removeAll()
        leaving.removeAll()
        isDrained = false
        barrier = nil
        mostAtBarrier = 0
        link = .connecting(since: Loop.now())
        do throws(ConnectionFailure) {
            let client = try MosquittoClient(
                settings: settings,
                keepsSession: true,
                receiveMaximum: Int32(Self.receiveMaximum),
                will: nil,
                owner: Unmanaged.passUnretained(self).toOpaque()
            )
            setCallbacks(client.handle)
            self.client = client
            try client.connect(settings, keepsSession: true)
        } catch {
            fail(.connectFailed(explained(error.description)))
            closeIfFailed()
        }
    }

    private func subscribeIfDue(_ client: MosquittoClient) {
        guard mustSubscribe else { return }
        mustSubscribe = false
        let options = settings.protocolVersion == .v5 ? Int32(MQTT_SUB_OPT_SEND_RETAIN_NEW.rawValue) : 0
        defer { unsubscribed.removeAll() }
        for subscription in unsubscribed {
            var mid: Int32 = 0
            let code = mosquitto_subscribe_v5(
                client.handle,
                &mid,
                subscription.filter,
                Int32(subscription.qos.rawValue),
                options,
                nil
            )
            if code == MOSQ_ERR_SUCCESS.rawValue {
                unanswered[mid] = subscription
            } else {
                append(.subscriptionRefused(filter: subscription.filter, reason: MosquittoClient.text(code: code)))
            }
        }
        for filter in gone.subtracting(leaving.values).sorted() {
            var mid: Int32 = 0
            if mosquitto_unsubscribe(client.handle, &mid, filter) == MOSQ_ERR_SUCCESS.rawValue { leaving[mid] = filter }
        }
    }

    private func sendBarrierIfDue(_ client: MosquittoClient) {
        guard case .connected = link, !mustSubscribe, unanswered.isEmpty, !isDrained, barrier == nil else { return }
        var mid: Int32 = 0
        guard mosquitto_unsubscribe(client.handle, &mid, Self.barrierFilter) == MOSQ_ERR_SUCCESS.rawValue else {
            return
        }
        barrier = mid
        messagesAtBarrier = 0
    }

    private func append(_ kind: IntakeEvent.Kind) {
        progress += 1
        events.append(IntakeEvent(messagesBefore: records.count, kind: kind))
    }

    /// Notes the end of the present connection, once.
    private func fail(_ kind: IntakeEvent.Kind) {
        guard !hasFailed else { return }
        hasFailed = true
        append(kind)
    }

    /// Drops a connection that has ended; never from inside a callback.
    private func closeIfFailed() {
        guard hasFailed else { return }
        if case .stopped = link { return }
        hasFailed = false
        client = nil
        link = .waiting(until: Loop.now() + backOff.wait())
    }

    // MARK: Callbacks

    /// The callbacks run inside our calls of the library, on our thread, and call nothing of it that may block or write.
    private func setCallbacks(_ handle: OpaquePointer) {
        mosquitto_log_callback_set(handle) { _, owner, level, text in
            guard level == MOSQ_LOG_ERR || level == MOSQ_LOG_WARNING, let text else { return }
            IntakeSession.from(owner).logged = String(cString: text)
        }
        mosquitto_connect_v5_callback_set(handle) { _, owner, code, flags, _ in
            IntakeSession.from(owner).connected(code: code, flags: flags)
        }
        mosquitto_disconnect_v5_callback_set(handle) { _, owner, code, _ in
            IntakeSession.from(owner).disconnected(code: code)
        }
        mosquitto_subscribe_v5_callback_set(handle) { _, owner, mid, count, granted, _ in
            guard count > 0, let granted else { return }
            IntakeSession.from(owner).subscribed(mid: mid, granted: granted[0])
        }
        mosquitto_unsubscribe_v5_callback_set(handle) { _, owner, mid, _ in
            IntakeSession.from(owner).passed(barrier: mid)
        }
        mosquitto_message_v5_callback_set(handle) { _, owner, message, properties in
            guard let message else { return }
            IntakeSession.from(owner).received(message.pointee, properties)
        }
    }

    private static func from(_ owner: UnsafeMutableRawPointer?) -> IntakeSession {
        guard let owner else { preconditionFailure("libmosquitto hands back the owner it was given") }
        return Unmanaged.fromOpaque(owner).takeUnretainedValue()
    }

    private func connected(code: Int32, flags: Int32) {
        guard code == 0 else {
            fail(.connectFailed(MosquittoClient.refusal(code, settings)))
            return
        }
        // The library would format a line for each message from here on.
        if let client { mosquitto_log_callback_set(client.handle, nil) }
        link = .connected(since: Loop.now())
        mustSubscribe = true
        unsubscribed = subscriptions
        append(.connected(sessionPresent: flags & 1 != 0))
    }

    private func disconnected(code: Int32) {
        guard case .connected(let since) = link else {
            fail(.connectFailed(explained("\(place): \(MosquittoClient.reason(code))")))
            return
        }
        // Two clients that throw each other out come back after at most the longest wait, so what stands for twice as
        // long is no such case.
        if Loop.now() - since > 2 * settings.maximumBackOff {
            backOff.reset()
            shortLived = 0
            takeovers = 0
        }
        shortLived += 1
        if code == MQTT_RC_SESSION_TAKEN_OVER.rawValue {
            takeovers += 1
            fail(.takenOver(times: takeovers))
            return
        }
        var reason = MosquittoClient.reason(code)
        if shortLived > 2 {
            reason +=
                " It is the \(shortLived)th connection in a row that was lost soon after it was made: look whether "
                + "another client uses the client id “\(settings.clientID)”, and at the broker's log."
        }
        fail(.disconnected(reason: reason))
    }

    private func subscribed(mid: Int32, granted: Int32) {
        guard let subscription = unanswered.removeValue(forKey: mid) else { return }
        if granted < 128 {
            append(.subscribed(filter: subscription.filter, qos: Int(granted)))
        } else {
            let reason =
                granted == 128
                ? "the broker does not say why; look at its access rules" : MosquittoClient.reason(granted)
            append(.subscriptionRefused(filter: subscription.filter, reason: reason))
        }
    }

    private func passed(barrier mid: Int32) {
        if let filter = leaving.removeValue(forKey: mid) {
            gone.remove(filter)
            progress += 1
        }
        guard barrier == mid else { return }
        barrier = nil
        progress += 1
        guard messagesAtBarrier > 0, messagesAtBarrier >= mostAtBarrier else {
            isDrained = true
            append(.drained)
            return
        }
        mostAtBarrier = messagesAtBarrier
    }

    private func received(_ message: mosquitto_message, _ properties: OpaquePointer?) {
        progress += 1
        if message.qos > 0 { messagesAtBarrier += 1 }
        let topicBytes = strlen(message.topic)
        let payloadBytes = Int(message.payloadlen)
        var contentType: UnsafeMutablePointer<CChar>?
        if properties != nil {
            mosquitto_property_read_string(
                properties,
                Int32(MQTT_PROP_CONTENT_TYPE.rawValue),
                &contentType,
                false
            )
        }
        defer { free(contentType) }
        let contentTypeBytes = contentType.map { strlen($0) } ?? 0
        let total = topicBytes + contentTypeBytes + payloadBytes
        makeRoom(total)
        let start = used
        copy(message.topic, topicBytes)
        copy(contentType, contentTypeBytes)
        copy(message.payload, payloadBytes)
        records.append(
            IntakeTurn.Record(
                offset: start,
                payloadBytes: payloadBytes,
                topicBytes: UInt16(truncatingIfNeeded: topicBytes),
                contentTypeBytes: UInt16(truncatingIfNeeded: contentTypeBytes),
                packetID: message.qos > 0 ? UInt16(truncatingIfNeeded: message.mid) : 0,
                qos: UInt8(truncatingIfNeeded: message.qos),
                isRetained: message.retain
            )
        )
    }

    private func makeRoom(_ bytes: Int) {
        guard used + bytes > buffer.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(buffer.count * 2, used + bytes),
            alignment: 16
        )
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<used]))
        buffer.deallocate()
        buffer = larger
    }

    private func copy(_ source: UnsafeRawPointer?, _ count: Int) {
        guard let source, count > 0, let base = buffer.baseAddress else { return }
        (base + used).copyMemory(from: source, byteCount: count)
        used += count
    }
}
