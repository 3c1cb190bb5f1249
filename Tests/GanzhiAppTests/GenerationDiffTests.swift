@testable import GanzhiApp
import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow
import Testing

struct GenerationDiffTests {
    func feed(_ name: String, _ topic: String) throws -> FeedDefinition {
        FeedDefinition(name: name, topic: try TopicFilter(topic))
    }

    func scenario(_ id: String, stage: Scenario.Stage = .online, every: TimeSpan = .minutes(1)) -> Scenario {
        Scenario(
            id: id,
            stage: stage,
            watch: Watch(metric: "water_level"),
            every: every,
            measures: [],
            ladder: Ladder(rungs: [])
        )
    }

    func lines(_ old: Generation, _ new: Generation) -> [String] {
        GenerationText.lines(GenerationDiff(from: old, to: new))
    }

    @Test func `what came, went and changed is told by kind, with the first names`() throws {
        let old = Generation(
            feeds: [try feed("a", "a/#"), try feed("b", "b/#")],
            catalogue: Catalogue(
                metrics: [MetricDefinition(id: "level", unit: "m"), MetricDefinition(id: "rain", unit: "mm")],
                devices: [DeviceDefinition(id: "d1"), DeviceDefinition(id: "d2")],
                districts: [DistrictDefinition(code: "1"), DistrictDefinition(code: "2")]
            ),
            scenarios: [scenario("flood"), scenario("gone"), scenario("noise", stage: .trial)]
        )
        let new = Generation(
            calendar: .utc,
            status: "Test",
            feeds: [try feed("b", "c/#"), try feed("c", "b/#")],
            catalogue: Catalogue(
                metrics: [MetricDefinition(id: "level", unit: "cm"), MetricDefinition(id: "rain", unit: "mm")],
                devices: [DeviceDefinition(id: "d1", district: "1")] + (10..<20).map { DeviceDefinition(id: "n\($0)") },
                districts: [DistrictDefinition(code: "1")]
            ),
            scenarios: [scenario("flood", every: .minutes(2)), scenario("noise"), scenario("new")]
        )
        #expect(
            lines(old, new) == [
                "scenarios: 1 added (new), 1 removed (gone), 2 changed (flood, noise)",
                "feeds: 1 added (c), 1 removed (a), 1 changed (b)",
                "metrics: 1 changed (level)",
                "devices: 10 added (n10, n11, n12, n13, n14, n15, n16, n17, …), 1 removed (d2), 1 changed (d1)",
                "districts: 1 removed (2)",
                "stage of noise: trial → online",
                "zone: Asia/Shanghai → UTC",
                "status: none → Test",
            ]
        )
    }

    @Test func `a generation does not differ from itself`() throws {
        let same = Generation(feeds: [try feed("a", "a/#")], scenarios: [scenario("flood")])
        #expect(GenerationDiff(from: same, to: same).isEmpty)
        #expect(!GenerationDiff(from: same, to: Generation()).isEmpty)
    }

    @Test func `the order of feeds decides who takes a message, that of scenarios nothing`() throws {
        let feeds = [try feed("a", "a/#"), try feed("b", "a/b")]
        #expect(
            lines(Generation(feeds: feeds), Generation(feeds: feeds.reversed())) == ["feeds: tried in another order"]
        )
        let scenarios = [scenario("a"), scenario("b")]
        #expect(
            lines(Generation(scenarios: scenarios), Generation(scenarios: scenarios.reversed()))
                == ["only the order of entries"]
        )
        // One that comes between two others puts none of them behind.
        let more = try [feeds[0], feed("c", "c"), feeds[1]]
        #expect(lines(Generation(feeds: feeds), Generation(feeds: more)) == ["feeds: 1 added (c)"])
    }

    @Test func `settings that cannot be shown in a word are named`() {
        let old = Generation(deviceSilence: DeviceSilence(otherwise: .minutes(5)))
        let new = Generation(days: DayTypes(holidays: [20_000]), deviceSilence: DeviceSilence(factor: 4))
        #expect(
            lines(old, new) == [
                "device-silence.factor: 3 → 4", "device-silence.otherwise: 5m → none", "holidays: changed",
            ]
        )
    }
}
