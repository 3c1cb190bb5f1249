import GanzhiModel

/// How much running time has passed for each feed: time in which its devices could be heard.
struct RunningTime {
    /// Where running time comes from.
    enum Source {
        /// The journal's monotonic time while a feed is connected and its backlog drained.
        case journal
        /// Received time, for the replay of files.
        case received
    }

    private let source: Source
    /// Running time by feed, in microseconds.
    private(set) var feeds: [Int64]
    private var isRunning: [Bool]
    private var lastMonotonic: Int64?

    init(source: Source, feedCount: Int) {
        self.source = source
        feeds = Array(repeating: 0, count: feedCount)
        isRunning = Array(repeating: false, count: feedCount)
    }

    /// Lets time pass up to a block.
    mutating func pass(now: Timestamp, monotonic: Int64) {
        switch source {
        case .received:
            for feed in feeds.indices { feeds[feed] = now.microseconds }
        case .journal:
            let elapsed = max(0, monotonic - (lastMonotonic ?? monotonic))
            lastMonotonic = monotonic
            for feed in feeds.indices where isRunning[feed] { feeds[feed] += elapsed }
        }
    }

    /// A daemon started: its monotonic clock has another origin, and no feed delivers.
    mutating func restart(monotonic: Int64) {
        lastMonotonic = monotonic
        for feed in feeds.indices { isRunning[feed] = false }
    }

    /// Sets whether a feed's time passes from here on.
    mutating func set(feed: Int, running: Bool) { isRunning[feed] = running }

    func write(to state: inout StateWriter) throws {
        try state.array(feeds)
        try state.array(isRunning)
        try state.value(lastMonotonic)
    }

    mutating func restore(from state: inout StateReader) throws {
        let count = feeds.count
        feeds = try state.array()
        isRunning = try state.array()
        lastMonotonic = try state.value()
        guard feeds.count == count, isRunning.count == count else { throw StateMismatch("there are other feeds") }
    }

    /// The feeds of another generation; those that go on keep their time.
    mutating func adopt(feedCount: Int, previous: (Int) -> Int?) {
        let old = self
        feeds = (0..<feedCount).map { previous($0).map { old.feeds[$0] } ?? 0 }
        isRunning = (0..<feedCount).map { previous($0).map { old.isRunning[$0] } ?? false }
    }
}
