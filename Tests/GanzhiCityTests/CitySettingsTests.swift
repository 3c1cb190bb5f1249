import GanzhiCity
import GanzhiModel
import Testing

@Suite struct CitySettingsTests {
    private func words(_ make: () throws -> Void) -> String {
        let problem = #expect(throws: Problem.self) { try make() }
        #expect(problem?.remedy.isEmpty == false)
        return problem?.description ?? ""
    }

    @Test func `each setting that cannot work is refused by name`() {
        #expect(words { _ = try CitySettings(devices: 0, start: someStart) }.contains("devices"))
        #expect(words { _ = try CitySettings(devices: 1_000_001, start: someStart) }.contains("devices"))
        #expect(words { _ = try CitySettings(interval: .zero, start: someStart) }.contains("interval"))
        #expect(
            words { _ = try CitySettings(interval: TimeSpan(microseconds: 1500), start: someStart) }
                .contains("milliseconds")
        )
        #expect(words { _ = try CitySettings(start: someStart, duration: .zero) }.contains("duration"))
        #expect(words { _ = try CitySettings(start: someStart, pace: 0) }.contains("pace"))
        #expect(words { _ = try CitySettings(interval: .hours(1), start: someStart, pace: 60) }.contains("pace"))
        #expect(words { _ = try CitySettings(start: someStart, disorder: .hours(1)) }.contains("disorder"))
        #expect(words { _ = try CitySettings(start: someStart, duplicateShare: 1.1) }.contains("duplicates"))
        #expect(words { _ = try CitySettings(start: someStart, gapShare: 0.6) }.contains("gaps"))
        #expect(words { _ = try CitySettings(start: someStart, badClockShare: -0.1) }.contains("bad clocks"))
        #expect(words { _ = try CitySettings(start: someStart, badPayloadShare: .nan) }.contains("bad payloads"))
        #expect(words { _ = try CitySettings(start: someStart, senMLShare: .infinity) }.contains("SenML"))
        #expect(words { _ = try CitySettings(start: someStart, packSize: 0) }.contains("pack size"))
        #expect(
            words { _ = try CitySettings(interval: .minutes(1), start: someStart, packSize: 31) }
                .contains("pack size of 30")
        )
        #expect(words { _ = try CitySettings(start: .never) }.contains("start"))
        #expect(words { _ = try CitySettings(start: .latest) }.contains("start"))
        #expect(words { _ = try CitySettings(start: someStart, districts: []) }.contains("districts"))
        let twice = [CityDistrict(code: "a", east: 0, north: 0), CityDistrict(code: "a", east: 1, north: 0)]
        #expect(words { _ = try CitySettings(start: someStart, districts: twice) }.contains("twice"))
        let wild = [CityDistrict(code: "a/b", east: 0, north: 0)]
        #expect(words { _ = try CitySettings(start: someStart, districts: wild) }.contains("a/b"))
        for root in ["", "/a", "a//b", "a/#", "+", "$SYS/a"] {
            #expect(words { _ = try CitySettings(start: someStart, topicRoot: root) }.contains("topic root"))
        }
    }

    @Test func `a storm that cannot pass is refused`() {
        func words(_ change: (inout Storm) -> Void) -> String {
            var storm = Storm.summer
            change(&storm)
            let changed = storm
            return self.words { _ = try CitySettings(start: someStart, storm: changed) }
        }
        #expect(words { $0.to = $0.from }.contains("track"))
        #expect(words { $0.to.east = 1001 }.contains("track"))
        #expect(words { $0.speed = .nan }.contains("speed"))
        #expect(words { $0.radius = 0 }.contains("radius"))
        #expect(words { $0.peak = -1 }.contains("peak"))
        #expect(words { $0.every = .zero }.contains("every"))
    }

    @Test func `the extremes can be simulated`() throws {
        for settings in [
            try CitySettings(devices: 1, interval: .milliseconds(1), start: someStart, packSize: 10_000),
            try CitySettings(devices: 1, interval: .days(1), start: someStart, gapShare: 0.5),
            try CitySettings(devices: 7, interval: .seconds(24), start: someStart, pace: 3600, gapShare: 0.5),
            try CitySettings(
                devices: 3,
                start: someStart,
                disorder: .minutes(10),
                duplicateShare: 1,
                gapShare: 0.5,
                badClockShare: 1,
                badPayloadShare: 1,
                senMLShare: 0
            ),
            try CitySettings(devices: 3, start: .earliest + .hours(2)),
        ] {
            #expect(Array(City(settings).prefix(5)).count == 5)
        }
    }

    @Test func `a rate becomes an interval`() throws {
        #expect(try CitySettings.interval(devices: 60, readingsPerSecond: 60) == .seconds(1))
        #expect(try CitySettings.interval(devices: 1000, readingsPerSecond: 100_000) == .milliseconds(10))
        #expect(try CitySettings.interval(devices: 10, readingsPerSecond: 0.5) == .seconds(20))
        #expect(
            words { _ = try CitySettings.interval(devices: 10, readingsPerSecond: 100_000) }.contains("100 devices")
        )
        #expect(words { _ = try CitySettings.interval(devices: 10, readingsPerSecond: 0) }.contains("rate"))
        #expect(words { _ = try CitySettings.interval(devices: 10, readingsPerSecond: 1e-9) }.contains("rate"))
        #expect(words { _ = try CitySettings.interval(devices: 10, readingsPerSecond: .nan) }.contains("rate"))
    }
}
