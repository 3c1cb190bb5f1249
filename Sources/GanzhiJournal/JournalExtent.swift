public import GanzhiModel

/// What a journal holds, found without changing it; also beside a daemon that writes.
public struct JournalExtent: Sendable, Hashable {
    /// First sequence that a segment holds; 1 for an empty journal.
    public let firstSequence: UInt64
    /// Last whole block; one less than ``firstSequence`` where there is none.
    public let lastSequence: UInt64
    /// When the last whole block came in; `nil` where there is none.
    public let lastReceived: Timestamp?

    /// Examines a journal's folder.
    ///
    /// - Throws: ``JournalError`` where the newest segment is damaged, foreign or of a newer version. Older segments
    ///   are checked as they are read.
    /// - Complexity: O(size of the newest segment).
    public init(folder: String) throws(JournalError) {
        let tail = try JournalTail(folder: folder)
        firstSequence = tail.firstSequence
        lastSequence = tail.lastSequence
        lastReceived = tail.lastReceived
    }
}
