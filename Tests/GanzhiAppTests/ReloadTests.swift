import Foundation
import GanzhiModel
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `a reload goes on under the new configuration and says what changed`() throws {
        let city = try Installation(
            scenarios: [Underpass.scenario(), Underpass.scenario("attempt", stage: "trial")],
            catalogue: Underpass.catalogue
        )
        let daemon = try city.start()
        try city.publish(Reading.steady(12, "d1", from: LoadRecord.start, seconds: 3))
        try city.waitForEvent("warning.raised", count: 2)

        let same = try Ganzhi.succeed(["reload"] + city.config)
        #expect(same.text.isEmpty && same.errors.contains("Nothing changed"))
        #expect(try city.generations().count == 1)

        try city.folder.write(Underpass.scenario("early", blue: 3), to: "scenarios/2.yaml")
        try city.folder.write(Underpass.scenario("attempt"), to: "scenarios/1.yaml")
        try city.folder.write(Underpass.catalogue + "  - {id: d3, district: 330106}\n", to: "catalogue.yaml")
        let reload = try Ganzhi.succeed(["reload"] + city.data)
        let changes = [
            "scenarios: 1 added (early), 1 changed (attempt)", "devices: 1 added (d3)",
            "stage of attempt: trial → online",
        ]
        #expect(reload.lines == changes)
        #expect(try city.generations().count == 2)
        try eventually("the changes in the log") { daemon.errors.contains(changes.joined(separator: "; ")) }

        // The new scenario judges what comes from here on, under its own generation.
        try city.publish(Reading.steady(4, "d2", from: LoadRecord.start, seconds: 3))
        let raised = try city.waitForEvent("warning.raised", key: "d2")
        let last = try #require(raised.last)
        #expect(last.scenario == "early")
        #expect(try last.data["generation"] as? String == city.generations().last)
        try city.stop(daemon)
        let replayed = try Ganzhi.succeed(["replay", "--journal", city.path("data")])
        #expect(try replayed.output == Ganzhi.succeed(["events", "--json"] + city.data).output)
    }

    @Test(.needsBroker) func `SIGHUP reloads as the command does`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        try city.folder.write(Underpass.scenario(blue: 15), to: "scenarios/0.yaml")
        daemon.send(SIGHUP)
        try eventually("the second generation: \(daemon.errors)") { try city.generations().count == 2 }
        try eventually("the change in the log") { daemon.errors.contains("scenarios: 1 changed (underpass)") }
        try city.folder.write(Underpass.scenario(stage: "lost"), to: "scenarios/0.yaml")
        daemon.send(SIGHUP)
        try eventually("the problem in the log") { daemon.errors.contains("scenarios/0.yaml:3:") }
        #expect(daemon.isRunning)
        try city.stop(daemon)
        #expect(try city.generations().count == 2)
    }

    @Test(.needsBroker) func `a configuration with errors changes nothing and is told with its places`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        try city.folder.write(Underpass.scenario().replacing("mean(1s)", with: "maen(1s)"), to: "scenarios/0.yaml")
        for place in [city.data, city.config] {
            let refused = try Ganzhi.run(["reload"] + place)
            #expect(refused.status == Ganzhi.Code.config)
            #expect(refused.text.isEmpty)
            #expect(refused.errors.contains("\(city.path("scenarios/0.yaml")):7:"), "\(refused.errors)")
        }
        try eventually("the problem in the log") { daemon.errors.contains("\(city.path("scenarios/0.yaml")):7:") }

        try city.publish(Reading.steady(12, "d1", from: LoadRecord.start, seconds: 3))
        try city.waitForEvent("warning.raised")
        try city.stop(daemon)
        #expect(try city.generations().count == 1)
    }

    @Test(.needsBroker) func `what a running daemon keeps is refused by name`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        let settings = try String(contentsOfFile: city.path("ganzhi.yaml"), encoding: .utf8)
        try city.folder.write(
            settings.replacing("node: n1", with: "node: n2").replacing("ganzhi-test", with: "another")
                .replacing("data: data", with: "data: other"),
            to: "ganzhi.yaml"
        )
        let refused = try Ganzhi.run(["reload"] + city.data)
        #expect(refused.status == Ganzhi.Code.config)
        #expect(refused.errors.contains("changes node, data, broker"), "\(refused.errors)")
        #expect(refused.errors.contains("restart the daemon to change it"))
        try city.stop(daemon)
        #expect(try city.generations().count == 1)
    }

    @Test(.needsBroker) func `feeds change while the daemon runs, and those that stay are not disturbed`() throws {
        func feeds(_ lines: String...) -> String { "feeds:\n" + lines.map { "  - {\($0)}\n" }.joined() }
        let city = try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue,
            settings: feeds("name: stays, topic: stays/#", "name: goes, topic: goes/#", "name: old, topic: named/#")
        )
        func publish(_ value: Int, _ device: String, to topic: String) throws {
            try MosquittoClients.publish(
                Reading.steady(value, device, from: LoadRecord.start, seconds: 3).map(\.json),
                to: topic,
                port: city.broker.port
            )
        }
        func received(_ feed: String) throws -> Int { try city.ledger(of: feed)?.messages["received"] ?? 0 }
        let daemon = try city.start()
        try publish(12, "d1", to: "goes/d1")
        try eventually("the first feed's messages") { try received("goes") == 3 }
        let settings = try String(contentsOfFile: city.path("ganzhi.yaml"), encoding: .utf8)
        try city.folder.write(
            settings.replacing("{name: goes, topic: goes/#}", with: "{name: comes, topic: comes/#}")
                .replacing("name: old", with: "name: new"),
            to: "ganzhi.yaml"
        )
        let reload = try Ganzhi.succeed(["reload"] + city.data)
        #expect(reload.lines == ["feeds: 2 added (comes, new), 2 removed (goes, old)"])
        // Subscribed, and then drained: from here on its running time passes.
        try eventually("the new feed: \(daemon.errors)") {
            try city.decisions().contains(.feed(name: "comes", state: .drained))
        }
        try publish(12, "d1", to: "goes/d1")
        try publish(12, "d1", to: "comes/d1")
        try publish(12, "d2", to: "stays/d2")
        try eventually("the messages of both feeds") { try received("comes") == 3 && received("stays") == 3 }
        #expect(try received("goes") == 3)
        #expect(try received("-") == 0)
        let states = try city.decisions().compactMap { content -> String? in
            if case .feed(let name, let state) = content { "\(name) \(state.name)" } else { nil }
        }
        #expect(states.count { $0 == "stays drained" } == 1)
        #expect(states.filter { $0.hasPrefix("new ") } == ["new drained"], "another name, the same subscription")
        #expect(try !city.events().contains { $0.type.hasPrefix("ganzhi.feed.") })

        // After a restart of the broker the old filter stays away too.
        try city.stop(daemon)
        let second = try city.start()
        try publish(12, "d1", to: "goes/d1")
        try publish(13, "d1", to: "comes/d1")
        try eventually("the new feed's messages") { try received("comes") == 6 }
        #expect(try received("-") == 0)
        try city.stop(second)
    }
}
