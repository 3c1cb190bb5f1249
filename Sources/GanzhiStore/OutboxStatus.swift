public import GanzhiModel

/// How the outbox stands.
public struct OutboxStatus: Sendable, Hashable {
    /// Publications that wait for the broker.
    public var pending: Int
    /// Publications given up for ever because the outbox was full; their events are in the store.
    public var dropped: Int64
}

/// A publication that waits for the broker.
public struct PendingPublication: Sendable, Hashable {
    /// Its place in the outbox; what is published is ticked off through a place.
    public var position: Int64
    /// What to publish and where.
    public var publication: Publication
    /// Wall clock when it was stored.
    public var created: Timestamp
}
