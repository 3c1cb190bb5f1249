/// Where one series stands in one plan.
struct RowHeader {
    /// The next instant to evaluate; `.min` before the first reading.
    var nextInstant = Int64.min
    /// Everything before it is final; `.min` before the first reading.
    var watermark = Int64.min
    /// Greatest event time of a reading that was applied; `.min` before the first.
    var newest = Int64.min
    /// The feed in whose idle heap this row waits; ``noFeed`` while it is idle or was never heard.
    var waitingIn = RowHeader.noFeed
    /// Bytes from the begin of the row's area to the pane of its newest reading, where it will most likely go on.
    var newestPane: UInt32 = 0

    static let noFeed = UInt32.max

    var hasBegun: Bool { nextInstant != .min }
}

/// A row where it lies.
struct Row {
    let header: UnsafeMutablePointer<RowHeader>
    /// Panes, and what else the plan's layout says.
    let area: UnsafeMutableRawPointer
    let series: UnsafeMutablePointer<SeriesHeader>
    /// What is asked for only when windows end.
    let facts: UnsafeMutablePointer<SeriesFacts>
    /// The row's number in its plan.
    let number: UnsafeMutablePointer<UInt32>
    /// Number of the series.
    let id: UInt32
}

/// What the engine knows of a series and asks for only when windows end.
///
/// The numbers of its rows in their plans follow.
struct SeriesFacts {
    /// Microseconds between readings as the catalogue expects; 0 where it does not say.
    var expectedInterval: Int64 = 0
}

/// What a row keeps for windows that need readings themselves.
struct ReadingRow {
    var log = ReadingLog()
    /// Sliding windows up to this time have been reported.
    var reported = Int64.min

    /// Bytes of it with what follows: per session window the readings of sessions that are open.
    static func bytes(sessions: Int) -> Int {
        MemoryLayout<ReadingRow>.stride + sessions * MemoryLayout<OpenSessions>.stride
    }
}

/// The readings of one session window's open sessions, and how far the earliest of them is known.
struct OpenSessions {
    var log = ReadingLog()
    /// First and last usable reading of the earliest session, as far as the log was walked; without a first, only bad
    /// ones were met up to the last.
    var first = Int64.min
    var last = Int64.min
}

/// The last result of a window that does not end at every evaluation; the values of its aggregates follow it.
struct StandingResult {
    static func bytes(aggregates: Int) -> Int {
        MemoryLayout<WindowResult>.stride + aggregates * MemoryLayout<Double>.stride
    }
}
