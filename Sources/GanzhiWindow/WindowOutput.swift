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

/// One evaluation instant of one plan at one series, with the results that stand there.
@frozen public struct Evaluation: Sendable, BitwiseCopyable {
    /// Index of the block slice that made it final, or that brought the reading of an eager one.
    public var block: Int32
    /// The plan.
    public var plan: Int32
    /// The series.
    public var series: UInt32
    /// The series' place in the plan, dense from 0.
    public var row: UInt32
    /// The feed through which the series was last heard.
    public var feed: UInt32
    /// Whether the last step of `every` before the instant holds a good or uncertain reading.
    public var isFresh: Bool
    /// Whether a reading newer than all others of the series brought it, and its windows are still open.
    public var isEager: Bool
    /// The instant, a multiple of the plan's `every`; of an eager evaluation the end of the open pane.
    public var instant: Timestamp
    /// Index of the first window result, or negative where no window holds anything.
    ///
    /// The plan's windows follow in order.
    public var firstWindow: Int32
    /// Index of the value of the plan's first aggregate; the others follow in order.
    public var firstValue: Int32
}

/// A window that is reported outside of evaluations: one that readings end, or one that was revised.
@frozen public struct WindowReport: Sendable, BitwiseCopyable {
    /// Index of the block slice that brought it.
    public var block: Int32
    /// The plan.
    public var plan: Int32
    /// The series.
    public var series: UInt32
    /// The series' place in the plan.
    public var row: UInt32
    /// Number of the window in the plan.
    public var window: Int32
    /// Index of the window result.
    public var result: Int32
    /// Index of the value of the first aggregate of that window; its others follow in the plan's order.
    public var firstValue: Int32
}

/// What one window holds, whatever is computed from it.
@frozen public struct WindowResult: Sendable, BitwiseCopyable {
    /// Start of the window.
    public var start: Timestamp
    /// End of the window.
    public var end: Timestamp
    /// Good and uncertain readings; 0 where the window has no result.
    public var count: UInt32
    /// Good readings.
    public var good: UInt32
    /// Bad readings.
    public var bad: UInt32
    /// How often the window was reported before.
    public var revision: UInt32
    /// Share of the window that is backed by readings, 0…1.
    public var coverage: Double
    /// Event time of the newest usable reading in it.
    public var observed: Timestamp
    /// When that reading was received.
    public var received: Timestamp

    /// A window without readings.
    init(start: Int64, end: Int64) {
        self.init(of: Pane(), start: start, end: end, coverage: 0)
    }

    /// What the merged panes of a window come to.
    init(of whole: borrowing Pane, start: Int64, end: Int64, coverage: Double) {
        self.start = Timestamp(microseconds: start)
        self.end = Timestamp(microseconds: end)
        count = whole.usable
        good = whole.good
        bad = whole.bad
        revision = 0
        self.coverage = coverage
        observed = Timestamp(microseconds: whole.lastTime)
        received = Timestamp(microseconds: whole.lastReceived)
    }

    /// Good readings as a share of all, bad ones included.
    public var goodShare: Double { Double(good) / Double(UInt64(count) + UInt64(bad)) }
}

/// A reading that was not simply applied.
@frozen public struct NotableReading: Sendable, Hashable, BitwiseCopyable {
    /// What became of it.
    public enum Outcome: UInt8, Sendable, BitwiseCopyable {
        /// Seen before.
        case duplicate
        /// All its windows are final, for every plan that watches it.
        case late
        /// Late, but windows were revised for it.
        case revised
        /// Applied or revised, but it missed every window of one measure; told beside the other.
        case partlyLate
    }
    /// Its index in the batch.
    public var reading: Int
    /// What became of it.
    public var outcome: Outcome
}

/// What a batch brought forth; reused, so that in steady state nothing is allocated.
public struct WindowOutput: ~Copyable, Sendable {
    /// Evaluations, ordered by block; within a block as they fell due.
    public internal(set) var evaluations = OutputColumn<Evaluation>()
    /// Windows that are reported outside of evaluations, ordered by block.
    public internal(set) var reports = OutputColumn<WindowReport>()
    /// Evaluations of groups, ordered by block; within a block as they fell due.
    public internal(set) var groups = OutputColumn<GroupEvaluation>()
    /// Members that evaluations of groups point to.
    public internal(set) var members = OutputColumn<GroupMember>()
    /// Window results that evaluations, members and reports point to.
    public internal(set) var windows = OutputColumn<WindowResult>()
    /// Values that evaluations, members and reports point to; `nan` where a function says nothing.
    public internal(set) var values = OutputColumn<Double>()
    /// Readings that were not simply applied, in order.
    public internal(set) var notable = OutputColumn<NotableReading>()

    /// Creates an empty output.
    public init() {}

    /// Takes the last evaluation back, with the windows and values that only it points to.
    mutating func takeBackEvaluation() {
        let evaluation = evaluations[evaluations.count - 1]
        evaluations.removeLast(to: evaluations.count - 1)
        guard evaluation.firstWindow >= 0 else { return }
        windows.removeLast(to: Int(evaluation.firstWindow))
        values.removeLast(to: Int(evaluation.firstValue))
    }

    /// Empties the output and keeps its memory.
    public mutating func removeAll() {
        evaluations.removeAll()
        reports.removeAll()
        groups.removeAll()
        members.removeAll()
        windows.removeAll()
        values.removeAll()
        notable.removeAll()
    }
}
