/// What a scenario's measures were at one evaluation of one key, kept while its ladder is pending or standing.
public struct TracePoint: Sendable, Hashable {
    /// A measure's value.
    public struct Value: Sendable, Hashable {
        /// Name of the measure.
        public var measure: String
        /// The value, in the measure's unit.
        public var value: Double

        /// Creates a value.
        public init(measure: String, value: Double) {
            self.measure = measure
            self.value = value
        }
    }

    /// Scenario id.
    public var scenario: String
    /// Key within the scenario.
    public var key: String
    /// The evaluation's instant.
    public var instant: Timestamp
    /// Level that stood after it; `nil` where none did.
    public var level: Level?
    /// The measures as declared; unknown ones left out.
    public var values: [Value]

    /// Creates a point.
    public init(
        scenario: String,
        key: String,
        instant: Timestamp,
        level: Level?,
        values: [Value]
    ) {
        self.scenario = scenario
        self.key = key
        self.instant = instant
        self.level = level
        self.values = values
    }
}
