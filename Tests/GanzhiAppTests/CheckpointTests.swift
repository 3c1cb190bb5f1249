import Foundation
import GanzhiTestSupport
import Testing

/// Restarts from checkpoints: a daemon goes on where one stood, whatever became of files meanwhile.
extension ProgramTests {
    /// An installation whose journal is soon no longer whole.
    private func forgetful() throws -> Installation {
        try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue,
            settings: """
                journal: {segment: 1 MiB, keep-for: 1s, keep-size: 64 MiB}
                checkpoints: {every: 100ms, keep: 2}
                """
        )
    }

    private func checkpoints(of city: Installation) throws -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: city.path("data/checkpoints"))
        return (names ?? []).filter { $0.hasSuffix(".checkpoint") }.sorted().map { city.path("data/checkpoints/" + $0) }
    }

    /// Ten seconds of one level, in their order.
    private func flood(_ city: Installation, _ part: Int, level: Int) throws {
        try city.publish(Reading.steady(level, "d1", from: 1_781_935_920_000 + Int64(part) * 10_000, seconds: 10))
    }

    /// Waits until two checkpoints were taken that know all of the messages so far.
    private func waitForCheckpoints(_ city: Installation) throws {
        let before = try checkpoints(of: city)
        try eventually("two further checkpoints") {
            let now = try checkpoints(of: city)
            return now.count == 2 && Set(now).isDisjoint(with: before)
        }
    }

    private func waitUntilRestored(_ daemon: ChildProcess) throws {
        try eventually("a checkpoint: \(daemon.errors)") { daemon.errors.contains("restored from a checkpoint") }
    }

    @Test(.needsBroker) func `a standing warning goes on from a checkpoint as if nobody had been killed`() throws {
        let city = try forgetful()
        var daemon = try city.start()
        try flood(city, 0, level: 30)
        try city.waitForEvent("warning.raised")
        try waitForCheckpoints(city)
        try daemon.kill()
        daemon = try city.start()
        try waitUntilRestored(daemon)
        try flood(city, 1, level: 50)
        let events = try city.waitForEvent("warning.escalated")
        #expect(Set(events.map(\.subject)).count == 1)
        try city.stop(daemon)
    }

    @Test(.needsBroker) func `a damaged checkpoint is refused by name and the one before it used`() throws {
        let city = try forgetful()
        var daemon = try city.start()
        try flood(city, 0, level: 30)
        try city.waitForEvent("warning.raised")
        try waitForCheckpoints(city)
        try daemon.kill()
        let files = try checkpoints(of: city)
        let newest = try #require(files.last)
        var bytes = try Data(contentsOf: URL(filePath: newest))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: newest))
        #expect(try Ganzhi.run(["verify"] + city.data).status == Ganzhi.Code.data)
        daemon = try city.start()
        try waitUntilRestored(daemon)
        #expect(daemon.errors.contains("a checkpoint is passed over"))
        #expect(daemon.errors.contains("\(newest) is damaged at byte"))
        try flood(city, 1, level: 50)
        try city.waitForEvent("warning.escalated")
        try waitForCheckpoints(city)
        try city.stop(daemon)
        #expect(try city.events().filter { $0.type == "ganzhi.warning.raised" }.count == 1)
    }

    @Test(.needsBroker) func `a checkpoint replaces the journal's lost begin, and without one nothing starts`() throws {
        let city = try forgetful()
        let daemon = try city.start()
        try flood(city, 0, level: 30)
        try city.publish(Reading.steady(7, "d2", from: 1_781_935_920_000, seconds: 8000))
        _ = try city.waitForBooks(messages: 8010)
        try waitForCheckpoints(city)
        try daemon.kill()
        let journal = city.path("data/journal")
        let segments = try FileManager.default.contentsOfDirectory(atPath: journal).sorted()
        #expect(segments.count > 1)
        try FileManager.default.removeItem(atPath: journal + "/" + segments[0])

        let again = try city.start()
        try waitUntilRestored(again)
        try flood(city, 1, level: 50)
        try city.waitForEvent("warning.escalated", key: "d1")
        try again.kill()
        try Ganzhi.succeed(["replay", "--journal", city.path("data")])

        for file in try checkpoints(of: city) { try FileManager.default.removeItem(atPath: file) }
        let refused = try Ganzhi.run(["run"] + city.config)
        #expect(refused.status == Ganzhi.Code.data)
        #expect(refused.errors.contains("and no checkpoint can be used before it"))

        // Without a journal at all, new blocks would bear the numbers of those that the store knows.
        try FileManager.default.removeItem(atPath: journal)
        let lost = try Ganzhi.run(["run"] + city.config)
        #expect(lost.status == Ganzhi.Code.data)
        #expect(lost.errors.contains("they are not of one history"))
    }
}
