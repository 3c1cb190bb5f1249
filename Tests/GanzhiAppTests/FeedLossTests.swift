import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    /// Running time stands still from the loss of the feed until its backlog is read again, so that a warning falls
    /// silent only after as much silence as without the loss.
    @Test(.needsBroker) func `a lost broker is one event, its return another, and neither makes a warning stale`()
        throws
    {
        let silence: Int64 = 2000
        let city = try Installation(
            scenarios: [Underpass.scenario(time: "{every: 1s, idle: 2s, silence: 2s}")],
            catalogue: Underpass.catalogue
        )
        let daemon = try city.start()
        // The quickest way to learn of the warning: the silence has begun.
        let watcher = try MosquittoClients.subscribe("ganzhi/v1/warnings/#", port: city.broker.port)
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        try eventually("the warning: \(daemon.errors)") { !watcher.lines.isEmpty }
        city.broker.stop()
        try city.waitForEvent("feed.degraded")
        // Longer than any silence that is allowed, and several attempts to connect.
        usleep(2 * UInt32(silence) * 1000)
        try city.broker.start()
        try city.waitForEvent("feed.restored")
        let events = try city.waitForEvent("warning.stale")
        #expect(
            events.map(\.summary) == [
                "warning.raised underpass d1 yellow", "feed.degraded", "feed.restored",
                "warning.stale underpass d1 yellow",
            ]
        )
        #expect(events[1].subject == "readings" && events[2].subject == "readings")
        #expect(events[1].id.hasSuffix("-000001"))
        #expect(events[2].id == events[1].id.dropLast() + "2")
        let away = events[2].decided - events[1].decided
        #expect(away >= 2 * silence)
        // Nothing was heard after what raised it.
        #expect(events[3].decided - events[0].decided > silence + away)

        // It hears again, and the warning goes on as if nothing had been.
        try city.publish(Reading.steady(50, "d1", from: LoadRecord.start + 3000, seconds: 2))
        let escalated = try #require(try city.waitForEvent("warning.escalated").last)
        #expect(escalated.subject == events[0].subject)
        try city.stop(daemon)
    }

    @Test(.needsBroker)
    func `a daemon that starts without a broker reports the feed lost, and works once there is one`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        city.broker.stop()
        let daemon = try city.launch()
        try eventually("a word about the broker: \(daemon.errors)") { daemon.errors.contains("cannot connect") }
        try city.waitForEvent("feed.degraded")
        try city.broker.start()
        try city.waitForEvent("feed.restored")
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        let events = try city.waitForEvent("warning.raised")
        #expect(events.map(\.type) == ["ganzhi.feed.degraded", "ganzhi.feed.restored", "ganzhi.warning.raised"])
        try city.stop(daemon)
    }
}
