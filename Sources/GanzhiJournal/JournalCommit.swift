/// What a commit did.
public struct JournalCommit: Sendable, Hashable {
    /// Last block that is durable now.
    public let lastSequence: UInt64
    /// Bytes written.
    public let bytes: Int
    /// Why the segment before was abandoned and the batch written to a new one; `nil` where all went well.
    public let abandoned: JournalError?
}
