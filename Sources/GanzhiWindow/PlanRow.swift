/// Where one series stands in one plan.
struct PlanRow {
    /// The next instant to evaluate; `.min` before the first reading.
    var nextInstant: Int64 = .min
    /// Everything before it is final; `.min` before the first reading.
    var watermark: Int64 = .min
    /// Index of the newest pane that holds a reading; `.min` where none does.
    var newestPane: Int64 = .min
    /// The series.
    var series: UInt32 = 0
    /// The feed in whose idle heap this row waits; ``noFeed`` while it is idle or was never heard.
    var waitingIn: UInt32 = PlanRow.noFeed

    static let noFeed = UInt32.max
}
