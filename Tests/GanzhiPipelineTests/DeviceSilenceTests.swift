import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import Testing

/// Devices that should speak and do not.
struct DeviceSilenceTests {
    private static func generation(
        feeds: [String] = ["f"],
        silence: DeviceSilence = DeviceSilence(factor: 3)
    ) throws -> Generation {
        Generation(
            deviceSilence: silence,
            feeds: try feeds.map { FeedDefinition(name: $0, topic: try TopicFilter("\($0)/#"), format: .json) },
            catalogue: Catalogue(
                metrics: [MetricDefinition(id: "water_level", unit: "m")],
                devices: [
                    DeviceDefinition(id: "d1", district: "330106", expectedInterval: .seconds(10)),
                    DeviceDefinition(id: "d2", expectedInterval: .seconds(20)), DeviceDefinition(id: "d3"),
                ]
            )
        )
    }

    /// Types and devices of the device events so far.
    private static func told(_ story: inout JournalStory) -> [String] {
        _ = story.told()
        return story.commit.events.filter { $0.type.hasPrefix("ganzhi.device") }.map {
            "\($0.device) \($0.type.dropFirst("ganzhi.device.".count))"
        }
    }

    @Test func `a device is silent when it is unheard for longer than three intervals, and returns once`() throws {
        var story = try JournalStory.running(Self.generation())
        story.reading(1, at: 5)
        story.reading(1, at: 5, device: "d2")
        story.block(.tick, at: 35)
        #expect(Self.told(&story) == [])
        story.block(.tick, at: 36)
        story.block(.tick, at: 50)
        #expect(Self.told(&story) == ["d1 silent"])
        story.reading(1, at: 60)
        story.reading(1, at: 61)
        #expect(Self.told(&story) == ["d1 silent", "d1 returned"])
        let events = story.commit.events
        #expect(events.map { $0.id.suffix(7) } == ["-000001", "-000002"])
        #expect(events[0].id.dropLast(7) == events[1].id.dropLast(7))
        #expect(story.commit.publications.map(\.topic) == Array(repeating: "ganzhi/v1/devices/330106/d1", count: 2))
        story.block(.tick, at: 92)
        #expect(Self.told(&story).suffix(2) == ["d2 silent", "d1 silent"])
        #expect(story.commit.events.last?.id.dropLast(7) != events[0].id.dropLast(7))
    }

    @Test func `a device that was never heard is silent too, and one without an interval never`() throws {
        var story = try JournalStory.running(Self.generation())
        story.block(.tick, at: 30)
        #expect(Self.told(&story) == [])
        story.block(.tick, at: 61)
        #expect(Self.told(&story) == ["d1 silent", "d2 silent"])
    }

    @Test func `a time for all others is a setting`() throws {
        let silence = DeviceSilence(factor: 3, otherwise: .seconds(40))
        var story = try JournalStory.running(Self.generation(silence: silence))
        story.block(.tick, at: 41)
        #expect(Self.told(&story) == ["d1 silent", "d3 silent"])
    }

    @Test func `a lost feed makes nobody silent`() throws {
        var story = try JournalStory.running(Self.generation())
        story.reading(1, at: 5)
        story.block(.feed(name: "f", state: .down), at: 6)
        story.block(.tick, at: 5000)
        story.block(.feed(name: "f", state: .drained), at: 5000)
        story.block(.tick, at: 5020)
        #expect(Self.told(&story) == [])
        #expect(story.told() == ["feed.degraded", "feed.restored"])
        story.block(.tick, at: 5030)
        #expect(Self.told(&story) == ["d1 silent"])
    }

    @Test func `one of two feeds that is lost silences nobody who was heard through it`() throws {
        var story = try JournalStory.running(Self.generation(feeds: ["f", "g"]))
        story.reading(1, at: 1)
        story.reading(1, at: 1, device: "d2", feed: "g")
        story.block(.feed(name: "g", state: .down), at: 2)
        story.block(.tick, at: 500)
        #expect(Self.told(&story) == ["d1 silent"])
    }

    @Test func `silent devices go on being silent under another configuration`() throws {
        let generation = try Self.generation()
        var story = try JournalStory.running(generation)
        story.block(.tick, at: 61)
        var next = generation
        next.deviceSilence.factor = 4
        try story.pipeline.adopt(
            next,
            sequence: story.pipeline.position + 1,
            received: Timestamp(milliseconds: 62_000),
            monotonic: 62_000_000,
            into: &story.commit
        )
        story.block(.tick, at: 500)
        story.reading(1, at: 501)
        #expect(Self.told(&story) == ["d1 silent", "d2 silent", "d1 returned"])
    }

    @Test func `results are the same however blocks are cut into batches`() throws {
        func run(flushing: Bool) throws -> [[UInt8]] {
            var story = try JournalStory.running(Self.generation(feeds: ["f", "g"]))
            for second in Int64(1)..<900 {
                if second % 97 < 50 { story.reading(Double(second), at: second) }
                if second % 211 < 100 { story.reading(Double(second), at: second, device: "d2", feed: "g") }
                if second % 150 == 149 { story.block(.feed(name: "g", state: .down), at: second) }
                if second % 150 == 29 { story.block(.feed(name: "g", state: .drained), at: second) }
                story.block(.tick, at: second)
                if flushing { _ = story.told() }
            }
            _ = story.told()
            return story.commit.events.map(\.bytes)
        }
        let events = try run(flushing: false)
        #expect(events.count > 20)
        #expect(try run(flushing: true) == events)
    }
}
