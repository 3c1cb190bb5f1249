public import GanzhiModel

/// How the journal lies on disk, and what of it is kept beyond what checkpoints need.
public struct JournalSettings: Sendable, Hashable {
    /// Bytes that a segment is preallocated with.
    public var segmentBytes: Int
    /// Age beyond which segments may go; `nil` keeps them whatever their age.
    public var keepFor: TimeSpan?
    /// Bytes of all segments beyond which the oldest may go.
    public var keepBytes: Int

    /// Creates settings.
    public init(segmentBytes: Int = 64 << 20, keepFor: TimeSpan? = .days(7), keepBytes: Int = 64 << 30) {
        self.segmentBytes = segmentBytes
        self.keepFor = keepFor
        self.keepBytes = keepBytes
    }
}
