import GanzhiModel

/// How a plan's windows are cut, and where each part of a row stands in memory.
struct PlanLayout: Sendable, Hashable {
    /// Windows that share panes: those of one hop.
    struct Grid: Sendable, Hashable {
        /// The panes: steps of the greatest common divisor of sizes and hop.
        let pane: TimeGrid
        /// Panes between two window ends.
        let hopPanes: Int64
        /// Panes of the longest window.
        let longestPanes: Int64
        /// Panes that a row keeps: what open windows reach back to, and what lateness and revisions hold open.
        let paneCount: Int
        /// The same, to find the place of a pane.
        let ring: Divisor
        /// What a pane holds.
        let form: PaneForm
        /// Bytes from the begin of a row's area.
        let offset: Int
    }

    /// A distinct window.
    struct Window: Sendable, Hashable {
        let spec: WindowSpec
        /// Number of its grid; of a sliding window or a session 0, without meaning.
        let grid: Int
        /// Panes that it covers.
        let sizePanes: Int64
        /// What its aggregates need when they are computed from readings.
        let form: PaneForm
        /// Whether some of its aggregates need the order of the readings.
        let needsReadings: Bool
        /// Numbers of its aggregates.
        let aggregates: [Int]
        /// Whether its panes tell if the last step of `every` holds a reading.
        let tellsFreshness: Bool
        /// Whether it ends with days while evaluations fall on multiples since the epoch: its ends are instants of none.
        let endsWithDays: Bool
        /// Bytes from the begin of a row's area to its last result, where it does not end at every evaluation; or -1.
        let standing: Int
        /// Bytes from the begin of a row's area to its revision counts; or -1.
        let revisions: Int
        /// Number among the plan's sessions; of other windows without meaning.
        let session: Int
    }

    /// Instants of evaluation.
    let step: TimeGrid
    let every: TimeSpan
    /// For how long panes outlast their windows' ends: lateness and revisions.
    let kept: TimeSpan
    let grids: [Grid]
    let windows: [Window]
    /// The grid that tells whether the last step of `every` holds a reading.
    let freshGrid: Int
    /// Revision counts per window.
    let revisionCount: Int
    /// Sessions among the windows.
    let sessionCount: Int
    /// Bytes from the begin of a row's area to its ``ReadingRow``.
    let readingsOffset: Int
    let keepsReadings: Bool
    /// Whether some windows end at other times than instants of evaluation: with readings, or with days.
    let hasOwnEnds: Bool
    /// Bytes of a row's area: panes first.
    let areaBytes: Int

    init(
        every: TimeSpan,
        kept: TimeSpan,
        revise: TimeSpan,
        aggregates: [Plan.Aggregate],
        windows specs: [WindowSpec]
    ) {
        self.every = every
        self.kept = kept
        step = TimeGrid(every)
        let cuts = Self.cuts(every: every, specs: specs, aggregates: aggregates)
        var offset = 0
        var grids: [Grid] = []
        for cut in cuts {
            let grid = Grid(cut, kept: kept, offset: offset)
            offset += grid.paneCount * grid.form.bytes
            grids.append(grid)
        }
        self.grids = grids
        freshGrid = cuts.firstIndex { $0.hop == every && $0.longest >= every }!

        let shortestHop = specs.filter { $0.kind == .hopping }.map(\.every.microseconds).min() ?? 1
        revisionCount = revise == .zero ? 0 : Int(revise.microseconds / Swift.max(1, shortestHop * 23 / 25)) + 2
        var windows: [Window] = []
        for spec in specs {
            let own = aggregates.indices.filter { aggregates[$0].window == spec }
            let number = spec.kind == .hopping ? cuts.firstIndex { $0.hop == spec.every }! : 0
            let isStanding = spec.kind != .hopping || spec.every != every
            let hasRevisions = revisionCount > 0 && spec.kind == .hopping
            windows.append(
                Window(
                    spec: spec,
                    grid: number,
                    sizePanes: spec.kind == .hopping ? spec.size.microseconds / grids[number].pane.width : 0,
                    form: PaneForm(own.map { aggregates[$0].function }),
                    needsReadings: own.contains { aggregates[$0].function.needsReadings },
                    aggregates: own,
                    tellsFreshness: spec.kind == .hopping && spec.every == every && spec.size >= every,
                    endsWithDays: spec.isDaily && !every.isMultiple(of: .days(1)),
                    standing: isStanding ? offset : -1,
                    revisions: hasRevisions
                        ? offset + (isStanding ? StandingResult.bytes(aggregates: own.count) : 0) : -1,
                    session: windows.count { $0.spec.kind == .session }
                )
            )
            if isStanding { offset += StandingResult.bytes(aggregates: own.count) }
            if hasRevisions { offset += (revisionCount * MemoryLayout<UInt32>.stride + 7) & ~7 }
        }
        self.windows = windows
        let hasReadingWindows = specs.contains { $0.kind != .hopping }
        hasOwnEnds = hasReadingWindows || windows.contains { $0.endsWithDays }
        keepsReadings = hasReadingWindows || windows.contains { $0.needsReadings }
        sessionCount = specs.count { $0.kind == .session }
        readingsOffset = offset
        areaBytes = offset + (keepsReadings ? ReadingRow.bytes(sessions: sessionCount) : 0)
    }

    /// A hop with the spans of its windows.
    fileprivate struct Cut {
        var hop: TimeSpan
        var sizes: [TimeSpan]
        var functions: [WindowFunction]
        var longest: TimeSpan { sizes.max()! }
    }

    private static func cuts(every: TimeSpan, specs: [WindowSpec], aggregates: [Plan.Aggregate]) -> [Cut] {
        var cuts: [Cut] = []
        for spec in specs where spec.kind == .hopping {
            let functions = aggregates.filter { $0.window == spec }.map(\.function)
            if let known = cuts.firstIndex(where: { $0.hop == spec.every }) {
                cuts[known].sizes.append(spec.size)
                cuts[known].functions += functions
            } else {
                cuts.append(Cut(hop: spec.every, sizes: [spec.size], functions: functions))
            }
        }
        // Freshness asks for the last step of `every`, whatever the windows.
        if let own = cuts.firstIndex(where: { $0.hop == every }) {
            if cuts[own].longest < every { cuts[own].sizes.append(every) }
        } else {
            cuts.append(Cut(hop: every, sizes: [every], functions: []))
        }
        return cuts
    }
}

extension PlanLayout.Grid {
    fileprivate init(_ cut: PlanLayout.Cut, kept: TimeSpan, offset: Int) {
        func divisor(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : divisor(b, a % b) }
        let width = cut.sizes.reduce(cut.hop.microseconds) { divisor($0, $1.microseconds) }
        pane = TimeGrid(TimeSpan(microseconds: width))
        hopPanes = cut.hop.microseconds / width
        longestPanes = cut.longest.microseconds / width
        // A day may have 23 hours, and a zone may leave one out.
        let shortest = pane.days > 0 ? width / 24 * 23 : width
        let slack: Int64 = pane.days > 0 ? 2 : 0
        let count = longestPanes + (kept.microseconds + shortest - 1) / shortest + slack
        paneCount = Int(Swift.min(count, Int64(Int32.max)))
        ring = Divisor(Int64(paneCount))
        form = PaneForm(cut.functions)
        self.offset = offset
    }
}
