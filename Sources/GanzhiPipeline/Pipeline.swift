import GanzhiCatalogue
import GanzhiFeeds
public import GanzhiModel
import GanzhiWarnings
import GanzhiWindow
import HeapModule

/// The engine: a pure function of blocks and its own state.
///
/// Blocks are added in order; ``flush(into:)`` takes them through windows and ladders and appends what they changed to a
/// commit. How blocks are cut into flushes never changes a result. *Now* is the received time of the block at hand and
/// never decreases.
public struct Pipeline: ~Copyable {
    /// Where running time comes from.
    public enum Clock: Sendable {
        /// The journal's blocks: feeds go up and down.
        case journal
        /// Received time: the replay of files.
        case received
    }

    /// What people wrote that holds now.
    public internal(set) var generation: Generation
    /// Its name.
    public internal(set) var generationName: String
    /// Serial of the last event.
    public internal(set) var serial: UInt64 = 0
    /// Sequence of the last block added.
    public internal(set) var position: UInt64 = 0
    /// *Now*: the greatest received time so far.
    public internal(set) var now = Timestamp.never

    /// The newest instant that any scenario was evaluated at by this value; ``Timestamp/never`` before the first.
    public internal(set) var newestInstant = Timestamp.never

    /// Where running time comes from.
    let timeSource: Clock
    var feeds: [FeedDefinition]
    var routing: PipelineRouting
    var eventMaker: EventMaker
    var decoders: [FeedDecoder]
    var normaliser: Normaliser
    var windows: WindowEngine
    var running: RunningTime
    var books: Books
    var feedHealth: [FeedHealth]
    /// Feeds of earlier generations, so that nothing is counted from the beginning again.
    var knownFeeds: [String: FeedHealth] = [:]
    var channels: [Channel] = []
    /// Watched metrics whose unit neither the catalogue nor a reading has told yet.
    var unboundMetrics: [String] = []
    /// Standing warnings by the running time at which they may be stale, by feed.
    var staleHeaps: [Heap<StaleDeadline>]

    /// By plan whose series are keys, where ladders are pending or standing.
    var activeKeys: [ActiveKeys] = []
    /// By plan whose series are keys, what its scenarios read.
    var planColumns: [PlanColumns] = []
    /// The city's clock and calendar.
    var clock: LocalClock
    /// What keeps events from being published.
    var suppressions = Suppressions()
    /// *Now* from which on what was kept back is looked at again.
    var nextSuppressionCheck = Timestamp.never
    /// Devices that should speak.
    var deviceWatch: DeviceWatch
    /// Whether measures are kept per evaluation of pending and standing ladders.
    let keepsTraces: Bool

    /// Place of each series' key in code-point order; known at the end of input only.
    var ranks: [UInt32]?

    // Buffers of one batch, kept for the next.
    var peeked = DecodedBatch()
    var refusals: [Refusal] = []
    var batch = PipelineBatch()
    var output = WindowOutput()
    var inputs = KeyInputs()
    var values: [Double] = []
    var scratch: [Double] = []
    var stepping: [Int] = []
    var memberOfSeries: [PipelineRouting.CohortMember: Int] = [:]
    var interest = Interest()
    var columns = ConditionColumns()
    var rowsOfPlan: [[Int]] = []
    var trueRows: [Int] = []
    var traces: [TracePoint] = []
    var drafts: [EventDraft] = []
    var deviceChanges: [DeviceWatch.Change] = []
    var nextDeviceChange = 0
    var windowLines: WindowLines?

    /// Blocks, and decoded readings, after which it pays to flush.
    private static let batchSize = (blocks: 1024, readings: 4096)

    /// Whether enough blocks wait for a flush.
    public var isFull: Bool {
        batch.blocks.count >= Self.batchSize.blocks || batch.decoded.readings.count >= Self.batchSize.readings
    }

    /// Creates an engine without history.
    ///
    /// - Parameters:
    ///   - generation: What people wrote.
    ///   - clock: Where running time comes from.
    ///   - hashSeed: Seed of the name tables, best random; results never depend on it.
    ///   - collectsWindows: Whether window results are kept as NDJSON for ``takeWindowLines(_:)``.
    ///   - keepsTraces: Whether commits carry the measures of pending and standing ladders.
    /// - Throws: A problem where a scenario cannot be planned.
    public init(
        generation: Generation,
        clock: Clock,
        hashSeed: UInt64,
        collectsWindows: Bool = false,
        keepsTraces: Bool = true
    ) throws(Problem) {
        self.generation = generation
        timeSource = clock
        self.keepsTraces = keepsTraces
        self.clock = LocalClock(calendar: generation.calendar, days: generation.days)
        generationName = generation.name
        feeds = Self.feeds(of: generation, clock: clock)
        books = Books(feeds: feeds.map(\.name))
        routing = try PipelineRouting(
            generation.scenarios,
            catalogue: generation.catalogue,
            calendar: generation.calendar
        )
        eventMaker = EventMaker(generation: generation, generationHash: generationName)
        decoders = feeds.map { FeedDecoder(definition: $0) }
        normaliser = Normaliser(catalogue: generation.catalogue, seed: hashSeed)
        windows = WindowEngine(plans: routing.plans.map { ($0.plan, $0.input?.cohort) })
        running = RunningTime(source: clock == .journal ? .journal : .received, feedCount: feeds.count)
        feedHealth = Array(repeating: FeedHealth(), count: feeds.count)
        staleHeaps = Array(repeating: Heap(), count: max(1, feeds.count))
        deviceWatch = DeviceWatch(generation.catalogue, generation.deviceSilence, running: running.feeds)
        activeKeys = Array(repeating: ActiveKeys(), count: routing.plans.count)
        windowLines = collectsWindows ? WindowLines() : nil
        bindScenarios()
    }

    /// Name of the feed that lines of plain files come through.
    public static let lineFeed = "file"

    /// The generation's feeds; a replay of files has one more, for plain lines.
    static func feeds(of generation: Generation, clock: Clock) -> [FeedDefinition] {
        guard clock == .received else { return generation.feeds }
        do {
            return generation.feeds
                + [FeedDefinition(name: lineFeed, topic: try TopicFilter("#"), format: .json)]
        } catch {
            preconditionFailure("“#” is a topic filter: \(error)")
        }
    }

    /// Number of series seen.
    public var seriesCount: Int { windows.seriesCount }

    /// Window results since the last call, as NDJSON in their order; empty unless they are collected.
    public mutating func takeWindowLines(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        guard windowLines != nil else { return }
        try windowLines!.writer.bytes.withUnsafeBytes(body)
        windowLines!.removeAll()
    }

    /// Compiles ladders in the units of their metrics, where those are known.
    ///
    /// - Parameter metric: The metric whose unit became known; `nil` for all.
    mutating func bindScenarios(metric: String? = nil) {
        var unbound: Set<String> = []
        for index in routing.scenarios.indices where routing.scenarios[index].needsUnit {
            let watched = routing.scenarios[index].scenario.watch.inputs.map {
                generation.catalogue.canonicalMetric($0.selector.metric)
            }
            guard metric.map(watched.contains) ?? true else { continue }
            let units = watched.map { normaliser.unit(ofMetric: $0) }
            routing.scenarios[index].bind(units: units)
            for (metric, unit) in zip(watched, units) where unit == nil { unbound.insert(metric) }
        }
        if metric == nil { unboundMetrics = unbound.sorted() }
        layColumns()
    }
}
