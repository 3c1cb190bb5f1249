import Foundation
import GanzhiMQTT
import GanzhiTestSupport
import Synchronization
import Testing

/// A message as the tests keep it.
struct Received: Hashable {
    var topic: String
    var text: String
    var contentType = ""
    var isRetained = false
    var packetID: UInt16 = 0

    init(_ message: IntakeMessage) {
        topic = String(decoding: message.topic, as: UTF8.self)
        text = String(decoding: message.payload, as: UTF8.self)
        contentType = String(decoding: message.contentType, as: UTF8.self)
        isRetained = message.isRetained
        packetID = message.packetID
    }
}

/// What did not come in time, with what came.
struct Timeout: Error, CustomStringConvertible {
    var description: String
}

/// How long a test waits for what must come; reached only when something is broken.
let patience: TimeInterval = 30

extension BrokerSettings {
    /// Settings for a private broker, with a quick back-off.
    init(_ broker: Mosquitto, _ version: ProtocolVersion = .v5, clientID: String = "intake") {
        self.init(
            host: "127.0.0.1",
            port: broker.port,
            protocolVersion: version,
            clientID: clientID,
            minimumBackOff: 10,
            maximumBackOff: 100
        )
    }
}

/// An intake session with everything it has seen.
final class Intake {
    let session: IntakeSession
    var messages: [Received] = []
    var events: [IntakeEvent.Kind] = []
    /// How many messages came before each event.
    var places: [Int] = []

    init(_ settings: BrokerSettings, _ filters: String..., qos: Subscription.QoS = .atLeastOnce) {
        session = IntakeSession(
            settings: settings,
            subscriptions: filters.map { Subscription(filter: $0, qos: qos) },
            waker: Waker(),
            jitterSeed: 1
        )
    }

    /// One turn, not released.
    @discardableResult func read(limits: IntakeLimits = IntakeLimits(), wait: Int = 50) -> [Received] {
        let turn = session.readTurn(limits: limits, waitMilliseconds: wait)
        let new = (0..<turn.count).map { Received(turn[$0]) }
        for event in turn.events {
            events.append(event.kind)
            places.append(messages.count + event.messagesBefore)
        }
        messages += new
        return new
    }

    /// Reads and releases until something is so.
    func read(until isDone: (Intake) -> Bool) throws {
        let deadline = Date.now + patience
        while !isDone(self) {
            guard Date.now < deadline else {
                throw Timeout(description: "\(events), \(messages.count) messages: \(messages.suffix(5))")
            }
            read()
            session.releaseAcknowledgements()
        }
    }
}

/// A publishing session on a thread of its own, with everything it said.
final class Publisher: Sendable {
    let session: PublishSession
    private let events: Events
    private let isDone: DispatchSemaphore

    /// What a session said.
    final class Events: Sendable {
        let all = Mutex<[PublishEvent]>([])
    }

    init(_ settings: BrokerSettings, status: StatusTopic? = nil, maxInFlight: Int = 100, capacity: Int = 100_000) {
        let events = Events()
        let session = PublishSession(
            settings: settings,
            status: status,
            maxInFlight: maxInFlight,
            capacity: capacity,
            jitterSeed: 2
        ) { event in events.all.withLock { $0.append(event) } }
        let isDone = DispatchSemaphore(value: 0)
        self.session = session
        self.events = events
        self.isDone = isDone
        Thread {
            session.run()
            isDone.signal()
        }.start()
    }

    convenience init(_ broker: Mosquitto, _ version: BrokerSettings.ProtocolVersion = .v5) {
        self.init(BrokerSettings(broker, version, clientID: "publisher"))
    }

    var seen: [PublishEvent] { events.all.withLock { $0 } }

    func publish(_ topic: String, _ text: String, token: UInt64 = 0, isRetained: Bool = false, contentType: String = "")
    {
        session.publish(
            topic: topic,
            payload: Array(text.utf8),
            isRetained: isRetained,
            contentType: contentType,
            token: token
        )
    }

    func wait(until isSo: ([PublishEvent]) -> Bool) throws {
        let deadline = Date.now + patience
        while !isSo(seen) {
            guard Date.now < deadline else { throw Timeout(description: "\(seen.suffix(10))") }
            usleep(500)
        }
    }

    /// Waits until the broker has so many messages.
    func wait(forCompleted count: Int) throws {
        try wait { events in
            events.count { if case .completed = $0 { true } else { false } } >= count
        }
    }

    /// Ends the session, giving it some time for its goodbye; returns when its thread has ended.
    func close(milliseconds: Int = 20_000) {
        session.close(milliseconds: milliseconds)
        isDone.wait()
    }
}

/// The tests that talk to a broker; one after the other, as the machine may have few cores.
@Suite(.serialized, .enabled(if: Mosquitto.isInstalled, Comment(rawValue: Mosquitto.absence)))
struct BrokerTests {}
