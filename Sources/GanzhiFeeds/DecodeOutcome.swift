public import GanzhiModel

/// What became of one payload.
public struct DecodeOutcome: Sendable, Hashable {
    /// Why the payload was refused whole; `nil` when its readings are in the batch.
    public var rejection: Rejection?
    /// The greatest `received` that a line of a plain file states; also of a refused line, if it is well-formed JSON.
    public var received: Timestamp?

    /// Creates an outcome.
    public init(rejection: Rejection? = nil, received: Timestamp? = nil) {
        self.rejection = rejection
        self.received = received
    }
}
