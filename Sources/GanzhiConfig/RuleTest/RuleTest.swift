public import GanzhiModel
public import GanzhiPipeline

/// A file of rule tests: scenarios, and what they must do with given values.
public struct RuleTestFile: Sendable {
    /// The file as the person named it.
    public var path: String
    /// The scenarios under test with their catalogue, zone and calendar.
    public var generation: Generation
    /// The tests in the order of the file.
    public var tests: [RuleTest]
}

/// One test: values in, warning events out.
public struct RuleTest: Sendable {
    /// The values of one series.
    public struct Series: Sendable {
        /// The device.
        public var device: String
        /// The metric, as the device names it.
        public var metric: String
        /// The values, in the order of their times.
        public var values: [Value]
    }

    /// A value with its time.
    public struct Value: Sendable, Hashable {
        /// When it was observed, and received.
        public var time: Timestamp
        /// The number.
        public var number: Double
        /// The unit that it comes in; empty for the one that the catalogue gives device or metric.
        public var unit: String
    }

    /// What the test is about, in words.
    public var name: String
    /// Line of the file in which it begins.
    public var line: Int
    /// Time of the first step of each series.
    public var start: Timestamp
    /// The series as declared.
    public var series: [Series]
    /// What must happen, and nothing else: for each scenario and key in this order.
    public var expectations: [WarningExpectation]
}

/// What a warning event must be; what is `nil` is not compared.
public struct WarningExpectation: Sendable {
    /// What happens, by the last word of the event's type.
    public enum Kind: String, Sendable, CaseIterable {
        /// An episode begins.
        case raised
        /// A higher level holds.
        case escalated
        /// One level down.
        case eased
        /// The episode is over.
        case cleared
        /// The evidence fell silent.
        case stale
        /// A revision no longer supports an event.
        case corrected
        /// The level goes up and down too often.
        case flapping

        /// Whether a level must stand behind it, which the expectation must name.
        var leadsToLevel: Bool { self == .raised || self == .escalated || self == .eased }
    }

    /// Line of the file in which it stands.
    public var line: Int
    /// The event's instant.
    public var instant: Timestamp
    /// Scenario id.
    public var scenario: String
    /// Key within the scenario.
    public var key: String
    /// What happens.
    public var kind: Kind
    /// Level after it: a level's name, or `none`.
    public var level: String?
    /// Level before it.
    public var previous: String?
    /// Why the episode ended, where that is outside its conditions.
    public var reason: String?
    /// Values of the evidence, by measure, in the measure's unit.
    public var evidence: [String: Double]
}
