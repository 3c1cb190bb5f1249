import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    /// A daemon that ran over New Year: what one of today journalled, with the clocks set back to the last evening of
    /// 2025, behind a store that has taken in nothing of it yet.
    @Test(.needsBroker) func `the events of last year move to a sealed file while the daemon works`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        var daemon = try city.start()
        try Ganzhi.succeed(["backup", city.path("begun")] + city.config)
        try city.publish(
            Reading.steady(12, "d1", from: LoadRecord.start, seconds: 2)
                + Reading.steady(30, "d1", from: LoadRecord.start + 2000, seconds: 2)
        )
        try city.waitForEvent("warning.escalated")
        try city.stop(daemon)
        // The last block comes in a minute before the year 2026 begins in Shanghai.
        let shift = 1_767_196_740_000_000 - Int64(Date().timeIntervalSince1970 * 1e6)
        try JournalCopies.copy(city.path("data/journal"), to: city.path("old/journal"), shift: shift)
        let begun = city.path("begun/ganzhi.sqlite")
        try FileManager.default.copyItem(atPath: begun, toPath: city.path("old/ganzhi.sqlite"))

        let config = try city.configure(data: "old")
        func events(_ filter: String...) throws -> [StoredEvent] {
            try Ganzhi.succeed(["events", "--json"] + config + filter).lines.map(StoredEvent.init)
        }
        daemon = try ChildProcess(Ganzhi.executable, ["run"] + config)
        try daemon.waitUntilSubscribed()
        try eventually("last year's events: \(daemon.errors.suffix(500))") { try events().count == 2 }
        let before = try events()
        #expect(before.allSatisfy { $0.line.contains(#""time":"2025-12-31T"#) })
        let file = city.path("old/events-2025.sqlite")
        #expect(!FileManager.default.fileExists(atPath: file), "no later year has begun")

        try city.publish(Reading.steady(0, "d1", from: LoadRecord.start + 4000, seconds: 4))
        try eventually("a sealed year: \(daemon.errors.suffix(500))") {
            daemon.errors.contains("a past year is sealed")
        }
        #expect(try events().map(\.level) == ["blue", "yellow", "none"])
        #expect(try events().prefix(2).map(\.line) == before.map(\.line))
        #expect(try events("-n", "2").map(\.serial) == [2, 3])
        #expect(try events("--level", "yellow").map(\.serial) == [2])
        let explained = try Ganzhi.succeed(["explain"] + config + ["underpass", "d1"])
        #expect(explained.text.contains("yellow"), "an episode that begins in the sealed year")
        #expect(try Finding.broken(city.path("old")).isEmpty)
        try daemon.kill()

        daemon = try ChildProcess(Ganzhi.executable, ["run"] + config)
        try daemon.waitUntilSubscribed()
        try city.publish(Reading.steady(50, "d1", from: LoadRecord.start + 9000, seconds: 3))
        try eventually("the next event: \(daemon.errors.suffix(500))") { try events().count == 4 }
        #expect(try events().map(\.serial) == [1, 2, 3, 4])
        daemon.send(SIGTERM)
        #expect(try daemon.wait(within: 5) == 0)
        #expect(try Finding.broken(city.path("old")).isEmpty)

        try Ganzhi.succeed(["backup", city.path("backup")] + config)
        try Ganzhi.succeed(["restore", city.path("backup"), "--data", city.path("restored")])
        #expect(
            try Ganzhi.succeed(["events", "--json", "--data", city.path("restored")]).lines == events().map(\.line)
        )
        try FileManager.default.removeItem(atPath: file)
        let rest = try Ganzhi.succeed(["events", "--json"] + config)
        #expect(try rest.lines.map { try StoredEvent($0).serial } == [3, 4])
        #expect(rest.errors.contains("events 1 to 2 are in events-2025.sqlite"))
        let (findings, status) = try Finding.all(city.path("old"))
        #expect(status == 0)
        #expect(findings.filter { $0.result == "absent" }.map(\.check) == ["archive"])
    }
}
