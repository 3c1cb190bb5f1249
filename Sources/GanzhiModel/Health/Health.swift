/// How the daemon is at one moment.
///
/// Taken once a second. Metrics, readiness, the status topic and `ganzhi ledger` all speak of this one value, so they
/// never contradict each other.
public struct Health: Sendable, Hashable {
    /// What the daemon is about.
    public enum Phase: Sendable, Hashable {
        /// It has not come to the journal yet.
        case starting
        /// The journal is run up to what is committed: this block of so many.
        case recovering(block: UInt64, of: UInt64)
        /// It reads, judges and publishes.
        case running
        /// It makes its last commit and says goodbye.
        case stopping
    }

    /// A connection to the broker.
    public struct Connection: Sendable, Hashable {
        /// Whether it stands.
        public var isUp: Bool
        /// Why it does not, in words; empty where nothing has been tried yet.
        public var reason: String

        /// Creates a connection; one that was never made unless told.
        public init(isUp: Bool = false, reason: String = "") {
            self.isUp = isUp
            self.reason = reason
        }
    }

    /// How far blocks have come; numbers of the journal's blocks.
    public struct Positions: Sendable, Hashable {
        /// The last durable one.
        public var journalled: UInt64 = 0
        /// The last one that windows and ladders have taken.
        public var processed: UInt64 = 0
        /// The last one whose effects are in the store.
        public var committed: UInt64 = 0

        /// Creates positions before the first block.
        public init() {}
    }

    /// Publications on their way to the broker.
    public struct Outbox: Sendable, Hashable {
        /// Those that wait for the broker, of this run and earlier ones.
        public var pending = 0
        /// Those given up because the outbox was full, ever; their events are in the store.
        public var dropped: Int64 = 0
        /// Those handed to the publisher since the start.
        public var handedOut: Int64 = 0
        /// Those of them that the broker has.
        public var completed: Int64 = 0
        /// Those of them that the broker refused.
        public var refused: Int64 = 0
        /// How long the oldest one that was handed out has been waiting since it was stored.
        public var oldest = TimeSpan.zero

        /// Creates an empty outbox.
        public init() {}
    }

    /// A part of the daemon that cannot do its work now.
    public struct Trouble: Sendable, Hashable {
        /// The part.
        public var part: String
        /// What was seen and what to do.
        public var reason: String
        /// Whether the daemon does not do what it is for meanwhile.
        public var preventsReadiness: Bool

        /// Creates a trouble.
        public init(part: String, reason: String, preventsReadiness: Bool) {
            self.part = part
            self.reason = reason
            self.preventsReadiness = preventsReadiness
        }
    }

    /// The newest checkpoint.
    public struct Checkpoint: Sendable, Hashable {
        /// The last block in it.
        public var position: UInt64
        /// When it was taken.
        public var taken: Timestamp

        /// Creates a checkpoint.
        public init(position: UInt64, taken: Timestamp) {
            self.position = position
            self.taken = taken
        }
    }

    /// The disk of the data folder, in bytes.
    public struct Disk: Sendable, Hashable {
        /// What may still be written.
        public var free: UInt64
        /// All of it.
        public var size: UInt64

        /// Creates a disk.
        public init(free: UInt64, size: UInt64) {
            self.free = free
            self.size = size
        }
    }

    /// Wall clock when this was taken.
    public var taken: Timestamp
    /// Wall clock when the daemon was started.
    public var started: Timestamp
    /// What it is about.
    public var phase = Phase.starting
    /// By name, how long a thread that should move has not moved.
    public var still: [String: TimeSpan] = [:]
    /// The connection that readings come through.
    public var intake = Connection()
    /// The connection that events leave through.
    public var publisher = Connection()
    /// How each feed of the generation stands.
    public var feeds: [String: FeedState] = [:]
    /// How far blocks have come.
    public var positions = Positions()
    /// How long ``Positions/journalled`` and ``Positions/committed`` have not moved, which ticks do once a second.
    public var journalStill = TimeSpan.zero
    /// See ``journalStill``.
    public var commitStill = TimeSpan.zero
    /// *Now* of the last block processed; `nil` before the first.
    public var now: Timestamp?
    /// The newest instant at which any scenario was evaluated since the start; `nil` before the first.
    public var newestInstant: Timestamp?
    /// Series seen.
    public var series = 0
    /// The books up to ``Positions/committed``.
    public var ledger: [LedgerKey: Int64] = [:]
    /// By feed, messages that are journalled and not in the books yet: received they are.
    public var pending: [String: Int64] = [:]
    /// Serial of the newest event.
    public var lastSerial: UInt64 = 0
    /// Standing warnings by level.
    public var standing: [Level: Int] = [:]
    /// Publications on their way.
    public var outbox = Outbox()
    /// The newest checkpoint; `nil` without one.
    public var checkpoint: Checkpoint?
    /// Memory that the process has, in bytes.
    public var residentBytes: UInt64 = 0
    /// The disk of the data folder; `nil` where the system does not tell.
    public var disk: Disk?
    /// Time from the first attempt to make a batch durable to its success.
    public var journalCommits = DurationCounts()
    /// Time from the first attempt to commit to the store to its success.
    public var storeCommits = DurationCounts()
    /// Time from an event's deciding block to its commit.
    public var eventDelays = DurationCounts()
    /// Time from a publication's commit to the broker's acknowledgement.
    public var publishDelays = DurationCounts()
    /// Every part that can be in trouble.
    public var parts: [String] = []
    /// The troubles that stand, by part.
    public var troubles: [Trouble] = []

    /// Creates the health of a daemon that has done nothing yet.
    public init(taken: Timestamp, started: Timestamp) {
        self.taken = taken
        self.started = started
    }
}
