import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow
import Testing

/// Configurations that come one after the other.
struct RepeatedAdoptionTests {
    private static func adopt(_ next: Generation, at second: Int64, _ story: inout JournalStory) throws {
        try story.pipeline.adopt(
            next,
            sequence: story.pipeline.position + 1,
            received: Timestamp(milliseconds: second * 1000),
            monotonic: second * 1_000_000,
            into: &story.commit
        )
    }

    private static func catalogue(_ devices: [DeviceDefinition]) -> Catalogue {
        Catalogue(metrics: [MetricDefinition(id: "water_level", unit: "m")], devices: devices)
    }

    @Test func `a device that left a scenario with a warning is no trouble for the configurations after it`() throws {
        let inside = DeviceDefinition(id: "d1", labels: ["site": "underpass"])
        let outside = DeviceDefinition(id: "d1")
        var generation = try JournalStory.generation(Story.blue().with(\.catalogue, Self.catalogue([inside])))
        generation.scenarios[0].watch = Watch(metric: "water_level", where: ["site": "underpass"])
        var story = try JournalStory.running(generation)
        story.reading(2, at: 30)
        story.reading(2, at: 90)
        for (number, device) in [outside, outside, inside, outside].enumerated() {
            generation.catalogue = Self.catalogue([device, DeviceDefinition(id: "other\(number)")])
            try Self.adopt(generation, at: 100 + Int64(number), &story)
        }
        #expect(story.told() == ["warning.raised", "warning.cleared"])
        generation.catalogue = Self.catalogue([inside])
        try Self.adopt(generation, at: 120, &story)
        story.reading(2, at: 150)
        story.reading(2, at: 210)
        #expect(story.told() == ["warning.raised", "warning.cleared", "warning.raised"])
        #expect(Set(story.commit.events.map(\.id)).count == 3)
    }

    @Test func `a device that comes back to the catalogue is silent under a new id`() throws {
        let device = DeviceDefinition(id: "d1", expectedInterval: .seconds(10))
        var generation = try JournalStory.generation(Story.blue().with(\.catalogue, Self.catalogue([device])))
        var story = try JournalStory.running(generation)
        story.block(.tick, at: 31)
        generation.catalogue = Self.catalogue([])
        try Self.adopt(generation, at: 40, &story)
        generation.catalogue = Self.catalogue([device])
        try Self.adopt(generation, at: 50, &story)
        story.block(.tick, at: 81)
        #expect(story.told() == ["device.silent", "device.silent"])
        #expect(Set(story.commit.events.map(\.id)).count == 2)
    }

    @Test func `a feed that comes back is degraded under a new id`() throws {
        var generation = try JournalStory.generation(Story.blue())
        let feed = generation.feeds[0]
        let other = FeedDefinition(name: "g", topic: try TopicFilter("g/#"), format: .json)
        var story = try JournalStory.running(generation)
        story.block(.feed(name: "f", state: .down), at: 1)
        story.block(.feed(name: "f", state: .drained), at: 2)
        for feeds in [[other], [feed]] {
            generation.feeds = feeds
            try Self.adopt(generation, at: 3, &story)
        }
        story.block(.feed(name: "f", state: .down), at: 4)
        #expect(story.told() == ["feed.degraded", "feed.restored", "feed.degraded"])
        #expect(Set(story.commit.events.map(\.id)).count == 3)
    }

    @Test func `scenarios that watch the same under other names share their keys, and go on together`() throws {
        let devices = ["d1", "d2"].map { DeviceDefinition(id: $0, district: "x") }
        var generation = try JournalStory.generation(Story.blue().with(\.catalogue, Self.catalogue(devices)), id: "a")
        var one = generation.scenarios[0]
        one.ladder.rungs[0].when = try ConditionParser.parse("max of depth >= 1 m")
        one.watch = Watch(metric: "water_level", per: .district)
        var other = one
        other.id = "b"
        other.watch.inputs[0].name = "level"
        other.measures = other.measures.map {
            Measure(name: $0.name, series: "level", function: $0.function, window: $0.window)
        }
        generation.scenarios = [one, other]
        var story = try JournalStory.running(generation)
        for second in [30, 90] as [Int64] {
            story.reading(2, at: second)
            story.reading(0, at: second, device: "d2")
        }
        generation.scenarios[0].owner = "somebody else"
        try Self.adopt(generation, at: 100, &story)
        story.reading(2, at: 150)
        story.reading(0, at: 150, device: "d2")
        #expect(story.told() == ["warning.raised", "warning.raised"])
        #expect(story.commit.events.map(\.key) == ["x", "x"])
    }
}
