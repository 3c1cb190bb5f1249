public import GanzhiMQTT
public import GanzhiPipeline

/// What a daemon needs to run: its places, its broker, and the generation that it works with.
public struct Settings: Sendable {
    /// Folder of journal, checkpoints and store.
    public var dataFolder: String
    /// File that events are appended to as NDJSON; `nil` for none.
    public var eventLog: String?
    /// The broker; its password is here and in no message.
    public var broker: BrokerSettings
    /// Bytes that a segment of the journal is preallocated with.
    public var journalSegmentBytes: Int
    /// Everything that can change a result.
    public var generation: Generation

    /// Creates settings.
    public init(
        dataFolder: String,
        eventLog: String? = nil,
        broker: BrokerSettings,
        journalSegmentBytes: Int = 64 << 20,
        generation: Generation
    ) {
        self.dataFolder = dataFolder
        self.eventLog = eventLog
        self.broker = broker
        self.journalSegmentBytes = journalSegmentBytes
        self.generation = generation
    }
}
