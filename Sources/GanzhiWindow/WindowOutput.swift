public import GanzhiModel

/// One block of a batch as the engine sees it.
@frozen public struct BlockSlice: Sendable {
    /// *Now*: the greatest received time so far.
    public var now: Timestamp
    /// The feed its readings came through; its running time is the one that counts for them.
    public var feed: Int
    /// Number of readings, which follow those of the slice before.
    public var count: Int

    /// Creates a slice.
    public init(now: Timestamp, feed: Int, count: Int) {
        self.now = now
        self.feed = feed
        self.count = count
    }
}

/// One evaluation instant of one plan at one series, with the windows that ended by then.
@frozen public struct Evaluation: Sendable {
    /// Index of the block slice that made it final.
    public var block: Int32
    /// The plan.
    public var plan: Int32
    /// The series.
    public var series: UInt32
    /// The series' place in the plan, dense from 0.
    public var row: UInt32
    /// The feed through which the series was last heard.
    public var feed: UInt32
    /// The instant, a multiple of the plan's `every`.
    public var instant: Timestamp
    /// Whether the last step of `every` holds a good or uncertain reading.
    public var isFresh: Bool
    /// Index of the first window result, or negative where no window holds anything.
    ///
    /// The plan's windows follow in order.
    public var firstWindow: Int32
}

/// What one window holds.
@frozen public struct WindowResult: Sendable {
    /// Start of the window, included.
    public var start: Timestamp
    /// End of the window, not included.
    public var end: Timestamp
    /// Good and uncertain readings; 0 where the window has no result.
    public var count: UInt32
    /// Good readings.
    public var good: UInt32
    /// Bad readings.
    public var bad: UInt32
    /// Share of the window that is backed by readings, 0…1.
    public var coverage: Double
    /// Compensated sum.
    public var sum: Double
    /// Smallest value.
    public var minimum: Double
    /// Greatest value.
    public var maximum: Double
    /// Value with the earliest event time.
    public var first: Double
    /// Value with the latest event time.
    public var last: Double
    /// Event time of the newest reading in it.
    public var observed: Timestamp
    /// When that reading was received.
    public var received: Timestamp

    /// A window without readings.
    init(start: Timestamp, end: Timestamp) {
        self.init(of: Pane(), start: start, end: end, coverage: 0)
    }

    /// What the merged panes of a window come to.
    init(of whole: borrowing Pane, start: Timestamp, end: Timestamp, coverage: Double) {
        self.start = start
        self.end = end
        count = whole.usable
        good = whole.good
        bad = whole.bad
        self.coverage = coverage
        sum = whole.sum.value
        minimum = whole.minimum
        maximum = whole.maximum
        first = whole.firstValue
        last = whole.lastValue
        observed = Timestamp(microseconds: whole.lastTime)
        received = Timestamp(microseconds: whole.lastReceived)
    }

    /// Good readings as a share of all, bad ones included.
    public var goodShare: Double { Double(good) / Double(UInt64(count) + UInt64(bad)) }

    /// What a function says about the window; `nan` where that is beyond what a `Double` holds.
    ///
    /// - Requires: ``count`` above 0.
    public func value(_ function: WindowFunction) -> Double {
        let value = computed(function)
        return value.isFinite ? value : .nan
    }

    private func computed(_ function: WindowFunction) -> Double {
        switch function {
        case .count: Double(count)
        case .sum: sum
        case .min: minimum
        case .max: maximum
        case .mean: sum / Double(count)
        case .first: first
        case .last: last
        case .delta: last - first
        }
    }
}

/// A reading that was not simply applied.
@frozen public struct NotableReading: Sendable, Hashable {
    /// What became of it.
    public enum Outcome: UInt8, Sendable {
        /// Seen before.
        case duplicate
        /// All its windows are final, for every plan that watches it.
        case late
        /// Applied, but it missed every window of one measure.
        case partlyLate
    }
    /// Its index in the batch.
    public var reading: Int
    /// What became of it.
    public var outcome: Outcome
}

/// What a batch brought forth; reused, so that in steady state nothing is allocated.
public struct WindowOutput: Sendable {
    /// Evaluations, ordered by block; within a block as they fell due.
    public var evaluations: [Evaluation] = []
    /// Window results that the evaluations point to.
    public var windows: [WindowResult] = []
    /// Readings that were not simply applied, in order.
    public var notable: [NotableReading] = []

    /// Creates an empty output.
    public init() {}

    /// Empties the output and keeps its memory.
    public mutating func removeAll() {
        evaluations.removeAll(keepingCapacity: true)
        windows.removeAll(keepingCapacity: true)
        notable.removeAll(keepingCapacity: true)
    }
}
