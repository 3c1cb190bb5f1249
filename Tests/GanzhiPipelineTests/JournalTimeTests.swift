import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import Testing

/// Running time of the journal: only a feed that delivers makes its devices idle or stale.
struct JournalTimeTests {
    private static func generation() throws -> Generation {
        var generation = try Story.blue().with(\.silence, "5m").generation()
        generation.feeds = [FeedDefinition(name: "f", topic: try TopicFilter("in/#"), format: .json)]
        return generation
    }

    @Test func `a lost feed makes no device silent, and its return lets time pass again`() throws {
        var daemon = try JournalStory(Self.generation())
        daemon.block(.start, at: 0)
        daemon.block(.feed(name: "f", state: .up), at: 1)
        daemon.block(.feed(name: "f", state: .drained), at: 2)
        daemon.reading(1, at: 10)
        daemon.block(.feed(name: "f", state: .down), at: 20)
        daemon.block(.tick, at: 4000)
        #expect(daemon.told() == ["feed.degraded"])
        daemon.block(.feed(name: "f", state: .up), at: 4001)
        daemon.block(.tick, at: 4500)
        #expect(daemon.told() == ["feed.degraded", "feed.restored"])
        // Ten seconds of running time had passed since the reading; idleness comes 290 s after the backlog was read.
        daemon.block(.feed(name: "f", state: .drained), at: 5000)
        daemon.block(.tick, at: 5289)
        #expect(daemon.told().count == 2)
        daemon.block(.tick, at: 5290)
        #expect(daemon.told().last == "warning.raised")
        daemon.block(.tick, at: 5590)
        #expect(daemon.told().count == 3)
        daemon.block(.tick, at: 5591)
        #expect(daemon.told().last == "warning.stale")
    }

    @Test func `a daemon's downtime is no running time, though the wall clock went on`() throws {
        var daemon = try JournalStory(Self.generation())
        daemon.block(.start, at: 0)
        daemon.block(.feed(name: "f", state: .drained), at: 1)
        daemon.reading(1, at: 10)
        daemon.block(.start, at: 90_000, monotonic: 7)
        daemon.block(.feed(name: "f", state: .drained), at: 90_001, monotonic: 8)
        daemon.block(.tick, at: 90_300, monotonic: 307)
        #expect(daemon.told() == [])
        daemon.block(.tick, at: 90_301, monotonic: 308)
        #expect(daemon.told() == ["warning.raised"])
    }

    @Test func `a wall clock that goes back moves nothing back`() throws {
        var daemon = try JournalStory(Self.generation())
        daemon.block(.start, at: 1000)
        daemon.block(.tick, at: 500)
        #expect(daemon.pipeline.now == Timestamp(milliseconds: 1_000_000))
        daemon.reading(1, at: 510)
        daemon.reading(1, at: 1070)
        daemon.pipeline.flush(into: &daemon.commit)
        #expect(daemon.commit.ledger[LedgerKey(feed: "f", column: .readingsQuarantined, reason: "clock-ahead")] == nil)
        let decided = daemon.commit.events.map(\.time)
        #expect(decided == [Timestamp(milliseconds: 1_070_000)])
    }
}
