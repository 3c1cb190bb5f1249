import GanzhiModel

/// Counts what becomes of messages and readings until a commit takes the counts away.
struct Books {
    /// Samples kept per key between two commits; the store keeps the newest few anyway.
    private static let samplesPerKey = 4

    /// The counts of a feed that every message moves, kept apart from the dictionary of the others.
    struct FeedCounts {
        let name: String
        var received = 0
        var decoded = 0
        var readings = 0
        var applied = 0
        var unknownDevice = 0
    }

    /// The feeds in the order of their numbers.
    private(set) var feeds: [FeedCounts]
    private var counts: [LedgerKey: Int64] = [:]
    private var samples: [LedgerSample] = []
    private var sampleCounts: [LedgerKey: Int] = [:]

    init(feeds names: [String]) { feeds = names.map { FeedCounts(name: $0) } }

    /// Goes on under other feeds; call it when the counts have just been taken away.
    mutating func adopt(feeds names: [String]) { feeds = names.map { FeedCounts(name: $0) } }

    /// Changes the counts of a feed.
    @inline(__always)
    mutating func count(feed: Int, _ change: (inout FeedCounts) -> Void) { change(&feeds[feed]) }

    /// Adds to a count.
    mutating func add(_ column: LedgerColumn, feed: String, reason: String = "", count: Int = 1) {
        if count > 0 { counts[LedgerKey(feed: feed, column: column, reason: reason), default: 0] += Int64(count) }
    }

    /// Adds one to a count and keeps the input as a sample, unless there are enough of its kind.
    mutating func add(
        _ column: LedgerColumn,
        feed: String,
        reason: String,
        received: Timestamp,
        topic: String,
        detail: String,
        payload: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) {
        add(column, feed: feed, reason: reason)
        let key = LedgerKey(feed: feed, column: column, reason: reason)
        let known = sampleCounts[key, default: 0]
        guard known < Self.samplesPerKey else { return }
        sampleCounts[key] = known + 1
        samples.append(
            LedgerSample(
                key: key,
                received: received,
                topic: topic,
                detail: detail,
                payload: Array(payload.prefix(LedgerSample.maximumPayload))
            )
        )
    }

    /// Moves the counts and samples into a commit.
    mutating func close(into commit: inout Commit) {
        for feed in feeds.indices {
            let entry = feeds[feed]
            add(.messagesReceived, feed: entry.name, count: entry.received)
            add(.messagesDecoded, feed: entry.name, count: entry.decoded)
            add(.readingsDecoded, feed: entry.name, count: entry.readings)
            add(.readingsApplied, feed: entry.name, count: entry.applied)
            add(.readingsUnknownDevice, feed: entry.name, count: entry.unknownDevice)
            feeds[feed] = FeedCounts(name: entry.name)
        }
        commit.ledger.merge(counts) { $0 + $1 }
        commit.samples += samples
        counts.removeAll(keepingCapacity: true)
        samples.removeAll(keepingCapacity: true)
        sampleCounts.removeAll(keepingCapacity: true)
    }
}
