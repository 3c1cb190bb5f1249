public import GanzhiModel

/// How far the members of a group in one partition have come.
public struct GroupFrontier: Sendable, Hashable {
    /// The last instant that all of them who are not idle have evaluated; where all are idle, that any has.
    ///
    /// ``Timestamp/never`` before the first.
    public var instant: Timestamp
    /// Whether all of them are idle, or none was heard: then they hold nothing up.
    public var isIdle: Bool

    /// Creates a frontier.
    public init(instant: Timestamp, isIdle: Bool) {
        self.instant = instant
        self.isIdle = isIdle
    }
}
