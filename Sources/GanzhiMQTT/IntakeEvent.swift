/// What happened to an intake session, at its place among the messages.
public struct IntakeEvent: Sendable, Hashable {
    /// How many messages of the turn came before it.
    public let messagesBefore: Int
    /// What happened.
    public let kind: Kind

    /// What can happen.
    public enum Kind: Sendable, Hashable {
        /// The broker accepted us; with `sessionPresent` it kept our session, and sends again what we did not
        /// acknowledge. Subscribing follows by itself.
        case connected(sessionPresent: Bool)
        /// The broker granted a subscription, perhaps at a lower QoS.
        case subscribed(filter: String, qos: Int)
        /// The broker refused a subscription: nothing will come for this filter.
        case subscriptionRefused(filter: String, reason: String)
        /// What the broker held back for us has been read; from here on messages are live.
        case drained
        /// An attempt to connect failed; the next one follows after the back-off.
        case connectFailed(ConnectionFailure)
        /// The connection is lost; the next attempt follows after the back-off.
        case disconnected(reason: String)
        /// Another client took our session by using our client id: the connection is lost, for the so-many-th time in
        /// a row. From the second time on both are throwing each other out.
        ///
        /// Brokers that do not say so (mosquitto 2.0, MQTT 3.1.1) give ``disconnected(reason:)``; from the third short
        /// connection in a row its reason names the suspicion.
        case takenOver(times: Int)
    }
}
