import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `following events shows those of a running daemon, byte for byte`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        let follower = try ChildProcess(Ganzhi.executable, ["events", "--follow", "--json"] + city.data)
        let reader = try ChildProcess(Ganzhi.executable, ["events", "--follow"] + city.data)
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        try eventually("an event at the follower: \(follower.errors)") { !follower.lines.isEmpty }
        try eventually("an event for people: \(reader.errors)") { !reader.lines.isEmpty }
        #expect(reader.lines[0].contains("yellow  raised     underpass  d1  depth 30 cm  Underpass flooding"))
        try city.publish(Reading.steady(0, "d1", from: LoadRecord.start + 3000, seconds: 4))
        try eventually("the end of the warning at the follower") { follower.lines.count == 2 }
        #expect(try city.events().map(\.line) == follower.lines)
        try city.stop(daemon)
        #expect(follower.isRunning)
        try follower.kill()
        try reader.kill()
    }

    @Test func `events are chosen by level, scenario, district, device, time and number`() throws {
        let folder = try TemporaryFolder()
        func path(_ name: String) -> String { folder.url.appending(path: name).path }
        try folder.write(Underpass.catalogue, to: "catalogue.yaml")
        try folder.write(Underpass.scenario(), to: "scenarios/underpass.yaml")
        try folder.write(Underpass.scenario("early", blue: 6), to: "scenarios/early.yaml")
        let start = LoadRecord.start
        let readings =
            Reading.steady(8, "d1", from: start, seconds: 2) + Reading.steady(30, "d1", from: start + 2000, seconds: 2)
            + Reading.steady(30, "d2", from: start + 4000, seconds: 2)
            + Reading.steady(0, "d1", from: start + 6000, seconds: 4)
        try folder.write(readings.map { $0.json + "\n" }.joined(), to: "readings.ndjson")
        try Ganzhi.succeed(
            ["replay", "--scenarios", path("scenarios"), "--catalogue", path("catalogue.yaml"), "--db"]
                + [path("ganzhi.sqlite"), "--events", path("events.ndjson"), path("readings.ndjson")]
        )
        func events(_ filter: String...) throws -> [String] {
            try Ganzhi.succeed(["events", "--json", "--data", folder.url.path] + filter).lines.map {
                try StoredEvent($0).summary
            }
        }
        let all = [
            "warning.raised early d1 blue", "warning.escalated early d1 yellow", "warning.raised underpass d1 yellow",
            "warning.raised early d2 yellow", "warning.raised underpass d2 yellow", "warning.cleared early d1 none",
            "warning.cleared underpass d1 none",
        ]
        #expect(try events() == all)
        #expect(try events("--level", "blue", "--level", "none") == [all[0], all[5], all[6]])
        #expect(try events("--scenario", "underpass") == [all[2], all[4], all[6]])
        #expect(try events("--scenario", "early", "--key", "d2") == [all[3]])
        #expect(try events("--district", "330108") == [all[3], all[4]])
        #expect(try events("--device", "d1", "--scenario", "early") == [all[0], all[1], all[5]])
        // 2023-11-14T22:13:20Z is the first reading; d2 is judged when its second second begins.
        #expect(try events("--since", "2023-11-14T22:13:25Z") == Array(all[3...]))
        #expect(try events("--since", "1h") == [])
        #expect(try events("-n", "2") == Array(all[5...]))
        #expect(try events("-n", "1", "--level", "yellow") == [all[4]])
        #expect(try events("-n", "0") == [])

        let stored = try Ganzhi.succeed(["events", "--json", "--data", folder.url.path])
        #expect(try stored.output == Data(contentsOf: folder.url.appending(path: "events.ndjson")))
        for wrong in [["--level", "purple"], ["--since", "yesterday"], ["-n", "-1"], ["--colour"]] {
            #expect(try Ganzhi.run(["events", "--data", folder.url.path] + wrong).status == Ganzhi.Code.usage)
        }
        #expect(try Ganzhi.run(["events", "--data", path("nowhere")]).status == Ganzhi.Code.unavailable)
    }

    @Test(.needsBroker) func `the event log goes on in a new file when it was moved away`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        func log(_ name: String) -> [String] {
            let text = (try? String(contentsOfFile: city.path(name), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map(String.init)
        }
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        try eventually("the first line of the log") { log("events.ndjson").count == 1 }
        try FileManager.default.moveItem(atPath: city.path("events.ndjson"), toPath: city.path("events.ndjson.1"))
        try city.publish(Reading.steady(0, "d1", from: LoadRecord.start + 3000, seconds: 4))
        try eventually("a line in the new log") { log("events.ndjson").count == 1 }
        try city.stop(daemon)
        #expect(log("events.ndjson.1") + log("events.ndjson") == (try city.events().map(\.line)))
    }

    @Test(.needsBroker) func `an event that a crash kept from the event log is written at the next start`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        // A folder in the place of the log: no event can be written, as if the daemon had died before.
        try FileManager.default.createDirectory(atPath: city.path("events.ndjson"), withIntermediateDirectories: true)
        var daemon = try city.start()
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        let events = try city.waitForEvent("warning.raised")
        try daemon.kill()
        try FileManager.default.removeItem(atPath: city.path("events.ndjson"))
        daemon = try city.start()
        try eventually("the event in the log: \(daemon.errors)") {
            (try? String(contentsOfFile: city.path("events.ndjson"), encoding: .utf8)) == events[0].line + "\n"
        }
        try city.stop(daemon)
    }
}
