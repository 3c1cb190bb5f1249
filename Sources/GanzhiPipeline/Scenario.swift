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

    /// A time of maintenance: all that is given must hold; in received time.
    public struct Maintenance: Sendable, Hashable, Codable {
        /// Local hours; `nil` is the whole day.
        public var hours: LocalHours?
        /// Type of day; `nil` is every day.
        public var days: DayType?
        /// First instant; `nil` is from ever.
        public var from: Timestamp?
        /// First instant that is over; `nil` is for ever.
        public var to: Timestamp?
        /// Why, in words.
        public var reason: String

        /// Creates a time of maintenance.
        public init(
            hours: LocalHours? = nil,
            days: DayType? = nil,
            from: Timestamp? = nil,
            to: Timestamp? = nil,
            reason: String = ""
        ) {
            self.hours = hours
            self.days = days
            self.from = from
            self.to = to
            self.reason = reason
        }
    }

    /// More level changes of one key than this, within this event time, are flapping.
    public struct Flapping: Sendable, Hashable, Codable {
        /// Changes that are still no flapping.
        public var changes: Int
        /// Event time that they are counted over.
        public var within: TimeSpan

        /// Creates a limit; the default is ten changes an hour.
        public init(changes: Int = 10, within: TimeSpan = .hours(1)) {
            self.changes = changes
            self.within = within
        }
    }

    /// The scenario's id, unique among scenarios whose sources are valid at one time.
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
    public var watch: Watch
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
    /// Whether it is also evaluated on each reading that is newer than all others of its key.
    public var eager: Bool
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
    /// Ids of the scenarios whose warnings at the same key, or at keys within it where it is a district, are not published
    /// up to the level of this one's while those stand.
    public var inhibits: [String]
    /// Hours in which people work on what is watched: nothing is published then.
    public var maintenance: [Maintenance]
    /// When a key whose level goes up and down is reported for that.
    public var flapping: Flapping

    /// Creates a scenario with the defaults of the language; ``Generation/problems()`` says whether it can work.
    public init(
        id: String,
        title: [String: String] = [:],
        owner: String? = nil,
        stage: Stage = .online,
        source: Source? = nil,
        watch: Watch,
        every: TimeSpan,
        lateness: TimeSpan = .zero,
        idle: TimeSpan = .minutes(5),
        revise: TimeSpan = .zero,
        from: TimeSpan = .zero,
        eager: Bool = false,
        quietCounts: Bool = false,
        measures: [Measure],
        ladder: Ladder,
        advice: [String: [String: String]] = [:],
        category: String? = nil,
        urgency: String? = nil,
        expires: TimeSpan? = nil,
        inhibits: [String] = [],
        maintenance: [Maintenance] = [],
        flapping: Flapping = Flapping()
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
        self.eager = eager
        self.quietCounts = quietCounts
        self.measures = measures
        self.ladder = ladder
        self.advice = advice
        self.category = category
        self.urgency = urgency
        self.expires = expires
        self.inhibits = inhibits
        self.maintenance = maintenance
        self.flapping = flapping
    }

    /// Ids of the scenarios that its warnings mute; one on trial mutes nobody.
    var mutes: [String] { stage == .online ? inhibits : [] }

    /// The measures over one input, by number, as declared.
    public func measures(ofInput input: Int) -> [Int] {
        let name = watch.inputs[input].name
        return measures.indices.filter { measures[$0].series == name || watch.inputs.count == 1 }
    }

    /// Number of the input that a measure is computed over.
    public func input(ofMeasure measure: Int) -> Int {
        watch.inputs.firstIndex { $0.name == measures[measure].series } ?? 0
    }

    /// The windows over the series of one input.
    ///
    /// - Parameters:
    ///   - input: Number of the input.
    ///   - calendar: The city's days.
    ///   - unit: Canonical unit of the input's metric; `nil` where none is known.
    /// - Returns: `nil` where no measure is computed over it.
    /// - Throws: A problem where the plan would be too large, or a measure's number cannot be converted.
    public func plan(ofInput input: Int = 0, calendar: DayCalendar, unit: String?) throws(Problem) -> Plan? {
        var aggregates: [Plan.Aggregate] = []
        for measure in measures(ofInput: input) {
            let function = try Thresholds.function(of: measures[measure], metricUnit: unit)
            let aggregate = Plan.Aggregate(function, measures[measure].window)
            if !aggregates.contains(aggregate) { aggregates.append(aggregate) }
        }
        guard !aggregates.isEmpty else { return nil }
        return try Plan(
            every: every,
            lateness: lateness,
            idle: idle,
            revise: revise,
            quietCounts: quietCounts,
            eager: eager,
            calendar: calendar.beginning(at: from),
            aggregates: aggregates
        )
    }
}
