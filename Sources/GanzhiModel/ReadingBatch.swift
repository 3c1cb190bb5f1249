/// A device and a metric, named; the dictionary entry behind a channel number.
public struct Channel: Sendable, Hashable {
    /// Who measures.
    public let device: String
    /// What is measured, after mapping.
    public let metric: String

    /// Creates a channel.
    public init(device: String, metric: String) {
        self.device = device
        self.metric = metric
    }
}

/// One normalised reading: canonical unit, calibrated, judged by the catalogue.
@frozen public struct Reading: Sendable, Hashable {
    /// Number of the channel in the dictionary of its stream.
    public var channel: UInt32
    /// What the checks found.
    public var flags: ReadingFlags
    /// Event time.
    public var time: Timestamp
    /// Value in the metric's canonical unit; always finite.
    public var value: Double
    /// How far it may be trusted.
    public var quality: Quality

    /// Creates a reading.
    @inlinable public init(
        channel: UInt32,
        time: Timestamp,
        value: Double,
        quality: Quality = .good,
        flags: ReadingFlags = []
    ) {
        self.channel = channel
        self.time = time
        self.value = value
        self.quality = quality
        self.flags = flags
    }
}

/// Normalised readings on their way into an engine, in arrival order, with the channels that are new in the stream.
///
/// Channel numbers are dense and given in order of first appearance, so an engine that has taken every batch of the
/// stream knows every name; numbers of its own (`SeriesID`) never leave it.
public struct ReadingBatch: Sendable {
    /// Channels first used in this batch; the first has the number that follows the last of the batch before.
    public var newChannels: [Channel] = []
    /// The readings in arrival order.
    public var readings: [Reading] = []

    /// Creates an empty batch.
    public init() {}

    /// Empties the batch and keeps its memory.
    public mutating func removeAll() {
        newChannels.removeAll(keepingCapacity: true)
        readings.removeAll(keepingCapacity: true)
    }
}
