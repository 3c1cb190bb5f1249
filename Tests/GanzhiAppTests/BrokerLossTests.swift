import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `a broker that comes back without its memory is told again what stands`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        func retained() throws -> [String] {
            try MosquittoClients.retained("ganzhi/v1/warnings/#", port: city.broker.port)
        }
        try city.publish(
            Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3)
                + Reading.steady(30, "d2", from: LoadRecord.start, seconds: 3)
        )
        try city.waitForEvent("warning.raised", count: 2)
        try eventually("two retained warnings") { try retained().count == 2 }
        let before = try retained()
        for round in 1...2 {
            // Without persistence it forgets everything, retained messages too.
            city.broker.kill()
            try city.broker.start()
            try eventually("what stood before: \(daemon.errors.suffix(500))") { try retained() == before }
            try eventually("subscription \(round + 1): \(daemon.errors.suffix(500))") {
                daemon.errors.components(separatedBy: " subscribed").count > round + 1
            }
        }
        // While it is away a warning ends; afterwards it knows.
        try city.publish(Reading.steady(0, "d1", from: LoadRecord.start + 3000, seconds: 4))
        try city.waitForEvent("warning.cleared", key: "d1")
        city.broker.kill()
        try city.broker.start()
        try eventually("the one that still stands") { try retained() == [before[1]] }
        try city.stop(daemon)
    }

    /// A daemon that comes up with much to tell while the broker is away: what another one journalled, behind a store
    /// that has taken in nothing of it yet.
    @Test(.needsBroker) func `a full outbox gives up the oldest publications and says so; no event is lost`() throws {
        let city = try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue,
            settings: "outbox: {limit: 1000}"
        )
        var daemon = try city.start()
        try Ganzhi.succeed(["backup", city.path("begun")] + city.config)
        // Each of 150 devices raises a warning and clears it again, four times: fewer changes than flapping.
        let readings = (0..<4 as Range<Int64>).flatMap { round in
            (0..<6 as Range<Int64>).flatMap { second in
                (1...150).map { device in
                    Reading(
                        device: "d\(device)",
                        time: LoadRecord.start + round * 6000 + second * 1000,
                        value: second < 2 ? 30 : 0
                    )
                }
            }
        }
        let last = (1...150).map { Reading(device: "d\($0)", time: LoadRecord.start + 24_000, value: 0) }
        try city.publish(readings + last)
        try eventually("1200 events") { try city.events().count == 1200 }
        try city.stop(daemon)
        try JournalCopies.copy(city.path("data/journal"), to: city.path("old/journal"), shift: 0)
        let begun = city.path("begun/ganzhi.sqlite")
        try FileManager.default.copyItem(atPath: begun, toPath: city.path("old/ganzhi.sqlite"))
        let config = try city.configure(data: "old")

        city.broker.stop()
        daemon = try ChildProcess(Ganzhi.executable, ["run"] + config)
        func events() throws -> [String] { try Ganzhi.succeed(["events", "--json"] + config).lines }
        // Behind them there is one about the feed that was lost.
        try eventually("all events, not \(try events().count)") { try events().count >= 1200 }
        #expect(try Array(events().prefix(1200)) == city.events().map(\.line), "no event is lost")
        try eventually("the log: \(daemon.errors.suffix(500))") { daemon.errors.contains("the outbox is full") }
        let outbox = try #require(try Finding.all(city.path("old")).findings.first { $0.check == "outbox" })
        let numbers = outbox.detail.split(separator: " ").compactMap { Int($0) }
        #expect(numbers.count == 2 && numbers[0] == 1000, "\(outbox)")
        // 1200 events, and what is retained for 150 keys.
        #expect(numbers[1] >= 350)
        try city.broker.start()
        try eventually("an empty outbox: \(daemon.errors.suffix(500))") {
            daemon.errors.contains("the outbox has room again")
        }
        #expect(daemon.errors.components(separatedBy: "the outbox is full").count == 2, "said once")
        daemon.send(SIGTERM)
        #expect(try daemon.wait(within: 5) == 0)
        #expect(try Finding.broken(city.path("old")).isEmpty)
    }

    @Test(.needsBroker) func `a broker that comes back with old warnings is told that they are over`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        func retained() throws -> [String] {
            try MosquittoClients.retained("ganzhi/v1/warnings/#", port: city.broker.port)
        }
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        let raised = try city.waitForEvent("warning.raised")[0]
        try city.publish(Reading.steady(0, "d1", from: LoadRecord.start + 3000, seconds: 4))
        try city.waitForEvent("warning.cleared")
        try eventually("nothing retained") { try retained().isEmpty }
        // As a broker does that was killed: its last save is older than the end of the warning.
        city.broker.kill()
        try city.broker.start()
        try MosquittoClients.publish(
            [raised.line],
            to: "ganzhi/v1/warnings/underpass/d1",
            port: city.broker.port,
            isRetained: true
        )
        try city.stop(daemon)
        let again = try city.start()
        try eventually("the end of the old warning: \(again.errors.suffix(500))") { try retained().isEmpty }
        try city.stop(again)
    }
}
