import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow
import Testing

@testable import GanzhiConfig

@Suite struct ScenarioReaderTests {
    static let smallest = """
        scenario: s
        watch: {metric: level}
        time: {every: 1m}
        measures: {depth: mean(5m)}
        levels: {red: {when: depth >= 1 m}}
        clear: {when: depth < 1 m}

        """

    /// Reads a text as `s.yaml`, with a catalogue of one metric where its unit is given.
    static func read(_ text: String, unit: String? = nil) -> (scenario: Scenario?, problems: [Problem]) {
        let file = YAMLFile(SourceText(file: "s.yaml", text: text))
        let metrics = unit.map { [MetricDefinition(id: "level", unit: $0)] } ?? []
        let places = metrics.map { _ in PlacedCatalogue.EntryPlace(file: "metrics.yaml", line: 7, column: 3) }
        let placed = PlacedCatalogue(catalogue: Catalogue(metrics: metrics), metrics: places)
        var reader = ScenarioReader(file, catalogue: placed)
        let scenario = reader.read()?.scenario
        return (scenario, file.problems)
    }

    @Test func `a scenario is what its file says`() throws {
        let text = """
            scenario: underpass-flooding
            title: {en: Underpass flooding, zh-Hans: 下穿隧道积水}
            owner: water-affairs
            stage: trial
            source: {title: 道路积水, kind: P, valid-from: 2026-01-01, valid-to: 2026-12-31}
            watch: {metric: level, where: {site: underpass, district: 330106}, per: device}
            time: {every: 30s, lateness: 10s, idle: 4m, silence: 11m}
            measures:
              depth: mean(1m)
              rise:  delta( 10m , every: 1m )
            levels:
              red:    {when: depth >= 40 cm or rise > 0.5 m, until: not (depth > 35 cm)}
              blue:   {when: depth >= 10 cm, for: 1m}
            clear: {when: depth < 8 cm, for: 15m}
            evidence: {coverage: 60 %, quiet: counts}
            advice: {red: {en: Close it.}, blue: Look.}
            category: Infra
            urgency: Immediate
            expires: 2h
            """
        let (scenario, problems) = Self.read(text)
        #expect(problems == [])
        func number(_ digits: String, _ unit: String) -> Condition.Operand { .number(digits, unit: unit) }
        let depth = Condition.Operand.measure("depth")
        let expected = Scenario(
            id: "underpass-flooding",
            title: ["en": "Underpass flooding", "zh-Hans": "下穿隧道积水"],
            owner: "water-affairs",
            stage: .trial,
            source: Scenario.Source(
                title: "道路积水",
                kind: .practice,
                validFrom: "2026-01-01",
                validTo: "2026-12-31"
            ),
            watch: Watch(metric: "level", where: ["site": "underpass", "district": "330106"]),
            every: .seconds(30),
            lateness: .seconds(10),
            idle: .minutes(4),
            quietCounts: true,
            measures: [
                Measure(
                    name: "depth",
                    function: .mean,
                    window: WindowSpec.hopping(.minutes(1), every: .seconds(30))
                ),
                Measure(
                    name: "rise",
                    function: .delta,
                    window: WindowSpec.hopping(.minutes(10), every: .minutes(1))
                ),
            ],
            ladder: Ladder(
                rungs: [
                    Ladder.Rung(
                        level: .blue,
                        when: .compare(depth, .greaterOrEqual, number("10", "cm")),
                        hold: .minutes(1)
                    ),
                    Ladder.Rung(
                        level: .red,
                        when: .or(
                            .compare(depth, .greaterOrEqual, number("40", "cm")),
                            .compare(.measure("rise"), .greater, number("0.5", "m"))
                        ),
                        until: .not(.compare(depth, .greater, number("35", "cm")))
                    ),
                ],
                clear: .compare(depth, .less, number("8", "cm")),
                clearHold: .minutes(15),
                silence: .minutes(11),
                minimumCoverage: 0.6
            ),
            advice: ["red": ["en": "Close it."], "blue": ["en": "Look."]],
            category: "Infra",
            urgency: "Immediate",
            expires: .hours(2)
        )
        #expect(scenario == expected)
    }

