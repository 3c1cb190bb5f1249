/// How a broker delivers the messages of a feed.
///
/// There is no quality of service 2: its handshake acknowledges before a message can be made durable.
public enum DeliveryQoS: UInt8, Sendable, Hashable, Codable, CaseIterable {
    /// Sent once, lost when the connection breaks.
    case atMostOnce = 0
    /// Sent again until it is acknowledged, which happens once it is durable.
    case atLeastOnce = 1
}
