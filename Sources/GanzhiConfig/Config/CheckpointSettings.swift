public import GanzhiModel

/// When checkpoints are taken, and how many are kept.
public struct CheckpointSettings: Sendable, Hashable {
    /// Time between two checkpoints.
    public var every: TimeSpan
    /// Checkpoints that are kept.
    public var keep: Int

    /// Creates settings.
    public init(every: TimeSpan = .seconds(60), keep: Int = 2) {
        self.every = every
        self.keep = keep
    }
}
