extension Reference.Watch {
    /// A window that was said, for the first time or again; without a result where it has none.
    struct Report {
        var measure: Int
        var start: Int64
        var end: Int64
        var result: Result?
    }

    /// The result of a window.
    struct Result {
        var measure: String
        var start: Int64
        var end: Int64
        /// Good and uncertain readings.
        var count: Int
        /// Bad readings.
        var bad: Int
        var value: Double
        var coverage: Double
        var revision: Int
        var newest: Reference.Heard
        var nearness: ReferenceOutcome.Nearness

        /// The share of good readings.
        var good: Double { Double(count) / Double(count + bad) }

        func line(scenario: String, key: String) -> ReferenceOutcome.Window {
            ReferenceOutcome.Window(
                scenario: scenario,
                key: key,
                measure: measure,
                start: start / 1000,
                end: end / 1000,
                count: count,
                value: value,
                coverage: coverage,
                good: good,
                revision: revision,
                nearness: nearness
            )
        }
    }
}
