import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import Testing

/// What silences, maintenance and inhibition keep from being published, and what they never change.
struct SuppressionTests {
    private static let catalogue = Catalogue(
        metrics: [MetricDefinition(id: "water_level", unit: "m")],
        devices: [DeviceDefinition(id: "d1", district: "330106")],
        districts: [DistrictDefinition(code: "330106", parent: "330100"), DistrictDefinition(code: "330100")]
    )

    private static func story() throws -> JournalStory {
        try .running(JournalStory.generation(Story.blue().with(\.catalogue, catalogue).with(\.clearHold, "1m")))
    }

    /// Readings at half past each minute from one on, and one more that closes the last of them.
    private static func tell(_ values: [Double], from minute: Int64, _ story: inout JournalStory) {
        for (index, value) in values.enumerated() { story.reading(value, at: (minute + Int64(index)) * 60 + 30) }
    }

    private static func data(_ event: Event) throws -> [String: Any] {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(event.bytes)) as? [String: Any])
        return try #require(object["data"] as? [String: Any])
    }

    @Test func `a silenced warning is decided and stored as ever, says so, and is not published`() throws {
        var silenced = try Self.story()
        silenced.suppress([.scenario: ["s"], .key: ["d1"]], at: 1, until: 100_000)
        Self.tell([2, 2, 0, 0, 0], from: 0, &silenced)
        #expect(silenced.told() == ["warning.raised", "warning.cleared"])
        #expect(silenced.published() == [])
        let suppressed = try #require(try Self.data(silenced.commit.events[0])["suppressed"] as? [[String: Any]])
        #expect(suppressed[0]["id"] as? String == "s1")
        #expect(suppressed[0]["author"] as? String == "duty officer")
        #expect(suppressed[0]["until"] as? Int == 100_000_000)

        var free = try Self.story()
        free.block(.tick, at: 1)
        Self.tell([2, 2, 0, 0, 0], from: 0, &free)
        #expect(free.told() == silenced.told())
        #expect(free.commit.events.map(\.id) == silenced.commit.events.map(\.id))
        #expect(free.published().count == 4)
        #expect(try Self.data(free.commit.events[0])["suppressed"] == nil)
    }

    @Test(arguments: [
        ([Suppression.Field.scenario: ["t"]], false), ([.key: ["d2", "d1"]], true), ([.district: ["330106"]], true),
        ([.district: ["330100"]], true), ([.district: ["330105"]], false), ([.level: ["red"]], false),
        ([.level: ["blue", "red"]], true), ([.scenario: ["s"], .level: ["red"]], false),
    ]) func `every field that is named must match`(matchers: [Suppression.Field: [String]], isQuiet: Bool) throws {
        var story = try Self.story()
        story.suppress(matchers, at: 1, until: 100_000)
        Self.tell([2, 2], from: 0, &story)
        #expect(story.told() == ["warning.raised"])
        #expect(story.published().isEmpty == isQuiet)
    }

    @Test func `a warning that still stands when its silence ends is published then`() throws {
        var story = try Self.story()
        story.suppress([.scenario: ["s"]], at: 1, until: 200)
        Self.tell([2, 2], from: 0, &story)
        story.block(.tick, at: 199)
        #expect(story.published() == [])
        story.block(.tick, at: 200)
        #expect(story.published() == ["events/330106/s/blue", "warnings/s/d1 kept"])
        #expect(story.commit.endedSuppressions == ["s1"])
        #expect(story.commit.publications[0].payload == story.commit.events[0].bytes)
        #expect(story.commit.warnings.map(\.suppressedBy) == ["silence s1", ""])
    }

    @Test func `a silence that is lifted lets go at once, one that has not begun holds nothing back`() throws {
        var story = try Self.story()
        story.suppress([.scenario: ["s"]], id: "later", at: 1, from: 5000, until: 100_000)
        story.suppress([.scenario: ["s"]], at: 2, until: 100_000)
        Self.tell([2, 2], from: 0, &story)
        #expect(story.published() == [])
        story.block(.command(Command(id: "c", actor: "a", body: .lift(id: "s1"))), at: 100)
        #expect(story.published().count == 2)
        #expect(story.commit.endedSuppressions == ["s1"])
    }

    @Test func `of a warning that subscribers know, the end is kept back and told when the silence is over`() throws {
        var story = try Self.story()
        Self.tell([2, 2], from: 0, &story)
        #expect(story.published() == ["events/330106/s/blue", "warnings/s/d1 kept"])
        story.suppress([.scenario: ["s"]], at: 95, until: 1000)
        Self.tell([0, 0, 0], from: 2, &story)
        #expect(story.told().last == "warning.cleared")
        #expect(story.published().count == 2)
        story.block(.tick, at: 1000)
        #expect(story.published().suffix(2) == ["events/330106/s/none", "warnings/s/d1 removed"])
    }

    @Test func `a warning that began and ended in silence is never told`() throws {
        var story = try Self.story()
        story.suppress([.scenario: ["s"]], at: 1, until: 1000)
        Self.tell([2, 2, 0, 0, 0], from: 0, &story)
        story.block(.tick, at: 2000)
        #expect(story.told() == ["warning.raised", "warning.cleared"])
        #expect(story.published() == [])
    }

    @Test func `hours of maintenance keep a scenario quiet, by the city's clock`() throws {
        // The epoch is 08:00 in Shanghai, on a Thursday.
        for (hours, isQuiet) in [("08:00 and 09:00", true), ("09:00 and 10:00", false)] {
            var generation = try JournalStory.generation(Story.blue().with(\.catalogue, Self.catalogue))
            generation.scenarios[0].maintenance = [
                Scenario.Maintenance(hours: LocalHours(hours), days: .workday, reason: "pumps are tested")
            ]
            var story = try JournalStory.running(generation)
            Self.tell([2, 2], from: 0, &story)
            #expect(story.told() == ["warning.raised"])
            #expect(story.published().isEmpty == isQuiet)
            story.block(.tick, at: 3600)
            #expect(story.published().count == 2)
        }
    }

    @Test func `a warning mutes those that it names at its key, up to its own level`() throws {
        var generation = try JournalStory.generation(Story.fourLevels.with(\.catalogue, Self.catalogue), id: "a")
        generation.scenarios[0].inhibits = ["b"]
        generation.scenarios.append(try Story.blue().scenario(id: "b"))
        generation.scenarios.append(try Story.blue().scenario(id: "c"))
        var story = try JournalStory.running(generation)
        Self.tell([2, 2], from: 0, &story)
        #expect(story.told() == ["warning.raised", "warning.raised", "warning.raised"])
        #expect(
            Set(story.published().filter { $0.hasPrefix("events") }) == [
                "events/330106/a/yellow", "events/330106/c/blue",
            ]
        )
        let muted = try #require(story.commit.events.first { $0.scenario == "b" })
        let suppressed = try #require(try Self.data(muted)["suppressed"] as? [[String: Any]])
        #expect(suppressed[0]["scenario"] as? String == "a")
        // It is told once the one that muted it is over.
        Self.tell([0.5, 0.5, 0.5, 0.5], from: 2, &story)
        #expect(story.told().contains("warning.cleared"))
    }

    @Test func `results are the same however blocks are cut into batches`() throws {
        func run(flushing: Bool) throws -> ([[UInt8]], [Publication]) {
            var story = try Self.story()
            for second in stride(from: Int64(1), to: 2000, by: 13) {
                if second % 25 == 0 { story.suppress([.key: ["d1"]], id: "s\(second)", at: second, until: second + 90) }
                story.reading(second % 300 < 150 ? 2 : 0, at: second)
                if flushing { _ = story.told() }
            }
            _ = story.told()
            return (story.commit.events.map(\.bytes), story.commit.publications)
        }
        let (events, publications) = try run(flushing: false)
        let cut = try run(flushing: true)
        #expect(events.count > 5 && publications.count > 2)
        #expect(events == cut.0)
        #expect(publications == cut.1)
    }
}
