public import GanzhiCatalogue
public import GanzhiModel
public import GanzhiWarnings
public import GanzhiWindow

/// An application scenario 應用場景: which series to watch, what to measure, and when to warn.
public struct Scenario: Sendable, Hashable, Codable {
    /// Where a scenario stands in its life.
    public enum Stage: String, Sendable, Hashable, Codable, CaseIterable {
        /// Evaluated and stored, published only under the trial topic.
        case trial
        /// In force.
        case online
        /// Kept for the record, evaluated no more.
        case retired
    }

    /// Where a scenario's numbers come from.
    public struct Source: Sendable, Hashable, Codable {
        /// What a threshold is: a published warning criterion, a limit value used as trigger, or local practice.
        public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            /// A published warning criterion; only these may be shown as an official level.
            case criterion = "W"
            /// A limit value from another standard.
            case limit = "L"
            /// Local practice.
            case practice = "P"
        }
        /// Title of the document.
        public var title: String
        /// What its numbers are.
        public var kind: Kind
        /// First day of its validity, `YYYY-MM-DD`.
        public var validFrom: String?
        /// Last day of its validity, `YYYY-MM-DD`.
        public var validTo: String?

        /// Creates a source.
        public init(title: String, kind: Kind, validFrom: String? = nil, validTo: String? = nil) {
            self.title = title
            self.kind = kind
            self.validFrom = validFrom
            self.validTo = validTo
        }
    }

    /// The scenario's id, unique among scenarios.
    public var id: String
    /// Title by language tag.
    public var title: [String: String]
    /// Department that answers for it.
    public var owner: String?
    /// Where it stands in its life.
    public var stage: Stage
    /// Where its numbers come from.
    public var source: Source?
    /// The series it watches.
    public var watch: WatchSelector
    /// Event time between two evaluations.
    public var every: TimeSpan
    /// How far watermarks stay behind the newest reading.
    public var lateness: TimeSpan
    /// Running time after which an unheard series holds nothing up.
    public var idle: TimeSpan
    /// For how long after its end became final a window still takes readings in, and is reported again.
    public var revise: TimeSpan
    /// Local time of day at which days begin.
    public var from: TimeSpan
    /// Whether a quiet device counts as unchanged: no freshness is asked.
    public var quietCounts: Bool
    /// The measures, as declared.
    public var measures: [Measure]
    /// The levels.
    public var ladder: Ladder
    /// What to do, by level name and language tag.
    public var advice: [String: [String: String]]
    /// CAP 1.2 category.
    public var category: String?
    /// CAP 1.2 urgency.
    public var urgency: String?
    /// How long after its decision an event's message expires.
    public var expires: TimeSpan?

    /// Creates a scenario with the defaults of the language; ``Generation/problems()`` says whether it can work.
    public init(
        id: String,
        title: [String: String] = [:],
        owner: String? = nil,
        stage: Stage = .online,
        source: Source? = nil,
        watch: WatchSelector,
        every: TimeSpan,
        lateness: TimeSpan = .zero,
        idle: TimeSpan = .minutes(5),
        revise: TimeSpan = .zero,
        from: TimeSpan = .zero,
        quietCounts: Bool = false,
        measures: [Measure],
        ladder: Ladder,
        advice: [String: [String: String]] = [:],
        category: String? = nil,
        urgency: String? = nil,
        expires: TimeSpan? = nil
    ) {
        self.id = id
        self.title = title
        self.owner = owner
        self.stage = stage
        self.source = source
        self.watch = watch
        self.every = every
        self.lateness = lateness
        self.idle = idle
        self.revise = revise
        self.from = from
        self.quietCounts = quietCounts
        self.measures = measures
        self.ladder = ladder
        self.advice = advice
        self.category = category
        self.urgency = urgency
        self.expires = expires
    }

    /// The windows of the scenario.
    ///
    /// - Parameters:
    ///   - calendar: The city's days.
    ///   - unit: Canonical unit of the watched metric; `nil` where none is known.
    /// - Throws: A problem where the plan would be too large, or a measure's number cannot be converted.
    public func plan(calendar: DayCalendar, unit: String?) throws(Problem) -> Plan {
        var aggregates: [Plan.Aggregate] = []
        for measure in measures {
            let aggregate = Plan.Aggregate(try Thresholds.function(of: measure, metricUnit: unit), measure.window)
            if !aggregates.contains(aggregate) { aggregates.append(aggregate) }
        }
        return try Plan(
            every: every,
            lateness: lateness,
            idle: idle,
            revise: revise,
            quietCounts: quietCounts,
            calendar: calendar.beginning(at: from),
            aggregates: aggregates
        )
    }
}
