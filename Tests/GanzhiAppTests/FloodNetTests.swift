import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsSharedData, .needsBroker)
    func `tidal street floods are found in real readings, by replay and over MQTT alike`() throws {
        let sensors = try FloodNet.sensors()
        #expect(sensors.count == 10)
        let city = try Installation(scenarios: [FloodNet.scenario], catalogue: FloodNet.catalogue(sensors))
        let files = sensors.compactMap { SharedData.path($0.file)?.path }
        let replayed = try Ganzhi.succeed(["replay", "--strict"] + city.config + files).lines.map(StoredEvent.init)
        try expectFloods(replayed, sensors)

        let daemon = try city.start()
        let (messages, capture) = try FloodNet.capture(sensors)
        let file = try city.folder.write(capture, to: "floodnet.capture").path
        let simulated = try Ganzhi.succeed(
            ["simulate", "--port", "\(city.broker.port)", "--capture", file, "--speed", "max", "--json"])
        #expect(simulated.lines == [#"{"messages":\#(messages)}"#])
        let books = try city.waitForBooks(messages: messages)
        try city.stop(daemon)
        #expect(books.isBalanced)
        #expect(books.messages["rejected"] == 0)
        #expect(books.readings["applied"] == books.readings["decoded"])

        // A file ends and a broker does not: replay also judges the windows that no later reading made final. So only
        // instants up to a sensor's last reading are compared. Staleness is a matter of running time, of which a month at
        // greatest speed has a minute; a replay has the month.
        var last: [String: Int64] = [:]
        for sensor in sensors {
            last[sensor.device] = try SharedData.lines(sensor.file).last.map(FloodNet.time) ?? 0
        }
        let expected = replayed.filter { $0.isTransition && $0.instant <= last[$0.key] ?? 0 }
        let received = try city.events().filter(\.isTransition)
        #expect(try received.map { try $0.transition() }.sorted() == expected.map { try $0.transition() }.sorted())
        #expect(expected.count > 30)
    }

    private func expectFloods(_ events: [StoredEvent], _ sensors: [FloodNet.Sensor]) throws {
        let warnings = events.filter { $0.type == "ganzhi.warning.raised" }
        // Blocked, out of range or dry: no flood there. What the data's rule found at mainly_kind_boxer is 5 cm at most.
        #expect(Set(warnings.map(\.key)) == ["floodnet/daily_happy_satyr"])
        let satyr = try #require(sensors.first { $0.name == "daily_happy_satyr" })
        // 2 June 2023, 12:00 UTC, and seven days of 24 hours from there: each begins before the night's high water.
        let noon: Int64 = 1_685_707_200_000
        let day: Int64 = 86_400_000
        for night in 0..<7 {
            let hours = (noon + Int64(night) * day)..<(noon + Int64(night + 1) * day)
            let flood = try #require(satyr.floods.first { hours.contains($0.lowerBound) })
            // A window that ends in the flood, or within its own length of it.
            #expect(
                warnings.contains { flood.lowerBound <= $0.instant && $0.instant <= flood.upperBound + 900_000 },
                "night \(night + 1)"
            )
        }
        // Nothing is raised that the data's own rule does not know.
        for warning in warnings {
            #expect(
                satyr.floods.contains {
                    $0.lowerBound - 900_000 <= warning.instant && warning.instant <= $0.upperBound + 900_000
                },
                "\(warning.instant)"
            )
        }
        // The deepest night reached the highest step, as its 47 cm say.
        #expect(events.contains { $0.level == "red" })
    }
}
