/// Tells what the broker sends again after a reconnect from what is new, so that a message is journalled once.
///
/// The broker sends again, in the old order, under the old packet ids and before anything new, what it did not see
/// acknowledged. As acknowledgements leave and arrive in order, that is: some of the messages journalled last, without a
/// gap up to the very last one, and then messages that were on the way to us and never journalled. Hence the rule:
///
/// - Disarmed, nothing is dropped. The filter only keeps the fingerprints of what is journalled.
/// - ``connected(sessionPresent:)`` arms it when the broker kept the session, and else forgets all fingerprints: a new
///   session sends nothing again.
/// - Armed, the first QoS 1 message is dropped if it has the packet id, topic and payload of a journalled one; the next
///   if it has those of the one journalled after that, and so on.
/// - The first QoS 1 message that does not continue the row disarms it, as does one behind the row's end.
///
/// A new message is dropped only where it comes first after a reconnect (or continues such a row), is equal to a
/// journalled one in all three, and the broker has meanwhile used its packet id again. Brokers that count packet ids up,
/// as mosquitto does, cannot do that within half of the ids, which is the capacity. With those that use the lowest free
/// id it takes messages that carry no time, equal to the last bit.
///
/// Messages of QoS 0 have no packet id, are never sent again, and neither drop nor disarm. In a session that was taken
/// over by another client, what that client acknowledged is gone; the filter neither helps nor harms.
///
/// After a restart the same filter is made by calling ``note(packetID:topic:payload:)`` with the messages of the journal
/// in order, of which the last ``capacity`` count.
public struct RedeliveryFilter: Sendable {
    /// Half of the 65,535 packet ids.
    public static let standardCapacity = 32_767

    /// How many fingerprints are kept, of 16 bytes each.
    public let capacity: Int

    private enum State {
        case disarmed
        case armed
        /// Ages of the fingerprints that the next message may have; more than one only while equal rows are told apart.
        case following([Int])
    }
    private var state = State.disarmed
    private var ring: [Fingerprint] = []
    /// Where the oldest fingerprint lies once the ring is full.
    private var oldest = 0

    /// Creates an empty, disarmed filter.
    public init(capacity: Int = standardCapacity) { self.capacity = max(1, capacity) }

    /// Whether the next message may be dropped.
    public var isArmed: Bool {
        if case .disarmed = state { false } else { true }
    }

    /// Keeps the fingerprint of a message that is journalled already; disarms.
    public mutating func note(packetID: UInt16, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer) {
        guard packetID != 0 else { return }
        keep(Fingerprint(packetID: packetID, topic: topic, payload: payload))
    }

    /// To be called when the broker has accepted us, before the first message.
    public mutating func connected(sessionPresent: Bool) {
        if sessionPresent {
            state = ring.isEmpty ? .disarmed : .armed
        } else {
            state = .disarmed
            ring.removeAll(keepingCapacity: true)
            oldest = 0
        }
    }

    /// Whether a message is new and to be journalled, in which case its fingerprint is kept.
    ///
    /// One that is not is in the journal already and can be acknowledged with the rest of its turn.
    ///
    /// - Complexity: O(bytes) for the hash; for the first message after a reconnect also O(``capacity``).
    public mutating func admits(
        packetID: UInt16,
        topic: UnsafeRawBufferPointer,
        payload: UnsafeRawBufferPointer
    ) -> Bool {
        guard packetID != 0 else { return true }
        let fingerprint = Fingerprint(packetID: packetID, topic: topic, payload: payload)
        let places: [Int]
        switch state {
        case .disarmed: places = []
        case .armed: places = ring.indices.filter { self[$0] == fingerprint }
        case .following(let expected): places = expected.filter { $0 < ring.count && self[$0] == fingerprint }
        }
        guard places.isEmpty else {
            state = .following(places.map { $0 + 1 })
            return false
        }
        keep(fingerprint)
        return true
    }

    /// A fingerprint by its place in time, the oldest being 0.
    private subscript(place: Int) -> Fingerprint {
        let index = oldest + place
        return ring[index < ring.count ? index : index - ring.count]
    }

    private mutating func keep(_ fingerprint: Fingerprint) {
        state = .disarmed
        if ring.count < capacity {
            ring.append(fingerprint)
        } else {
            ring[oldest] = fingerprint
            oldest = oldest + 1 == capacity ? 0 : oldest + 1
        }
    }
}
