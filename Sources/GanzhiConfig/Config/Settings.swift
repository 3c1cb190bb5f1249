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
    /// The journal.
    public var journal: JournalSettings
    /// The checkpoints.
    public var checkpoints: CheckpointSettings
    /// Publications that may wait for the broker.
    public var outboxLimit: Int
    /// Where health and metrics are served; `nil` for nowhere.
    public var http: ListenAddress?
    /// Everything that can change a result.
    public var generation: Generation

    /// Creates settings.
    public init(
        dataFolder: String,
        eventLog: String? = nil,
        broker: BrokerSettings,
        journal: JournalSettings = JournalSettings(),
        checkpoints: CheckpointSettings = CheckpointSettings(),
        outboxLimit: Int = 1_000_000,
        http: ListenAddress? = .standard,
        generation: Generation
    ) {
        self.dataFolder = dataFolder
        self.eventLog = eventLog
        self.broker = broker
        self.journal = journal
        self.checkpoints = checkpoints
        self.outboxLimit = outboxLimit
        self.http = http
        self.generation = generation
    }
}
