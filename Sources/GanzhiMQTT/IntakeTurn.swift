/// A subscription of an intake session.
public struct Subscription: Sendable, Hashable {
    /// The topic filter.
    public var filter: String
    /// Greatest QoS to deliver with.
    public var qos: QoS

    /// What can be promised: with QoS 2 a message is lost when we die between its two hand-shakes, as the library holds
    /// it in memory only, so it is not offered; what is published with QoS 2 then comes with QoS 1.
    public enum QoS: Int, Sendable, Hashable {
        /// At most once: what is lost on the way is lost.
        case atMostOnce = 0
        /// At least once, acknowledged after the commit.
        case atLeastOnce = 1
    }

    /// Creates a subscription.
    public init(filter: String, qos: QoS = .atLeastOnce) {
        self.filter = filter
        self.qos = qos
    }
}

/// How much a turn may read.
public struct IntakeLimits: Sendable, Hashable {
    /// Bytes of topics and payloads after which the turn ends.
    public var bytes: Int
    /// Messages after which it ends.
    public var messages: Int
    /// Milliseconds of reading after which it ends.
    public var milliseconds: Int

    /// Creates limits; a turn goes beyond those of bytes and messages by one packet of the network at most.
    public init(bytes: Int = 4 << 20, messages: Int = 8192, milliseconds: Int = 20) {
        self.bytes = bytes
        self.messages = messages
        self.milliseconds = milliseconds
    }
}

/// A message as it lies in the session's buffer.
public struct IntakeMessage {
    /// Topic, UTF-8.
    public let topic: UnsafeRawBufferPointer
    /// MQTT 5 content type, UTF-8; empty where none was given.
    public let contentType: UnsafeRawBufferPointer
    /// The payload.
    public let payload: UnsafeRawBufferPointer
    /// QoS it was delivered with, 0 or 1.
    public let qos: Int
    /// Whether it comes from the broker's retained store.
    public let isRetained: Bool
    /// Packet id; 0 for QoS 0.
    public let packetID: UInt16
}

/// What one turn of reading gave: messages and events.
///
/// The messages point into the session's buffer: valid until its ``IntakeSession/releaseAcknowledgements()``.
public struct IntakeTurn {
    let base: UnsafeRawPointer
    let records: UnsafeBufferPointer<Record>
    /// What happened, in order.
    public let events: [IntakeEvent]

    /// Where a message lies in the buffer: topic, content type, payload, one behind the other.
    struct Record {
        var offset: Int
        var payloadBytes: Int
        var topicBytes: UInt16
        var contentTypeBytes: UInt16
        var packetID: UInt16
        var qos: UInt8
        var isRetained: Bool
    }

    /// How many messages came.
    public var count: Int { records.count }

    /// A message by its place in the turn.
    public subscript(index: Int) -> IntakeMessage {
        let record = records[index]
        let topic = base + record.offset
        let contentType = topic + Int(record.topicBytes)
        let payload = contentType + Int(record.contentTypeBytes)
        return IntakeMessage(
            topic: UnsafeRawBufferPointer(start: topic, count: Int(record.topicBytes)),
            contentType: UnsafeRawBufferPointer(start: contentType, count: Int(record.contentTypeBytes)),
            payload: UnsafeRawBufferPointer(start: payload, count: record.payloadBytes),
            qos: Int(record.qos),
            isRetained: record.isRetained,
            packetID: record.packetID
        )
    }
}
