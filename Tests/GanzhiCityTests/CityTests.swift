import GanzhiCity
import GanzhiModel
import Testing

/// Saturday, 2026-06-20 06:12 UTC.
let someStart = Timestamp(milliseconds: 1_781_935_920_000)

/// A city in which everything goes wrong, small enough for a test.
func faultyCity(
    seed: UInt64 = 7,
    devices: Int = 120,
    packSize: Int = 1,
    interval: TimeSpan = .seconds(5),
    duration: TimeSpan? = .hours(1)
) throws -> City {
    City(
        try CitySettings(
            devices: devices,
            interval: interval,
            seed: seed,
            start: someStart,
            duration: duration,
            pace: 10,
            disorder: .seconds(20),
            duplicateShare: 0.05,
            gapShare: 0.1,
            badClockShare: 0.1,
            badPayloadShare: 0.03,
            senMLShare: 0.4,
            packSize: packSize
        )
    )
}

@Suite struct CityTests {
    @Test(arguments: [1, 12]) func `equal settings give equal messages, byte for byte`(packSize: Int) throws {
        let first = Array(try faultyCity(packSize: packSize, duration: .minutes(20)))
        #expect(first.count > 100)
        #expect(first == Array(try faultyCity(packSize: packSize, duration: .minutes(20))))
    }

    @Test func `a second iteration of one city gives the same messages`() throws {
        let city = try faultyCity(duration: .minutes(5))
        #expect(Array(city) == Array(city))
    }

    @Test func `another seed gives other messages from the same devices`() throws {
        let (one, other) = (try faultyCity(seed: 1), try faultyCity(seed: 2))
        #expect(one.devices == other.devices)
        #expect(Array(one.prefix(1000)) != Array(other.prefix(1000)))
    }

    @Test func `messages come in the order in which they are published`() throws {
        var last = TimeSpan.zero
        for message in try faultyCity() {
            if message.at < last { Issue.record("\(message.at) comes after \(last)") }
            last = message.at
        }
        #expect(last > .minutes(59))
        #expect(last <= .hours(1) + .seconds(22))
    }

    @Test func `a city without a duration goes on`() throws {
        let city = try faultyCity(devices: 3, duration: nil)
        let late = city.lazy.drop { $0.at < .hours(24) }.first { _ in true }
        #expect(late != nil)
    }

    @Test func `a small city is the beginning of a large one`() throws {
        let small = City(try CitySettings(devices: 60, start: someStart))
        let large = City(try CitySettings(devices: 5000, start: someStart))
        #expect(Array(large.devices.prefix(60)) == small.devices)
        #expect(Set(large.devices.map(\.id)).count == 5000)
        #expect(Set(small.devices.map(\.kind)) == Set(DeviceKind.allCases))
    }

    @Test func `topics name district and device`() throws {
        let city = try faultyCity(duration: .minutes(1))
        let expected = Set(city.devices.map { "ganzhi/v1/readings/\($0.district)/\($0.id)" })
        #expect(Set(city.map(\.topic)).isSubset(of: expected))
    }

