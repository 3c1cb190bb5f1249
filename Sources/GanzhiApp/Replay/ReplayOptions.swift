public import GanzhiPipeline

/// What to replay and where results go.
public struct ReplayOptions: Sendable {
    /// What people wrote.
    public var generation: Generation
    /// Files, or `-` for stdin; merged by received time.
    public var inputs: [String]
    /// Gets window results as NDJSON.
    public var windows: String?
    /// Gets events as NDJSON; `nil` is stdout unless ``database`` is given.
    public var events: String?
    /// A SQLite file that gets what a daemon would store.
    public var database: String?
    /// Whether refused lines make the exit code 65.
    public var isStrict: Bool
    /// Whether progress is shown on stderr.
    public var showsProgress: Bool

    /// Creates options.
    public init(
        generation: Generation,
        inputs: [String],
        windows: String? = nil,
        events: String? = nil,
        database: String? = nil,
        isStrict: Bool = false,
        showsProgress: Bool = false
    ) {
        self.generation = generation
        self.inputs = inputs
        self.windows = windows
        self.events = events
        self.database = database
        self.isStrict = isStrict
        self.showsProgress = showsProgress
    }
}
