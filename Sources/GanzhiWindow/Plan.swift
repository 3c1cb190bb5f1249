public import GanzhiModel

/// The windows of one scenario under one `time:`.
public struct Plan: Sendable, Hashable {
    /// Something computed over a window.
    public struct Aggregate: Sendable, Hashable {
        /// What is computed; a number in it counts in the metric's canonical unit.
        public let function: WindowFunction
        /// Over which windows.
        public let window: WindowSpec

        /// Creates an aggregate.
        public init(_ function: WindowFunction, _ window: WindowSpec) {
            self.function = function
            self.window = window
        }
    }

    /// Event time between two evaluations; they fall on multiples of it since the epoch, whole days on those of the
    /// calendar.
    public let every: TimeSpan
    /// How far a series' watermark stays behind its newest reading.
    public let lateness: TimeSpan
    /// Running time after which an unheard series holds nothing up.
    public let idle: TimeSpan
    /// For how long after its end became final a window still takes readings in, and is reported again.
    public let revise: TimeSpan
    /// Whether the watermark of an idle series follows *now* − `idle`, for devices that report changes only.
    public let quietCounts: Bool
    /// Whether a reading newer than all others of its series, or group, is evaluated at once with windows still open.
    public let eager: Bool
    /// Where days begin.
    public let calendar: DayCalendar
    /// What is computed, in the order of the values that results carry.
    public let aggregates: [Aggregate]

    /// The distinct windows, in the order in which the aggregates first name them.
    public let windows: [WindowSpec]
    /// How the windows are cut into panes.
    let layout: PlanLayout

    /// The most panes that windows of one hop may have.
    public static let maximumPanes = 1024

    /// Creates a plan.
    ///
    /// - Throws: A problem where it would need more than ``maximumPanes`` panes, or windows that cannot be cut.
    public init(
        every: TimeSpan,
        lateness: TimeSpan = .zero,
        idle: TimeSpan = .minutes(5),
        revise: TimeSpan = .zero,
        quietCounts: Bool = false,
        eager: Bool = false,
        calendar: DayCalendar = .utc,
        aggregates: [Aggregate]
    ) throws(Problem) {
        precondition(every > .zero && lateness >= .zero && idle > .zero && revise >= .zero && !aggregates.isEmpty)
        self.every = every
        self.lateness = lateness
        self.idle = idle
        self.revise = revise
        self.quietCounts = quietCounts
        self.eager = eager
        self.aggregates = aggregates
        var windows: [WindowSpec] = []
        for aggregate in aggregates where !windows.contains(aggregate.window) { windows.append(aggregate.window) }
        self.windows = windows
        // Plans that cut no days are equal whatever the calendar.
        let usesDays = every.isMultiple(of: .days(1)) || windows.contains { $0.isDaily }
        self.calendar = usesDays ? calendar : .utc
        for window in windows where window.isDaily && !window.size.isMultiple(of: .days(1)) {
            throw Problem(
                message:
                    "A window of \(window.size) every \(window.every) ends with a calendar's days but is not whole "
                    + "days long.",
                remedy: "Use a length of whole days, or an `every` below 1d."
            )
        }
        if revise > .zero, let window = windows.first(where: { $0.kind != .hopping }) {
            throw Problem(
                message: "`revise` reports windows again that end at multiples of `every`; \(window) does not.",
                remedy: "Leave `revise` out, or put the measure into a scenario of its own."
            )
        }
        if quietCounts, let window = windows.first(where: { $0.kind != .hopping }) {
            throw Problem(
                message: "`quiet: counts` holds on to what was last said, but \(window) ends with readings only.",
                remedy: "Use windows that end at multiples of `every`, or leave `quiet` out."
            )
        }
        layout = PlanLayout(
            every: every,
            kept: TimeSpan(microseconds: lateness.microseconds + revise.microseconds),
            revise: revise,
            aggregates: aggregates,
            windows: windows
        )
        if let grid = layout.grids.first(where: { $0.paneCount > Self.maximumPanes }) {
            throw Problem(
                message: "These windows need \(grid.paneCount) panes of \(TimeSpan(microseconds: grid.pane.width)) per "
                    + "series; \(Self.maximumPanes) is the most.",
                remedy: Self.remedy(every: every, kept: layout.kept, windows: windows)
            )
        }
    }

    /// Whether a window of the plan ends at instants of evaluation only, so that evaluations tell its results.
    ///
    /// Others are told by ``WindowReport``s: those that readings end, and those of days between evaluations of hours.
    public func endsWithEvaluations(_ window: WindowSpec) -> Bool {
        window.kind == .hopping && (!window.isDaily || every.isMultiple(of: .days(1)))
    }

    /// Bytes that a series of this plan takes, without the readings and sketches that some functions keep beside.
    public var bytesPerSeries: Int { MemoryLayout<RowHeader>.stride + layout.areaBytes }

    /// Whether readings themselves are kept, up to ``maximumReadings`` a series.
    public var keepsReadings: Bool { layout.keepsReadings }

    /// The most readings that a series keeps for functions that need their order; a window with more has no result.
    public static let maximumReadings = ReadingLog.limit

    /// Says which `every` would do: the smallest that divides the sizes and keeps the panes few enough.
    private static func remedy(every: TimeSpan, kept: TimeSpan, windows: [WindowSpec]) -> String {
        let candidates: [TimeSpan] =
            [1, 2, 5, 10, 15, 20, 30].map(TimeSpan.seconds) + [1, 2, 5, 10, 15, 20, 30].map(TimeSpan.minutes)
            + [1, 2, 3, 4, 6, 12].map(TimeSpan.hours)
        let fitting = candidates.first { candidate in
            candidate > every
                && windows.allSatisfy { window in
                    let hop = Swift.max(candidate, window.every)
                    let panes = (window.size.microseconds + kept.microseconds) / candidate.microseconds + 2
                    return window.kind != .hopping
                        || window.size.isMultiple(of: candidate) && hop.isMultiple(of: candidate)
                            && panes <= Int64(maximumPanes)
                }
        }
        return fitting.map { "Set `every` to \($0) or more." } ?? "Shorten the windows or the lateness."
    }
}
