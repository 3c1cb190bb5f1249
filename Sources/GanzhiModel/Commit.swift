/// What one or more blocks changed, for the store to write in one transaction.
public struct Commit: Sendable {
    /// The last block whose effects are in here.
    public var position: UInt64
    /// Events in serial order.
    public var events: [Event] = []
    /// Publications in order.
    public var publications: [Publication] = []
    /// Warnings whose state changed; the last entry of a scenario and key counts.
    public var warnings: [StandingWarning] = []
    /// Counts to add to the books.
    public var ledger: [LedgerKey: Int64] = [:]
    /// Examples to keep.
    public var samples: [LedgerSample] = []
    /// Measures at evaluations of pending and standing ladders.
    public var traces: [TracePoint] = []
    /// Suppressions that began to be known.
    public var suppressions: [Suppression] = []
    /// Ids of suppressions that are over.
    public var endedSuppressions: [String] = []

    /// Creates a commit that changes nothing.
    public init(position: UInt64) { self.position = position }

    /// Whether something besides the position, counts and samples changed, so that it must not wait.
    public var isUrgent: Bool {
        !events.isEmpty || !warnings.isEmpty || !publications.isEmpty || !suppressions.isEmpty
            || !endedSuppressions.isEmpty
    }
}
