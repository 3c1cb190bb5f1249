import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `a standing warning is retained until it is over, and told by ganzhi warnings`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        func retained() throws -> [String] {
            try MosquittoClients.retained("ganzhi/v1/warnings/#", port: city.broker.port)
        }
        func standing(_ filter: String...) throws -> [String] {
            try Ganzhi.succeed(["warnings", "--json"] + city.data + filter).lines
        }
        #expect(try standing().isEmpty)
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        let raised = try #require(try city.waitForEvent("warning.raised").first)
        try eventually("the retained warning") {
            try retained() == ["ganzhi/v1/warnings/underpass/d1 \(raised.line)"]
        }
        let line = """
            {"scenario":"underpass","key":"d1","level":"yellow","episode":"\(raised.subject)",\
            "raised":\(raised.instant),"instant":\(raised.instant),"stale":false,"district":"330106","serial":1}
            """
        #expect(try standing() == [line])
        #expect(try standing("--level", "yellow", "--scenario", "underpass", "--district", "330106") == [line])
        #expect(try standing("--level", "red").isEmpty)
        let table = try Ganzhi.succeed(["warnings"] + city.data).lines
        #expect(table.count == 2 && table[1].hasPrefix("yellow") && table[1].contains(raised.subject))

        try city.publish(Reading.steady(0, "d1", from: LoadRecord.start + 3000, seconds: 4))
        try city.waitForEvent("warning.cleared")
        try eventually("the end of the retained warning") { try retained().isEmpty }
        #expect(try standing().isEmpty)
        try city.stop(daemon)
    }

    @Test(.needsBroker) func `a scenario on trial is published under the trial topic only`() throws {
        let city = try Installation(
            scenarios: [Underpass.scenario(), Underpass.scenario("attempt", stage: "trial")],
            catalogue: Underpass.catalogue
        )
        let watcher = try MosquittoClients.subscribe("ganzhi/v1/#", port: city.broker.port, format: "%t")
        let daemon = try city.start()
        let readings =
            Reading.steady(12, "d1", from: LoadRecord.start, seconds: 2)
            + Reading.steady(0, "d1", from: LoadRecord.start + 2000, seconds: 4)
        try city.publish(readings)
        try city.waitForEvent("warning.cleared", count: 2)
        try city.stop(daemon)
        // That it is offline is the last thing that a daemon says.
        try eventually("the offline state: \(watcher.lines)") { watcher.lines.last == "ganzhi/v1/status/n1" }
        #expect(
            watcher.lines.filter { $0.contains("attempt") }
                == ["blue", "none"].map { "ganzhi/v1/events/330106/trial/attempt/\($0)" }
        )
        #expect(
            watcher.lines.filter { $0.contains("/events/") && !$0.contains("attempt") }
                == ["blue", "none"].map { "ganzhi/v1/events/330106/underpass/\($0)" }
        )
        #expect(watcher.lines.contains("ganzhi/v1/warnings/underpass/d1"))
        #expect(try city.events().map(\.scenario).sorted() == ["attempt", "attempt", "underpass", "underpass"])
    }

    @Test(.needsBroker) func `the status topic says whether the daemon is there, also after a crash`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        func status() throws -> [String] {
            try MosquittoClients.retained("ganzhi/v1/status/#", port: city.broker.port)
        }
        let online = [#"ganzhi/v1/status/n1 {"city":"330100","node":"n1","state":"online","ready":true}"#]
        let offline = [#"ganzhi/v1/status/n1 {"city":"330100","node":"n1","state":"offline"}"#]
        var daemon = try city.start()
        try eventually("online, not \(try status())") { try status() == online }
        try city.stop(daemon)
        #expect(try status() == offline)
        daemon = try city.start()
        try eventually("online again") { try status() == online }
        try daemon.kill()
        try eventually("the last will") { try status() == offline }
    }

    @Test(.needsBroker) func `what was published before a stop is not published again`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let watcher = try MosquittoClients.subscribe("ganzhi/v1/events/#", port: city.broker.port)
        var daemon = try city.start()
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        try eventually("the warning at the subscriber") { watcher.lines.count == 1 }
        try city.stop(daemon)
        daemon = try city.start()
        try city.publish(Reading.steady(0, "d1", from: LoadRecord.start + 3000, seconds: 4))
        try eventually("its end at the subscriber") { watcher.lines.count > 1 }
        try city.stop(daemon)
        #expect(watcher.lines == (try city.events().map(\.line)))
    }

    @Test(.needsBroker) func `the ledger says what became of every message and reading`() throws {
        let city = try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue.replacing(
                "{id: water_level, unit: cm}",
                with: "{id: water_level, unit: cm, range: {min: -5 cm, max: 3 m}}"
            )
        )
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let start = LoadRecord.start
        let topic = "ganzhi/v1/readings/330106/gateway"
        try MosquittoClients.publish(
            [Reading(device: "old", time: start, value: 1).json],
            to: "ganzhi/v1/readings/330106/kept",
            port: city.broker.port,
            isRetained: true
        )
        let daemon = try city.start()
        let steady = Reading.steady(12, "d1", from: start, seconds: 10)
        try city.publish(steady)
        try city.publish([
            steady[9],  // the same again
            Reading(device: "d1", time: start + 9000, value: 13),  // another value at the same time
            Reading(device: "d1", time: start + 500, value: 7),  // its second was judged long ago
            Reading(device: "d1", time: now + 3_600_000, value: 7),  // a clock an hour ahead
            Reading(device: "d1", time: start + 11_000, value: 7, unit: "kPa"),  // no length
            Reading(device: "d1", time: start + 11_000, value: 99_999),  // beyond the range: bad, and kept
            Reading(device: "x1", time: start, value: 7),  // in no catalogue
        ])
        try MosquittoClients.publish(
            ["nonsense", #"{"ts":1,"device":"d1","metric":"m"}"#, "[]"],
            to: topic,
            port: city.broker.port
        )
        let pack = "[\(Reading.steady(12, "d2", from: start, seconds: 5).map(\.json).joined(separator: ","))]"
        try MosquittoClients.publish([pack], to: topic, port: city.broker.port)
        let books = try city.waitForBooks(messages: 22)
        #expect(books.isBalanced)
        #expect(
            books.messages == [
                "received": 22, "decoded": 18, "rejected": 3, "retained": 1, "shed": 0, "pending": 0, "off": 0,
            ]
        )
        #expect(
            books.readings == [
                "decoded": 22, "applied": 18, "revised": 0, "late": 1, "duplicate": 1, "rejected": 1, "quarantined": 1,
                "shed": 0, "off": 0,
            ]
        )
        #expect(books.reasons["readings.quarantined clock-ahead"] == 1)
        #expect(books.reasons["readings.rejected unit-mismatch"] == 1)
        #expect(books.reasons.filter { $0.key.hasPrefix("messages.rejected") }.values.reduce(0, +) == 3)
        let people = try Ganzhi.succeed(["ledger", "--samples", "20"] + city.data)
        #expect(people.lines.count { $0.hasSuffix("balanced") } == 2)
        #expect(people.text.contains("nonsense"))
        #expect(people.text.contains("clock-ahead"))
        try city.stop(daemon)
    }

    @Test(.needsBroker) func `a second daemon on one data folder is refused and told which process has it`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        let second = try Ganzhi.run(["run"] + city.config)
        #expect(second.status == Ganzhi.Code.unavailable)
        #expect(second.errors.contains("\(daemon.identifier)"))
        #expect(daemon.isRunning)
        try city.stop(daemon)
        // Stopped or killed, it leaves nothing that would keep the next one away.
        let third = try city.start()
        try third.kill()
        try city.stop(city.start())
    }

    @Test func `a configuration that cannot work is refused with its places`() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            """
            city: "330100"
            nodes: n1
            broker: {host: localhost, port: 99999}
            feeds: [{name: a, topic: a, qos: 2}]

            """,
            to: "ganzhi.yaml"
        )
        let path = folder.url.appending(path: "ganzhi.yaml").path
        let result = try Ganzhi.run(["run", "--config", path])
        #expect(result.status == Ganzhi.Code.config)
        #expect(result.errors.contains("\(path):2:1"))
        #expect(result.errors.contains("\(path):3:33"))
        #expect(result.errors.contains("\(path):4:34"))
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "data").path))
        #expect(try Ganzhi.run(["run", "--config", path + ".gone"]).status == Ganzhi.Code.config)
        #expect(try Ganzhi.run(["run"]).status == Ganzhi.Code.usage)
        #expect(try Ganzhi.run(["check", "--config", path]).status == Ganzhi.Code.data)
    }
}
