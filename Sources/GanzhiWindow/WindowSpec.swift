public import GanzhiModel

/// How event time is cut into windows.
///
/// Windows are half-open, `[end − size, end)`, and end at every multiple of `every` since the Unix epoch, so that two
/// processes with the same spec cut at the same instants. With `every` equal to `size` they tumble, with a smaller one
/// they overlap (hop), with a greater one there is time that no window holds.
public struct WindowSpec: Sendable, Hashable, Codable {
    /// Event time that one window covers; positive.
    public let size: TimeSpan
    /// Event time between two window ends; positive.
    public let every: TimeSpan

    /// Creates a spec from spans that settings have been checked for.
    public init(size: TimeSpan, every: TimeSpan) {
        precondition(size > .zero && every > .zero, "A window needs a positive size and a positive hop.")
        self.size = size
        self.every = every
    }

    /// End of the last window that holds a reading of this time, or `nil` where none does.
    @inlinable func lastEnd(holding time: Timestamp) -> Timestamp? {
        let end = (time + size).floored(to: every)
        return end > time ? end : nil
    }
}
