import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow
import Testing

/// A ladder for tables of tests: evaluated every minute, one device that speaks at half past each minute.
struct Story {
    /// Measures as scenarios write them.
    var measures = ["depth": "last(1m)"]
    /// Level, `when`, `for`, and `until` where it is given.
    var levels: [(level: Level, when: String, hold: String, until: String?)] = []
    var clear: String?
    var clearHold = "5m"
    var silence = "10m"
    var idle = "5m"
    var lateness = "0s"
    var coverage = 0.0
    var quietCounts = false
    var catalogue = Catalogue(metrics: [MetricDefinition(id: "water_level", unit: "m")])

    /// Levels from blue to red at 1, 2, 3 and 4 m, cleared below 1 m.
    static var fourLevels: Story {
        Story(
            levels: [
                (.blue, "depth >= 1 m", "0s", nil), (.yellow, "depth >= 2 m", "0s", nil),
                (.orange, "depth >= 3 m", "0s", nil), (.red, "depth >= 4 m", "0s", nil),
            ],
            clear: "depth < 1 m",
            clearHold: "2m"
        )
    }

    /// Blue from 1 m on.
    static func blue(for hold: String = "0s", until: String? = nil) -> Story {
        Story(levels: [(.blue, "depth >= 1 m", hold, until)])
    }

    func with<Value>(_ path: WritableKeyPath<Story, Value>, _ value: Value) -> Story {
        var copy = self
        copy[keyPath: path] = value
        return copy
    }

    func scenario(id: String = "s") throws -> Scenario {
        func span(_ text: String) throws -> TimeSpan { try #require(TimeSpan(text)) }
        return Scenario(
            id: id,
            watch: Watch(metric: "water_level"),
            every: .minutes(1),
            lateness: try span(lateness),
            idle: try span(idle),
            quietCounts: quietCounts,
            measures: try measures.sorted { $0.key < $1.key }.map {
                try Measure(name: $0.key, parsing: $0.value, every: .minutes(1))
            },
            ladder: Ladder(
                rungs: try levels.map { level in
                    Ladder.Rung(
                        level: level.level,
                        when: try ConditionParser.parse(level.when),
                        hold: try span(level.hold),
                        until: try level.until.map(ConditionParser.parse)
                    )
                },
                clear: try clear.map(ConditionParser.parse),
                clearHold: try span(clearHold),
                silence: try span(silence),
                minimumCoverage: coverage
            )
        )
    }

    func generation() throws -> Generation { Generation(catalogue: catalogue, scenarios: [try scenario()]) }

    /// Readings of one device at half past each minute; `nil` where it is silent.
    static func minutely(_ values: [Double?], device: String = "d1") -> [ReferenceLine] {
        values.enumerated().compactMap { minute, value in
            value.map { ReferenceLine(Int64(minute) * 60_000 + 30_000, $0, device: device) }
        }
    }

    /// Replays lines through the engine, and through the reference, which must agree.
    func outcome(_ lines: [ReferenceLine], sourceLocation: SourceLocation = #_sourceLocation) throws -> ReferenceOutcome
    {
        let generation = try generation()
        let outcome = try ReferenceOutcome.ofEngine(lines, through: generation)
        let difference = Reference.replay(lines, through: generation).difference(to: outcome)
        #expect(difference == nil, sourceLocation: sourceLocation)
        return outcome
    }

    /// What happened to one device's ladder, such as `3m raised blue`.
    func told(_ values: [Double?], sourceLocation: SourceLocation = #_sourceLocation) throws -> [String] {
        try outcome(Self.minutely(values), sourceLocation: sourceLocation).told
    }
}

extension ReferenceOutcome {
    /// The transitions in words, with the minute of their instant.
    var told: [String] { transitions.map { "\($0.instant / 60_000)m \($0.type) \($0.level)" } }

    /// The windows in words: key, end in seconds, count.
    var counted: [String] { windows.map { "\($0.key) \($0.end / 1000)s \($0.count)" } }
}
