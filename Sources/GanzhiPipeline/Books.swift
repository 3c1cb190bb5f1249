import GanzhiModel

/// Counts what becomes of messages and readings until a commit takes the counts away.
struct Books {
    /// Samples kept per key between two commits; the store keeps the newest few anyway.
    private static let samplesPerKey = 4

    private var counts: [LedgerKey: Int64] = [:]
    private var samples: [LedgerSample] = []
    private var sampleCounts: [LedgerKey: Int] = [:]

    /// Adds to a count.
    mutating func add(_ column: LedgerColumn, feed: String, reason: String = "", count: Int = 1) {
        if count > 0 { counts[LedgerKey(feed: feed, column: column, reason: reason), default: 0] += Int64(count) }
    }

    /// Adds one to a count and keeps the input as a sample, unless there are enough of its kind.
    mutating func add(
        _ column: LedgerColumn, feed: String, reason: String, received: Timestamp, topic: String, detail: String,
        payload: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) {
        add(column, feed: feed, reason: reason)
        let key = LedgerKey(feed: feed, column: column, reason: reason)
        let known = sampleCounts[key, default: 0]
        guard known < Self.samplesPerKey else { return }
        sampleCounts[key] = known + 1
        samples.append(
            LedgerSample(
                key: key, received: received, topic: topic, detail: detail,
                payload: Array(payload.prefix(LedgerSample.maximumPayload))))
    }

    /// Moves the counts and samples into a commit.
    mutating func close(into commit: inout Commit) {
        commit.ledger.merge(counts) { $0 + $1 }
        commit.samples += samples
        counts.removeAll(keepingCapacity: true)
        samples.removeAll(keepingCapacity: true)
        sampleCounts.removeAll(keepingCapacity: true)
    }
}
