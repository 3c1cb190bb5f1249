/// One entry of the journal: everything that can change a result is a block.
public struct Block: Sendable, Hashable {
    /// Place in the journal, from 1, without gaps.
    public var sequence: UInt64
    /// Wall clock when it came in, as read; the engine's *now* is the greatest so far.
    public var received: Timestamp
    /// Monotonic clock when it came in, in microseconds since an origin that holds for one run of the daemon.
    public var monotonic: Int64
    /// What it says.
    public var content: Content

    /// Creates a block.
    public init(sequence: UInt64, received: Timestamp, monotonic: Int64, content: Content) {
        self.sequence = sequence
        self.received = received
        self.monotonic = monotonic
        self.content = content
    }

    /// What a block says.
    public enum Content: Sendable, Hashable {
        /// A daemon started: monotonic time has a new origin, and every feed is down.
        case start
        /// The generation that holds from here on: SHA-256 of its canonical bundle, in hex.
        case config(generation: String)
        /// A feed's state as intake saw it change.
        case feed(name: String, state: FeedState)
        /// A message of a feed.
        case message(Message)
        /// Time passed.
        case tick
        /// What a person asked for.
        case command(Command)
    }
}

/// Whether a feed delivers.
@frozen public enum FeedState: UInt8, Sendable, Hashable {
    /// Not connected or not subscribed: its running time stands still.
    case down
    /// Subscribed; what comes may be backlog, so its running time still stands.
    case up
    /// The backlog has been read: from here on running time passes.
    case drained

    /// The name that files use.
    public var name: String {
        switch self {
        case .down: "down"
        case .up: "up"
        case .drained: "drained"
        }
    }
}
