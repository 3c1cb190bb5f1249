import Foundation
import GanzhiCity
import GanzhiModel
import GanzhiTestSupport
import Testing

/// The demonstration's city, and that the files in `deploy/` speak of the same one.
@Suite struct DemoTests {
    /// Time in seconds and value, in native units, of what each device's good clock says.
    static func series(_ city: City) throws -> [String: [(time: Double, value: Double)]] {
        var series: [String: [(time: Double, value: Double)]] = [:]
        for message in city where message.kind == .good || message.kind == .disordered {
            for reading in try #require(seenReadings(message)) {
                let time = Double(reading.time - someStart.milliseconds) / 1000
                series[reading.device, default: []].append((time, reading.value / (reading.unit == "Pa" ? 1000 : 1)))
            }
        }
        return series.mapValues { $0.sorted { $0.time < $1.time } }
    }

    @Test(arguments: [1, 2, 40]) func `underpasses flood to red within a minute or so and drain again`(
        seed: UInt64
    ) throws {
        let city = City(try .demo(start: someStart, seed: seed, duration: .minutes(8)))
        let depths = try Self.series(city).filter { $0.key.hasPrefix("underpass") }
        #expect(depths.count >= 17)
        func first(_ level: Double) -> Double {
            depths.values.flatMap { $0 }.filter { $0.value >= level }.map(\.time).min() ?? .infinity
        }
        #expect(first(0.10) > 8)
        #expect(first(0.10) < first(0.15) && first(0.15) < first(0.27) && first(0.27) < first(0.40))
        #expect(first(0.40) < 75)
        // Means of five seconds, one after the other, hold red for a while.
        let worst = try #require(depths.values.max { ($0.map(\.value).max() ?? 0) < ($1.map(\.value).max() ?? 0) })
        let red = worst.filter { $0.value >= 0.40 }.map(\.time)
        let (begin, end) = (try #require(red.first), try #require(red.last))
        #expect(end - begin > 15)
        for depth in depths.values {
            #expect(depth.allSatisfy { $0.time < 240 || $0.time > 485 || $0.value < 0.08 })
        }
    }

    @Test func `the district beside the track stays dry`() throws {
        let city = City(try .demo(start: someStart, duration: .minutes(8)))
        let series = try Self.series(city)
        for device in city.devices where device.district == "330105" {
            if device.kind == .rainGauge { #expect(series[device.id]?.allSatisfy { $0.value == 0 } == true) }
            if device.kind == .underpass { #expect(series[device.id]?.allSatisfy { $0.value < 0.05 } == true) }
        }
    }

    @Test func `one gas leak, one burst main and some opened manholes come and go`() throws {
        let city = City(try .demo(start: someStart, duration: .minutes(8)))
        let series = try Self.series(city)
        func peaks(_ prefix: String) -> [String: Double] {
            series.filter { $0.key.hasPrefix(prefix) }.mapValues { $0.map(\.value).max() ?? 0 }
        }
        #expect(peaks("gas").filter { $0.value >= 50 }.keys.sorted() == ["gas-001"])
        #expect(peaks("gas").filter { $0.value >= 5 }.count == 1)
        let lowest = series.filter { $0.key.hasPrefix("hydrant") }.mapValues { $0.map(\.value).min() ?? 0 }
        #expect(lowest.filter { $0.value < 50 }.keys.sorted() == ["hydrant-001"])
        #expect(lowest.filter { $0.value < 140 }.keys.sorted() == ["hydrant-001", "hydrant-007"])
        let opened = peaks("manhole").filter { $0.value >= 15 }.keys.sorted()
        #expect(opened == ["manhole-002", "manhole-004", "manhole-007", "manhole-009"])
        for (device, values) in series where ["gas", "manhole"].contains(device.prefix { $0 != "-" }) {
            #expect(values.filter { $0.time > 200 }.allSatisfy { $0.value < 5 })
        }
    }

    @Test func `rain of a storm adds up to what the cell brings`() throws {
        let city = City(try .demo(start: someStart, duration: .minutes(7)))
        let series = try Self.series(city)
        let totals = series.filter { $0.key.hasPrefix("rain") }.mapValues { $0.reduce(0) { $0 + $1.value } }
        // 80 mm/h · 12 km ÷ 30 km/h · 8/15, on the track; what lies beside it gets less. A lost message may lack.
        let most = try #require(totals.values.max())
        #expect(most > 14 && most <= 17.1)
    }

    @Test func `the catalogue lists the demonstration's devices, all of them and no others`() throws {
        let city = City(try .demo(start: someStart))
        let text = try String(contentsOf: Self.file("catalogue/devices.csv"), encoding: .utf8)
        var rows = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let header = rows.removeFirst().map(String.init)
        let column = Dictionary(uniqueKeysWithValues: header.enumerated().map { ($1, $0) })
        func cells(_ names: [String]) throws -> [[String]] {
            try rows.map { row in
                #expect(row.count == header.count)
                return try names.map { String(row[try #require(column[$0])]) }
            }
        }
        let listed = try cells(["id", "type", "district", "latitude", "longitude", "expected-interval"])
        let expected = city.devices.map {
            [$0.id, $0.kind.rawValue, $0.district, "\($0.latitude)", "\($0.longitude)", "\(city.settings.interval)"]
        }
        #expect(Set(listed) == Set(expected))
        #expect(listed.count == expected.count)
        let sites = Set(try cells(["type", "label:site"]))
        #expect(
            sites == [
                ["underpass", "underpass"], ["rain-gauge", "rooftop"], ["air-station", "roadside"],
                ["gas-detector", "utility-tunnel"], ["hydrant", "street"], ["manhole", "road"],
            ]
        )
    }

    @Test func `metrics and districts of the city stand in the catalogue, and each metric is watched`() throws {
        let catalogue = try String(contentsOf: Self.file("catalogue/demo.yaml"), encoding: .utf8)
        for kind in DeviceKind.allCases { #expect(catalogue.contains("- id: \(kind.metric)\n")) }
        for district in CityDistrict.hangzhou { #expect(catalogue.contains("- code: \"\(district.code)\"\n")) }
        let folder = Self.file("scenarios")
        let scenarios = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .map { try String(contentsOf: $0, encoding: .utf8) }
        for kind in DeviceKind.allCases {
            #expect(scenarios.contains { $0.contains("watch: {metric: \(kind.metric),") })
        }
    }

    private static func file(_ name: String) -> URL { SharedData.checkout.appending(path: "deploy/\(name)") }
}
