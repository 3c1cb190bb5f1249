import Foundation
import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiApp

@Suite struct BlockClockTests {
    private static let start = Timestamp(milliseconds: 1_700_000_000_000)

    /// Received times of blocks of turns a second apart, with the machine's clock at these seconds, in milliseconds.
    private func received(_ seconds: [Int64], after last: Timestamp = .never) -> [Int64] {
        var clock = BlockClock(after: last)
        return seconds.enumerated().map { turn, second in
            _ = clock.turn(wall: Self.start + .seconds(second), monotonic: Int64(turn) * 1_000_000)
            return (clock.next() - Self.start).microseconds / 1000
        }
    }

    @Test func `received times are those of the machine while its clock goes on`() {
        #expect(received([0, 1, 2, 3]) == [0, 1000, 2000, 3000])
    }

    @Test func `after a step back received times go on at half speed until the clock has caught up`() {
        let times: [Int64] = [10_000, 10_500, 11_000, 11_500, 12_000, 12_500, 13_000, 14_000]
        #expect(received([10, 8, 9, 10, 11, 12, 13, 14]) == times)
    }

    @Test func `after a restart with a clock that is behind they go on from the journal`() {
        #expect(received([0, 1, 2], after: Self.start + .seconds(60)) == [60_000, 60_500, 61_000])
    }

    @Test func `a step forward is told, a slow clock and a long pause are not`() {
        var clock = BlockClock(after: .never)
        #expect(clock.turn(wall: Self.start, monotonic: 0) == .zero)
        #expect(clock.turn(wall: Self.start + .seconds(3601), monotonic: 1_000_000) > .minutes(59))
        #expect(clock.turn(wall: Self.start + .seconds(3602), monotonic: 2_000_000) == .zero)
        #expect(clock.turn(wall: Self.start + .seconds(7210), monotonic: 3_602_000_000) == .zero)
        #expect(clock.behind == .zero)
    }

    @Test func `no two blocks have the same received time, whatever the clock does`() {
        var clock = BlockClock(after: .never)
        var times: [Timestamp] = []
        for step in [Int64](arrayLiteral: 0, 0, -5, -5, 3, 3, 3) {
            _ = clock.turn(wall: Self.start + .seconds(step), monotonic: 0)
            times += (0..<100).map { _ in clock.next() }
        }
        #expect(zip(times, times.dropFirst()).allSatisfy(<))
    }
}

extension ProgramTests {
    /// A reading without a time of its own.
    private func timeless(_ value: Int, _ city: Installation) throws {
        try MosquittoClients.publish(
            [#"{"device":"d1","metric":"water_level","value":\#(value),"unit":"cm"}"#],
            to: "ganzhi/v1/readings/330106/gateway",
            port: city.broker.port
        )
    }

    @Test(.needsBroker, .needsFaults)
    func `a clock that is set back by an hour is told once, and costs no reading and no warning`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let faults = try Faults()
        let daemon = try city.start(faults)
        try timeless(1, city)
        _ = try city.waitForBooks(messages: 1)
        try faults.setClock(-3600)
        try eventually("a word about the clock: \(daemon.errors)") { daemon.troubles("clock").count == 1 }
        // The same value again and again is no duplicate, and windows end.
        var messages = 1
        try eventually("a warning") {
            try timeless(30, city)
            messages += 1
            return try city.events().contains { $0.type == "ganzhi.warning.raised" }
        }
        let now = Int64(Date.now.timeIntervalSince1970 * 1000)
        try city.publish([now, now - 3_600_000].map { Reading(device: "d2", time: $0, value: 1) })
        let books = try city.waitForBooks(messages: messages + 2)
        #expect(books.readings["duplicate"] == 0 && books.readings["quarantined"] == 0)
        #expect(books.readings["applied", default: 0] + books.readings["late", default: 0] == messages + 2)
        try faults.setClock(0)
        try eventually("a word about its end: \(daemon.errors)") { daemon.troubles("clock").count == 2 }
        try city.stop(daemon)
        #expect(daemon.troubles("clock").count == 2)
        let replayed = try Ganzhi.succeed(["replay", "--journal", city.path("data")])
        #expect(try replayed.output == Ganzhi.succeed(["events", "--json"] + city.data).output)
    }

    @Test(.needsBroker, .needsFaults)
    func `a clock that is an hour behind quarantines right readings, which the books and the journal show`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let faults = try Faults()
        try faults.setClock(-3600)
        let daemon = try city.start(faults)
        func right(_ value: Int) -> Reading {
            Reading(device: "d1", time: Int64(Date.now.timeIntervalSince1970 * 1000), value: value)
        }
        try city.publish([right(30), right(31)])
        #expect(try city.waitForBooks(messages: 2).reasons["readings.quarantined clock-ahead"] == 2)
        try faults.setClock(0)
        try eventually("a word about the clock: \(daemon.errors)") { daemon.errors.contains("clock was set forward") }
        try city.publish([right(32)])
        #expect(try city.waitForBooks(messages: 3).readings["applied"] == 1)
        try city.stop(daemon)
        #expect(daemon.errors.split(separator: "\n").count { $0.contains("clock was set forward") } == 1)
    }

    @Test(.needsBroker, .needsFaults)
    func `a clock that is set forward makes nobody silent`() throws {
        let city = try Installation(
            scenarios: [Underpass.scenario(time: "{every: 1s, idle: 5m, silence: 10m}")],
            catalogue: Underpass.catalogue
        )
        let faults = try Faults()
        let daemon = try city.start(faults)
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        try city.waitForEvent("warning.raised")
        try faults.setClock(7200)
        try eventually("a word about the clock: \(daemon.errors)") { daemon.errors.contains("clock was set forward") }
        // Idle and silence go by running time; an hour on the wall is none of it.
        try city.publish(Reading.steady(50, "d1", from: LoadRecord.start + 3000, seconds: 3))
        try city.waitForEvent("warning.escalated")
        #expect(try city.events().map(\.type) == ["ganzhi.warning.raised", "ganzhi.warning.escalated"])
        try city.stop(daemon)
    }
}
