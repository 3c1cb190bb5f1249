import Foundation
import GanzhiModel
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `a silence is journalled with who asked, before the command returns`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        let begin = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let added = try Ganzhi.succeed(
            ["silence", "add"] + city.data
                + ["--scenario", "underpass", "--key", "d1", "--key", "d2", "--level", "red", "--for", "2h"]
                + ["--reason", "pump is being replaced"]
        )
        let id = try #require(added.lines.first)
        #expect(id.wholeMatch(of: /s-[0-9]{8}-[0-9a-f]{4}/) != nil)
        #expect(added.errors.contains("silence \(id) of scenario=underpass key=d1,d2 level=red until"))
        let command = try #require(try city.commands().first)
        let me = NSUserName()
        guard case .suppress(let silence) = command.body else { throw Ganzhi.Failure(description: "\(command)") }
        #expect(command.id == id && command.actor == me)
        #expect(silence.id == id && silence.kind == .silence && silence.author == me && silence.from == nil)
        #expect(silence.matchers == [.scenario: ["underpass"], .key: ["d1", "d2"], .level: ["red"]])
        #expect(silence.reason == "pump is being replaced")
        #expect((begin + .hours(2)...begin + .minutes(125)).contains(silence.until))

        let maintenance = try Ganzhi.succeed(
            ["maintenance", "add", "--json"] + city.config
                + ["--from", "2090-01-01T08:00:00+08:00", "--until", "2090-01-01T18:00:00+08:00"]
                + ["--district", "330106", "--key", "basement", "--author", "王", "--reason", "检修"]
        )
        let answer = try #require(
            try JSONSerialization.jsonObject(with: Data(maintenance.lines[0].utf8)) as? [String: Any]
        )
        #expect(answer["id"] as? String == (try city.commands().last?.id))
        #expect(answer["until"] as? Int64 == 3_786_948_000_000)
        #expect(maintenance.errors.contains("“basement”"), "an unknown key is pointed out")
        guard case .suppress(let work) = try city.commands().last?.body else {
            throw Ganzhi.Failure(description: "\(try city.commands())")
        }
        #expect(work.kind == .maintenance && work.author == "王" && work.from?.rfc3339 == "2090-01-01T00:00:00.000Z")

        // Removed by its kind only.
        let wrong = try Ganzhi.run(["maintenance", "remove", id] + city.data)
        #expect(wrong.status == Ganzhi.Code.data)
        #expect(wrong.errors.contains("There is no maintenance “\(id)”"))
        try Ganzhi.succeed(["silence", "remove", id] + city.data)
        #expect(try city.commands().last?.body == .lift(id: id))
        #expect(try Ganzhi.run(["silence", "remove", "s-1"] + city.data).status == Ganzhi.Code.data)
        try city.stop(daemon)
        #expect(try city.commands().count == 3)
        // The journal with its commands goes through the pipeline once more.
        try Ganzhi.succeed(["replay", "--journal", city.path("data")])
    }

    @Test(.needsBroker) func `a silence is listed, outlives a crash, and ends when it is removed`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        var daemon = try city.start()
        func add(_ kind: String, _ reason: String) throws -> String {
            try Ganzhi.succeed(
                [kind, "add"] + city.data + ["--scenario", "underpass", "--for", "2h", "--reason", reason]
            ).lines[0]
        }
        func list(_ kind: String) throws -> [String] {
            try Ganzhi.succeed([kind, "list", "--json"] + city.data).lines.map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return object?["id"] as? String ?? line
            }
        }
        let (first, second) = (try add("silence", "known"), try add("silence", "known too"))
        let work = try add("maintenance", "repair")
        try eventually("both silences, not \(try list("silence"))") { try list("silence") == [first, second] }
        try eventually("the maintenance, not \(try list("maintenance"))") { try list("maintenance") == [work] }
        let table = try Ganzhi.succeed(["silence", "list"] + city.data).lines
        #expect(table.count == 3 && table[1].hasPrefix(first) && table[1].hasSuffix("scenario=underpass  known"))

        try daemon.kill()
        #expect(try list("silence") == [first, second], "the store is read without a daemon")
        daemon = try city.start()
        #expect(try list("silence") == [first, second])
        try Ganzhi.succeed(["silence", "remove", first] + city.data)
        try eventually("the other silence, not \(try list("silence"))") { try list("silence") == [second] }
        let again = try Ganzhi.run(["silence", "remove", first] + city.data)
        #expect(again.status == Ganzhi.Code.data)
        #expect(again.errors.contains("is over already"))
        try daemon.kill()
        daemon = try city.start()
        #expect(try list("silence") == [second])
        #expect(try list("maintenance") == [work])
        try city.stop(daemon)
    }

    @Test(.needsBroker) func `names that the city does not know are refused with the nearest`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        let end = ["--for", "1h", "--reason", "known"]
        for (matcher, nearest) in [
            (["--scenario", "underpas"], "“underpass”"), (["--district", "330107"], "“330106”"),
        ] {
            let refused = try Ganzhi.run(["silence", "add"] + city.data + matcher + end)
            #expect(refused.status == Ganzhi.Code.data)
            #expect(refused.errors.contains("Did you mean \(nearest)?"), "\(refused.errors)")
        }
        #expect(try city.commands().isEmpty)
        try city.stop(daemon)
    }

    @Test func `a silence says what is meant, why, and until when, or is wrong use`() throws {
        let folder = try TemporaryFolder()
        let good = ["--scenario", "s", "--for", "1h", "--reason", "known"]
        for wrong in [
            ["--for", "1h", "--reason", "known"], ["--scenario", "s", "--reason", "known"],
            ["--scenario", "s", "--for", "1h"], ["--scenario", "s", "--for", "1h", "--reason", " "],
            good + ["--level", "purple"], good + ["--until", "2090-01-01T00:00:00Z"], good + ["--from", "tomorrow"],
            ["--scenario", "s", "--for", "soon", "--reason", "known"],
            ["--scenario", "s", "--for", "0s", "--reason", "known"],
            ["--scenario", "s", "--until", "2090-01-01T00:00:00Z", "--from", "2090-01-01T00:00:00Z", "--reason", "x"],
        ] {
            let result = try Ganzhi.run(["silence", "add", "--data", folder.url.path] + wrong)
            #expect(result.status == Ganzhi.Code.usage, "\(wrong)")
        }
        #expect(try Ganzhi.run(["silence", "add"] + good).status == Ganzhi.Code.usage)
        for command in [
            ["silence", "add"] + good, ["maintenance", "add"] + good, ["silence", "remove", "s-1"], ["reload"],
            ["silence", "list"],
        ] {
            let result = try Ganzhi.run(command + ["--data", folder.url.path])
            #expect(result.status == Ganzhi.Code.unavailable, "\(command)")
            #expect(result.errors.contains("ganzhi run"), "\(result.errors)")
        }
    }
}