    @Test func `what is left out has the default of the language`() throws {
        let scenario = try #require(Self.read(Self.smallest).scenario)
        #expect(scenario.stage == .online)
        #expect(scenario.lateness == .zero)
        #expect(scenario.idle == .minutes(5))
        #expect(scenario.ladder.silence == .minutes(10))
        #expect(scenario.ladder.clearHold == .minutes(5))
        #expect(scenario.ladder.minimumCoverage == 0)
        #expect(!scenario.quietCounts)
    }

    @Test func `options may stand without quotes, as the language writes them`() throws {
        let text = Self.smallest.replacing(
            "measures: {depth: mean(5m)}",
            with: "measures:\n  depth: mean(5m, every: 2m)"
        )
        let (scenario, problems) = Self.read(text)
        #expect(problems.filter { $0.severity == .error } == [])
        #expect(scenario?.measures.first?.window == WindowSpec.hopping(.minutes(5), every: .minutes(2)))
    }

    @Test func `a threshold must be in a unit of the metric`() {
        let (scenario, problems) = Self.read(Self.smallest.replacing(">= 1 m}", with: ">= 15 mbar}"), unit: "m")
        #expect(scenario == nil)
        #expect(
            problems.map(\.description) == [
                "s.yaml:5:31: error: “15 mbar” is a pressure, but `depth` is in m, a length (see metrics.yaml:7). "
                    + "Use one of: m mm cm dm km um."
            ]
        )
    }

    @Test(arguments: [("m", false), ("1", true), ("%", true), ("pH", true), ("count", true), ("bananas", true)])
    func `a plain number will do where the metric's unit leaves no doubt`(unit: String, isAccepted: Bool) {
        let text = Self.smallest.replacing("1 m}", with: "1}")
        #expect((Self.read(text, unit: unit).scenario != nil) == isAccepted, "\(Self.read(text, unit: unit).problems)")
    }

    @Test func `a plain number will do where nobody knows the unit`() {
        #expect(Self.read(Self.smallest.replacing("1 m}", with: "1}")).scenario != nil)
    }

    @Test func `a unit that only the catalogue knows is compared as text`() {
        let text = Self.smallest.replacing("1 m}", with: "1 bananas}")
        #expect(Self.read(text, unit: "bananas").scenario != nil)
        #expect(Self.read(text, unit: "m").scenario == nil)
        #expect(Self.read(text).scenario == nil)
    }

    @Test func `without a catalogue conditions must still agree with each other`() {
        let text = Self.smallest.replacing("depth < 1 m}", with: "depth < 1 mbar}")
        #expect(Self.read(text).problems.contains { $0.message.contains("see “1 m” in line 5") })
    }

    @Test func `places are right behind wide characters, quotes and tabs`() {
        let text = """
            scenario: s
            watch: {metric: level}
            time: {every: 1m}
            measures: {水深: mean(5m)}
            levels: {red: {when: "水深 >= 1 m and\\t\\u6df1 > 2 m"}}
            clear: {when: '水深 < 1 m or x > 2 m'}
            """
        let problems = Self.read(text).problems
        #expect(problems.map { "\($0.line):\($0.column)" } == ["5:38", "6:28"])
        #expect(problems.allSatisfy { $0.message.contains("is not a measure") })
    }

    @Test func `an operand is found even where its name hides in other words`() {
        let text = Self.smallest.replacing("depth >= 1 m}", with: "not depth >= 1 m and an > 3 m or n > 3 m}")
            .replacing("{depth: mean(5m)}", with: "{depth: mean(5m), no: min(5m)}")
        #expect(Self.read(text).problems.map(\.column) == [43, 55])
    }

    @Test func `two scenarios of one id are refused with both places`() throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.smallest, to: "a.yaml")
        try folder.write("\n" + Self.smallest, to: "b.yaml")
        try folder.write("not: a scenario\n", to: "b.test.yaml")
        let (generation, problems) = GenerationReader.load(scenarios: folder.url.path)
        #expect(generation == nil)
        #expect(problems.count { $0.severity == .error } == 1)
        let problem = try #require(problems.first { $0.severity == .error })
        #expect(problem.file.hasSuffix("/b.yaml"))
        #expect(problem.line == 2)
        #expect(problem.message.contains("/a.yaml:1"))
    }

    @Test func `a group scenario is what its file says`() throws {
        let text = """
            scenario: readiness
            watch:
              series:
                rain: {metric: rain, where: {type: gauge}}
                level: {metric: level, where: {site: tunnel}}
              where: {site: any, owner: water}
              per: site
            time: {every: 1m}
            eager: true
            measures:
              fallen: sum(rain, 1h)
              wet: above(level, 30, 10m)
            levels:
              red: {when: max of fallen >= 10 or share of (wet >= 50 %) >= 50 %}
            clear: {when: max of fallen < 5 and not between 22:00 and 06:00, for: 10m}
            inhibit: [other, other, more]
            maintenance:
              - {between: 01:00 and 03:00, on: workday, from: 2026-10-01T00:00:00+08:00, reason: Pumps.}
              - {to: 2026-10-01T00:00:00Z}
            flapping: {within: 2h}
            """
        let (scenario, problems) = Self.read(text)
        #expect(problems.filter { $0.severity == .error } == [])
        let read = try #require(scenario)
        #expect(
            read.watch
                == Watch(
                    inputs: [
                        Watch.Input(
                            name: "rain",
                            selector: WatchSelector(
                                metric: "rain",
                                where: ["site": "any", "owner": "water", "type": "gauge"]
                            )
                        ),
                        Watch.Input(
                            name: "level",
                            selector: WatchSelector(metric: "level", where: ["site": "tunnel", "owner": "water"])
                        ),
                    ],
                    per: .label("site")
                )
        )
        #expect(read.eager)
        #expect(read.measures.map(\.series) == ["rain", "level"])
        #expect(
            read.ladder.rungs.map(\.when.description)
                == ["max of fallen >= 10 or share of (wet >= 50 %) >= 50 %"]
        )
        #expect(read.ladder.clear?.description == "max of fallen < 5 and not between 22:00 and 06:00")
        #expect(read.inhibits == ["other", "more"])
        #expect(
            read.maintenance == [
                Scenario.Maintenance(
                    hours: LocalHours(from: .hours(1), to: .hours(3)),
                    days: .workday,
                    from: Timestamp(rfc3339: "2026-09-30T16:00:00Z"),
                    reason: "Pumps."
                ),
                Scenario.Maintenance(to: Timestamp(rfc3339: "2026-10-01T00:00:00Z")),
            ]
        )
        #expect(read.flapping == Scenario.Flapping(changes: 10, within: .hours(2)))
    }

    @Test func `what a scenario says survives its canonical form`() throws {
        let folder = Examples.path("good/city")
        let scenarios = try #require(GenerationReader.load(config: folder + "/ganzhi.yaml").settings).generation
            .scenarios
        #expect(try JSONDecoder().decode([Scenario].self, from: JSONEncoder().encode(scenarios)) == scenarios)
    }

    @Test func `a measure of the one named series need not name it`() throws {
        let text = Self.smallest.replacing("{metric: level}", with: "{series: {water: {metric: level}}}")
        let scenario = try #require(Self.read(text).scenario)
        #expect(scenario.watch.inputs.map(\.name) == ["water"])
        #expect(scenario.measures(ofInput: 0) == [0])
        #expect(Self.read(text.replacing("mean(5m)", with: "\"mean(water, 5m)\"")).scenario != nil)
    }

    @Test func `a series that no measure uses is refused`() {
        let text = Self.smallest.replacing(
            "{metric: level}",
            with: "{series: {water: {metric: level}, rain: {metric: rain}}}"
        ).replacing("mean(5m)", with: "\"mean(water, 5m)\"")
        let problems = Self.read(text).problems.filter { $0.severity == .error }
        #expect(problems.map(\.message) == ["No measure is computed over the series “rain”."])
        #expect(problems.map(\.column) == [42])
    }

    @Test func `groups of one device are no fault, and cannot count to two`() {
        let text = Self.smallest.replacing("depth >= 1 m}", with: "max of depth >= 1 m and depth >= 2 m}")
        #expect(Self.read(text, unit: "m").scenario != nil)
        let beyond = Self.smallest.replacing("depth >= 1 m}", with: "at least 2 of (depth >= 1 m)}")
        #expect(Self.read(beyond, unit: "m").problems.contains { $0.message.contains("`red` can never be reached") })
        let alone = Self.smallest.replacing("depth >= 1 m}", with: "at least 1 of (depth >= 1 m)}")
        #expect(!Self.read(alone, unit: "m").problems.contains { $0.message.contains("never") })
    }

    @Test(arguments: [
        ("depth >= 1 m and depth < 1 m", true), ("depth > 1 m and depth < 2 m", false),
        ("depth >= 100 cm and depth <= 1 m", false), ("depth > 100 cm and depth <= 1 m", true),
        ("depth == 1 m and depth != 1 m", true), ("not (depth >= 1 m or depth < 2 m)", true),
        ("not (depth >= 2 m or depth < 1 m)", false), ("depth > 1 m and not depth > 1 m", true),
        ("(depth < 1 m or depth > 2 m) and depth > 1 m and depth < 2 m", true),
        ("between 22:00 and 06:00 and between 05:00 and 23:00", false),
        ("between 22:00 and 06:00 and between 06:00 and 22:00", true),
        ("between 22:00 and 06:00 and not between 21:00 and 07:00", true),
        ("on holiday and on workday", true), ("on weekend and on holiday", false), ("on restday and on workday", true),
        ("depth > depth and not depth > depth", true), ("count of (depth > 1 m) > 1", true),
        ("share of (depth > 1 m) < 100 %", false), ("share of (depth > 1 m) < 0", true),
        ("max of depth > 1 m and max of depth < 1 m", true), ("max of depth > 1 m and min of depth < 1 m", false),
    ]) func `a condition that contradicts itself is found, and no other`(condition: String, isNever: Bool) {
        let problems = Self.read(Self.smallest.replacing("depth >= 1 m}", with: condition + "}"), unit: "m").problems
        #expect(problems.contains { $0.message.contains("`red` can never be reached") } == isNever)
        #expect(!problems.contains { $0.message.contains("whatever comes") })
    }

    @Test(arguments: [
        ("depth >= 1 m or depth < 2 m", true), ("depth >= 2 m or depth < 1 m", false),
        ("between 00:00 and 00:00", true), ("between 00:00 and 23:59", false),
        ("on workday or on restday", true), ("on weekend or on workday", false),
        ("not (depth > 1 m and depth < 1 m)", true), ("share of (depth > 1 m) >= 0 %", true),
    ]) func `a condition that is always true is found, and no other`(condition: String, isAlways: Bool) {
        let problems = Self.read(Self.smallest.replacing("depth >= 1 m}", with: condition + "}"), unit: "m").problems
        #expect(problems.contains { $0.message.contains("whatever comes") } == isAlways)
    }

    @Test func `a condition too tangled to look through is left alone`() {
        let tangle = (0..<12).map { "(depth == \($0) m or rise == \($0) m)" }.joined(separator: " and ")
        let text = Self.smallest.replacing("depth >= 1 m}", with: tangle + "}")
            .replacing("{depth: mean(5m)}", with: "{depth: mean(5m), rise: delta(5m)}")
        #expect(Self.read(text, unit: "m").scenario != nil)
    }

    @Test func `easing is told to wait only where it cannot`() {
        func warns(_ when: String, _ until: String) -> Bool {
            let text = Self.smallest.replacing("depth >= 1 m}", with: "\(when), until: \(until)}")
                .replacing("{depth: mean(5m)}", with: "{depth: mean(5m), rise: delta(5m)}")
            return Self.read(text, unit: "m").problems.contains { $0.message.contains("can ease at once") }
        }
        #expect(warns("depth >= 1 m", "depth < 1.1 m"))
        #expect(!warns("depth >= 1 m", "depth < 90 cm"))
        #expect(!warns("depth >= 1 m or rise >= 20 cm", "depth < 90 cm"))
        #expect(warns("depth >= 1 m or rise >= 20 cm", "depth < 2 m"))
    }

    @Test func `a hold shorter than the wait between evaluations is told, unless readings are evaluated too`() {
        let text = Self.smallest.replacing("depth >= 1 m}", with: "depth >= 1 m, for: 10s}")
        func warns(_ text: String) -> Bool { Self.read(text).problems.contains { $0.message.contains("shorter than") } }
        #expect(warns(text))
        #expect(!warns(text.replacing("10s", with: "1m")))
        #expect(!warns(text.replacing("10s", with: "0s")))
        #expect(!warns(text + "eager: true\n"))
    }

    @Test func `holidays are missed only where no calendar names one`() {
        let text = Self.smallest.replacing("depth >= 1 m}", with: "depth >= 1 m and not on holiday}")
        func warns(_ days: DayTypes) -> Bool {
            let file = YAMLFile(SourceText(file: "s.yaml", text: text))
            var reader = ScenarioReader(file, catalogue: PlacedCatalogue(), days: days)
            _ = reader.read()
            return file.problems.contains { $0.message.contains("holidays") }
        }
        #expect(warns(DayTypes()))
        #expect(!warns(DayTypes(holidays: [20_727])))
    }

    @Test func `fifty per cent of a share is a half`() throws {
        let half = try Thresholds.convert("50", unit: "%", against: .share, measures: [], metricUnit: { _ in nil })
        #expect(half == 0.5)
        let plain = try Thresholds.convert("0.5", unit: "", against: .share, measures: [], metricUnit: { _ in nil })
        #expect(plain == 0.5)
        let count = try Thresholds.convert("3", unit: "", against: .count, measures: [], metricUnit: { _ in nil })
        #expect(count == 3)
        let distance = try Thresholds.convert(
            "0.5",
            unit: "km",
            against: .distance,
            measures: [],
            metricUnit: { _ in nil }
        )
        #expect(distance == 500)
    }

    @Test func `warnings alone leave the scenario usable`() throws {
        let (scenario, problems) = Self.read(Self.smallest)
        #expect(scenario != nil)
        #expect(problems.map(\.severity) == [.warning])
        #expect(problems.first?.message.contains("hysteresis") == true)
    }

    @Test(arguments: ["scenario", "watch", "time", "measures", "levels"])
    func `a key that must be given is asked for`(key: String) {
        let text = Self.smallest.split(separator: "\n").filter { !$0.hasPrefix(key) }.joined(separator: "\n")
        let problems = Self.read(text).problems
        #expect(problems.contains { $0.severity == .error && $0.message == "The scenario has no `\(key)`." })
    }

    @Test(arguments: ["forecast", "anomaly"])
    func `functions of the language that are not done yet are refused by name`(function: String) {
        let problems = Self.read(Self.smallest.replacing("mean(5m)", with: "\(function)(5m)")).problems
        #expect(
            problems.first?.message == "`\(function)` belongs to the language, but this version does not do it yet."
        )
        #expect(problems.first?.remedy == "Use `slope` or `delta` and a threshold.")
        #expect(problems.count == 1)
    }
}
