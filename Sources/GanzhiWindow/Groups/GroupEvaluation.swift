public import GanzhiModel

/// One evaluation instant of one group of a plan, with what its members say there.
@frozen public struct GroupEvaluation: Sendable, BitwiseCopyable {
    /// Index of the block slice that closed it.
    public var block: Int32
    /// The plan.
    public var plan: Int32
    /// The group's number in the plan.
    public var group: Int32
    /// Whether the last step of `every` holds a good or uncertain reading of some member.
    public var isFresh: Bool
    /// The instant, a multiple of the plan's `every`.
    public var instant: Timestamp
    /// Index of the first member.
    public var firstMember: Int32
    /// How many members have a result: they follow in ascending order of their series.
    ///
    /// Where there is none, the instant may stand for many before it at which there was none either.
    public var memberCount: Int32
}

/// What one member of a group says at an instant.
@frozen public struct GroupMember: Sendable, BitwiseCopyable {
    /// The series.
    public var series: UInt32
    /// The series' place in the plan, dense from 0.
    public var row: UInt32
    /// The feed through which the series was last heard.
    public var feed: UInt32
    /// Index of its first window result; the plan's windows follow in order, and one of them at least has a result.
    public var firstWindow: Int32
    /// Index of the value of the plan's first aggregate; the others follow in order.
    public var firstValue: Int32
}