    @Test(arguments: [1, 3, 8, 12]) func `the report says what the books of a receiver must say`(packSize: Int) throws {
        var report = CityReport()
        // A slow receiver, written from the words of the design: quarantined, then duplicate, then the rest.
        var heard: [String: [SeenReading]] = [:]
        var newest: [String: Int64] = [:]
        var (messages, rejected, readings, quarantined, duplicates, overtaken) = (0, 0, 0, 0, 0, 0)
        for message in try faultyCity(
            devices: 40,
            packSize: packSize,
            interval: .seconds(2),
            duration: .minutes(20)
        ) {
            report.add(message)
            messages += 1
            guard let seen = seenReadings(message) else {
                rejected += 1
                continue
            }
            let received = someStart.milliseconds + message.at.microseconds / 1000
            for reading in seen {
                readings += 1
                let last = heard[reading.device, default: []]
                if reading.time > received + 60_000 {
                    quarantined += 1
                } else if last.contains(reading) {
                    duplicates += 1
                } else {
                    heard[reading.device] = last.suffix(7) + [reading]
                    if reading.time < newest[reading.device, default: .min] { overtaken += 1 }
                    newest[reading.device] = max(reading.time, newest[reading.device, default: .min])
                }
            }
        }
        let ledger = report.ledger
        #expect(ledger[.messagesReceived] == Int64(messages))
        #expect(ledger[.messagesRejected] == Int64(rejected))
        #expect(ledger[.messagesDecoded] == Int64(messages - rejected))
        #expect(ledger[.readingsDecoded] == Int64(readings))
        #expect(ledger[.readingsQuarantined] == Int64(quarantined))
        #expect(ledger[.readingsDuplicate] == Int64(duplicates))
        #expect(report.disordered == Int64(overtaken))
        #expect(report.heard == Int64(readings - quarantined - duplicates))
        for count in [rejected, quarantined, overtaken] { #expect(count > 0) }
        // A pack of more than eight readings that comes again is not recognised by a memory of eight.
        #expect((duplicates > 0) == (packSize <= 8))
        #expect(report.metrics.values.reduce(0, +) == report.readings)
        #expect(report.kinds.values.reduce(0, +) == report.messages)
        #expect(report.contentTypes.values.reduce(0, +) == report.messages)
        #expect(report.faults.values.reduce(0, +) == report.kinds[.malformed])
    }

    @Test func `shares come near to what was asked for`() throws {
        let city = try faultyCity(devices: 200, duration: .hours(2))
        var report = CityReport()
        for message in city { report.add(message) }
        func share(_ kind: PlannedMessage.Kind) -> Double {
            Double(report.kinds[kind, default: 0]) / Double(report.messages)
        }
        let originals = Double(report.messages - report.kinds[.duplicate, default: 0])
        #expect(abs(Double(report.kinds[.malformed, default: 0]) / originals - 0.03) < 0.002)
        // Malformed messages are not sent again.
        #expect(abs(Double(report.kinds[.duplicate, default: 0]) / (originals * 0.97) - 0.05) < 0.003)
        // What is not silent: 200 devices, one reading each 5 s, for 2 h.
        #expect(abs(originals / (200 * 2 * 720) - 0.9) < 0.02)
        // Half of a tenth each.
        #expect(abs(share(.ahead) - 0.05 * 0.97 / 1.0485) < 0.005)
        #expect(abs(share(.behind) - 0.05 * 0.97 / 1.0485) < 0.005)
        let senML = Double(report.contentTypes["application/senml+json", default: 0]) / Double(report.messages)
        #expect(abs(senML - 0.4) < 0.01)
    }

    @Test func `a quiet city sends one good reading per device and interval`() throws {
        let city = City(
            try CitySettings(devices: 50, interval: .seconds(10), start: someStart, duration: .minutes(10))
        )
        var counts: [String: Int] = [:]
        for message in city {
            #expect(message.kind == .good)
            #expect(message.readings == 1)
            #expect(message.ahead + message.duplicates + message.disordered == 0)
            counts[message.topic, default: 0] += 1
        }
        #expect(counts.count == 50)
        #expect(counts.values.allSatisfy { $0 == 60 })
    }

    @Test func `a gap lasts two minutes at least`() throws {
        let city = City(
            try CitySettings(
                devices: 40,
                interval: .seconds(1),
                start: someStart,
                duration: .hours(2),
                gapShare: 0.2
            )
        )
        var last: [String: TimeSpan] = [:]
        var gaps = 0
        for message in city {
            if let before = last[message.topic], message.at.microseconds - before.microseconds > 1_000_000 {
                gaps += 1
                #expect(message.at.microseconds - before.microseconds >= 120_000_000)
            }
            last[message.topic] = message.at
        }
        #expect(gaps > 100)
    }
}

extension TimeSpan {
    fileprivate static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        TimeSpan(microseconds: left.microseconds + right.microseconds)
    }
}
