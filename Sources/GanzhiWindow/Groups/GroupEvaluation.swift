public import GanzhiModel

/// One evaluation instant of one group of a cohort, with what its members say there.
@frozen public struct GroupEvaluation: Sendable, BitwiseCopyable {
    /// Index of the block slice that closed it, or that brought the reading of an eager one.
    public var block: Int32
    /// The cohort.
    public var cohort: Int32
    /// The group's number in the cohort.
    public var group: Int32
    /// Whether the last step of `every` before the instant holds a good or uncertain reading of some member.
    public var isFresh: Bool
    /// Whether a reading newer than all others of the group brought it, and its windows are still open.
    public var isEager: Bool
    /// The instant, a multiple of the plans' `every`; of an eager evaluation the end of the open pane.
    public var instant: Timestamp
    /// Series below this number have been heard by then; members with a greater one never were.
    public var heard: UInt32
    /// Index of the first member.
    public var firstMember: Int32
    /// How many members have a result: they follow in ascending order of series and plan.
    ///
    /// Where there is none, the instant may stand for many before it at which there was none either.
    public var memberCount: Int32
}

/// What one member of a group says at an instant.
@frozen public struct GroupMember: Sendable, BitwiseCopyable {
    /// The plan through which the series is a member.
    public var plan: Int32
    /// The series.
    public var series: UInt32
    /// The series' place in the plan, dense from 0.
    public var row: UInt32
    /// The feed through which the series was last heard.
    public var feed: UInt32
    /// Index of its first window result; its plan's windows follow in order, and one of them at least has a result.
    public var firstWindow: Int32
    /// Index of the value of its plan's first aggregate; the others follow in order.
    public var firstValue: Int32
}
