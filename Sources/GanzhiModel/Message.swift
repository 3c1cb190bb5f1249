/// One MQTT message as intake received it.
public struct Message: Sendable, Hashable {
    /// Name of the feed whose filter matched first.
    public var feed: String
    /// The topic it was published to.
    public var topic: String
    /// MQTT 5 content type; empty where none was given.
    public var contentType: String
    /// Whether the broker delivered it from its retained store.
    public var isRetained: Bool
    /// MQTT packet id it was delivered with, so that a redelivery is known after a restart; 0 for QoS 0 and files.
    public var packetID: UInt16
    /// The payload's bytes.
    public var payload: [UInt8]

    /// Creates a message.
    public init(
        feed: String,
        topic: String,
        contentType: String = "",
        isRetained: Bool = false,
        packetID: UInt16 = 0,
        payload: [UInt8]
    ) {
        self.feed = feed
        self.topic = topic
        self.contentType = contentType
        self.isRetained = isRetained
        self.packetID = packetID
        self.payload = payload
    }
}
