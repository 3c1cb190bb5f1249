public import GanzhiModel

/// The windows of one scenario under one `time:`.
public struct Plan: Sendable, Hashable {
    /// Event time between two evaluations; they fall on multiples of it since the epoch.
    public let every: TimeSpan
    /// How far a series' watermark stays behind its newest reading.
    public let lateness: TimeSpan
    /// Running time after which an unheard series holds nothing up.
    public let idle: TimeSpan
    /// Whether the watermark of an idle series follows *now* − `idle`, for devices that report changes only.
    public let quietCounts: Bool
    /// The distinct windows, in the order in which the scenario first names them.
    public let windows: [WindowSpec]

    /// Event time of one pane: the greatest common divisor of all sizes and hops.
    public let pane: TimeSpan
    /// Panes that a series keeps at most: what its open windows can reach back to, and what `lateness` holds open.
    public let paneCount: Int
    /// How far before the first open evaluation a pane may still be needed.
    let reach: TimeSpan

    /// The most panes that a plan may have.
    public static let maximumPanes = 1024

    /// Creates a plan.
    ///
    /// - Throws: A problem where it would need more than ``maximumPanes`` panes, or cut days without a calendar.
    public init(
        every: TimeSpan,
        lateness: TimeSpan = .zero,
        idle: TimeSpan = .minutes(5),
        quietCounts: Bool = false,
        windows: [WindowSpec]
    ) throws(Problem) {
        precondition(every > .zero && lateness >= .zero && idle > .zero && !windows.isEmpty)
        self.every = every
        self.lateness = lateness
        self.idle = idle
        self.quietCounts = quietCounts
        self.windows = windows
        for hop in [every] + windows.map(\.every) where hop.isMultiple(of: .days(1)) {
            throw Problem(
                message: "`every` of \(hop) ends windows at the days of a calendar, which this version cannot cut yet.",
                remedy: "Use an `every` below 1d, such as 1h."
            )
        }
        pane = Self.pane(every: every, windows: windows)
        reach = windows.reduce(every) {
            Swift.max($0, TimeSpan(microseconds: $1.size.microseconds + $1.every.microseconds - every.microseconds))
        }
        let span = reach.microseconds + every.microseconds + lateness.microseconds
        let count = span / pane.microseconds + 2
        guard count <= Self.maximumPanes else {
            throw Problem(
                message: "These windows need \(count) panes of \(pane) per series; \(Self.maximumPanes) is the most.",
                remedy: Self.remedy(every: every, lateness: lateness, windows: windows)
            )
        }
        paneCount = Int(count)
    }

    /// Number of windows that end less often than the plan evaluates, so that their last result stands in between.
    var standingCount: Int { windows.count { $0.every != every } }

    /// Bytes that a series of this plan takes at most.
    public var bytesPerSeries: Int {
        paneCount * MemoryLayout<Pane>.stride + standingCount * MemoryLayout<WindowResult>.stride
            + MemoryLayout<PlanRow>.stride
    }

    private static func pane(every: TimeSpan, windows: [WindowSpec]) -> TimeSpan {
        func divisor(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : divisor(b, a % b) }
        return TimeSpan(
            microseconds: windows.reduce(every.microseconds) {
                divisor(divisor($0, $1.size.microseconds), $1.every.microseconds)
            }
        )
    }

    /// Says which `every` would do: the smallest that divides the sizes and keeps the panes few enough.
    private static func remedy(every: TimeSpan, lateness: TimeSpan, windows: [WindowSpec]) -> String {
        let size = windows.map(\.size).max()!
        let candidates: [TimeSpan] =
            [1, 2, 5, 10, 15, 20, 30].map(TimeSpan.seconds) + [1, 2, 5, 10, 15, 20, 30].map(TimeSpan.minutes)
            + [1, 2, 3, 4, 6, 12].map(TimeSpan.hours)
        let fitting = candidates.first { candidate in
            let adjusted = windows.map { WindowSpec(size: $0.size, every: Swift.max(candidate, $0.every)) }
            return candidate > every && adjusted.allSatisfy { $0.size.isMultiple(of: candidate) }
                && adjusted.allSatisfy { $0.every.isMultiple(of: candidate) }
                && (size.microseconds + 2 * candidate.microseconds + lateness.microseconds) / candidate.microseconds + 2
                    <= maximumPanes
        }
        return fitting.map { "Set `every` to \($0) or more." } ?? "Shorten the windows or the lateness."
    }
}
