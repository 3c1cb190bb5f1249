public import GanzhiModel

/// What a writer found when it opened a journal.
public struct JournalRecovery: Sendable, Hashable {
    /// First sequence that the journal still holds; 1 for an empty one.
    public let firstSequence: UInt64
    /// Last whole block; 0 for an empty journal.
    public let lastSequence: UInt64
    /// When the last whole block came in; `nil` where there is none.
    public let lastReceived: Timestamp?
    /// Bytes of a half-written batch that were cut off; it was never acknowledged, so the broker sends it again.
    public let bytesCutOff: Int
    /// File in which the journal goes on, or from which bytes were cut; `nil` for an empty journal.
    public let segment: String?
}
