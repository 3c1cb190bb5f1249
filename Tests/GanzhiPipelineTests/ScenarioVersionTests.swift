import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import Testing

/// Sources that are in force for a time, and several versions of one scenario.
struct ScenarioVersionTests {
    /// A scenario that is blue from so many metres on, in force between two days.
    private static func version(_ when: String, from: String?, to: String?) throws -> Scenario {
        var scenario = try Story.blue().with(\.levels, [(.blue, when, "0s", nil)]).with(\.clearHold, "1m").scenario()
        scenario.source = Scenario.Source(title: "table", kind: .limit, validFrom: from, validTo: to)
        return scenario
    }

    /// Readings at half past each minute from a quarter to midnight in Shanghai on, on 1 January 1970.
    private static func outcome(_ scenarios: [Scenario], _ values: [Double?]) throws -> ReferenceOutcome {
        let lines = values.enumerated().compactMap { minute, value in
            value.map { ReferenceLine(Int64(minute) * 60_000 + 30_000 + 56_700_000, $0) }
        }
        return try ReferenceOutcome.ofEngine(
            lines,
            through: Generation(catalogue: Story().catalogue, scenarios: scenarios)
        )
    }

    private static func told(_ outcome: ReferenceOutcome) -> [String] {
        outcome.transitions.map { "\($0.instant / 60_000 - 945)m \($0.type) \($0.level) \($0.sequence)" }
    }

    @Test func `yesterday's data is judged by yesterday's table`() throws {
        let old = try Self.version("depth >= 2 m", from: nil, to: "1970-01-01")
        let new = try Self.version("depth >= 1 m", from: "1970-01-02", to: nil)
        let values = Array(repeating: 1.5 as Double?, count: 20)
        #expect(Self.told(try Self.outcome([old, new], values)) == ["16m raised blue 1"])
        #expect(Self.told(try Self.outcome([new, old], values)) == ["16m raised blue 1"])
        #expect(Self.told(try Self.outcome([old], values)) == [])
    }

    @Test func `a warning that stands when the table changes goes on under the next`() throws {
        let old = try Self.version("depth >= 2 m", from: nil, to: "1970-01-01")
        let new = try Self.version("depth >= 1 m", from: "1970-01-02", to: nil)
        let values: [Double?] = Array(repeating: 2.5, count: 15) + Array(repeating: 1.5, count: 5) + [0, 0, 0, 0]
        let told = Self.told(try Self.outcome([old, new], values))
        #expect(told == ["1m raised blue 1", "22m cleared none 2"])
    }

    @Test func `a warning whose source is no longer in force is over`() throws {
        let old = try Self.version("depth >= 2 m", from: nil, to: "1970-01-01")
        let told = Self.told(try Self.outcome([old], Array(repeating: 2.5, count: 20)))
        #expect(told == ["1m raised blue 1", "16m cleared none 2"])
    }
}
