import Foundation
import GanzhiCatalogue
import GanzhiModel
import Testing

@Suite struct CatalogueTests {
    private let city = Catalogue(
        metrics: [
            MetricDefinition(
                id: "water_level",
                titles: ["zh-Hans": "水位"],
                unit: "m",
                range: ValueRange(min: -0.05, max: 1.2),
                aliases: ["level", "ll"]
            ),
            MetricDefinition(id: "rainfall", unit: "mm", kind: .counter),
        ],
        devices: [
            DeviceDefinition(
                id: "d2",
                type: "gauge",
                district: "330106001",
                place: Place(latitude: 30.26, longitude: 120.13, area: "文三路下穿", geocode: "330106"),
                labels: ["site": "underpass"],
                owner: "water-affairs",
                expectedInterval: .minutes(1),
                grading: .important,
                sharing: .conditional,
                metrics: ["distance": MetricOverride(metric: "water_level", scale: -1, offset: 1.578)]
            ),
            DeviceDefinition(id: "d1"),
        ],
        districts: [
            DistrictDefinition(code: "330106001", parent: "330106"),
            DistrictDefinition(code: "330106", titles: ["zh-Hans": "西湖区"], parent: "330100"),
            DistrictDefinition(code: "330100"),
        ]
    )

    private func messages(_ catalogue: Catalogue) -> [String] { catalogue.problems().map(\.description) }

    @Test func `a sound catalogue has no problems`() {
        #expect(messages(city).isEmpty)
        #expect(messages(Catalogue()).isEmpty)
    }

    @Test func `entries are found by id, alias and code, the first of several`() {
        #expect(city.metric("ll")?.id == "water_level")
        #expect(city.canonicalMetric("level") == "water_level")
        #expect(city.canonicalMetric("pm2.5") == "pm2.5")
        #expect(city.device("d2")?.owner == "water-affairs")
        #expect(city.device("d3") == nil)
        #expect(city.district("330106")?.titles == ["zh-Hans": "西湖区"])
        let twice = Catalogue(devices: [DeviceDefinition(id: "d", type: "a"), DeviceDefinition(id: "d", type: "b")])
        #expect(twice.device("d")?.type == "a")
    }

    @Test func `a district lies within itself and its parents, even where these go round in a circle`() {
        #expect(city.isDistrict("330106001", within: "330106001"))
        #expect(city.isDistrict("330106001", within: "330100"))
        #expect(!city.isDistrict("330100", within: "330106"))
        let circle = Catalogue(districts: [
            DistrictDefinition(code: "a", parent: "b"), DistrictDefinition(code: "b", parent: "a"),
        ])
        #expect(!circle.isDistrict("a", within: "c"))
        #expect(circle.isDistrict("a", within: "b"))
    }

    @Test func `the encoding is the same whatever the order, leaves out what is empty, and reads back`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let shuffled = Catalogue(
            metrics: city.metrics.reversed(),
            devices: city.devices.reversed(),
            districts: city.districts.reversed()
        )
        let bytes = try encoder.encode(city)
        #expect(try encoder.encode(shuffled) == bytes)
        let back = try JSONDecoder().decode(Catalogue.self, from: bytes)
        #expect(try encoder.encode(back) == bytes)
        #expect(Set(back.devices) == Set(city.devices))
        #expect(Set(back.metrics) == Set(city.metrics))
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {"devices":[{"id":"d1"},{"district":"330106001","expected-interval":"1m","grading":"important","id":"d2",\
                "labels":{"site":"underpass"},"metrics":{"distance":{"metric":"water_level","offset":1.578,"scale":-1}},\
                "owner":"water-affairs","place":{"area":"文三路下穿","geocode":"330106","latitude":30.26,"longitude":120.13},\
                "sharing":"conditional","type":"gauge"}],"districts":[{"code":"330100"},{"code":"330106",\
                "parent":"330100","titles":{"zh-Hans":"西湖区"}},{"code":"330106001","parent":"330106"}],\
                "metrics":[{"id":"rainfall","kind":"counter","unit":"mm"},{"aliases":["level","ll"],"id":"water_level",\
                "kind":"gauge","range":{"max":1.2,"min":-0.05},"titles":{"zh-Hans":"水位"},"unit":"m"}]}
                """
        )
        let empty = try encoder.encode(Catalogue())
        #expect(String(decoding: empty, as: UTF8.self) == "{}")
    }

    @Test func `every fault of a metric is told`() {
        let found = messages(
            Catalogue(metrics: [
                MetricDefinition(id: "a", unit: "hpa", aliases: ["x", "b"]),
                MetricDefinition(id: "a"),
                MetricDefinition(id: "b", range: ValueRange(min: 2, max: 1), aliases: ["x", "b"], scale: 0),
                MetricDefinition(id: "c", range: ValueRange(max: .infinity), offset: .nan),
                MetricDefinition(id: "", unit: "parsnips"),
                MetricDefinition(id: String(repeating: "n", count: 256)),
            ])
        )
        let expected = [
            "warning: The metric “a” has the unit “hpa”",
            "error: The metric “a” has the alias “b”, which already means “b”",
            "error: The metric “a” stands in the catalogue more than once",
            "error: The metric “b” has a range from 2.0 to 1.0",
            "error: The metric “b” has the scale 0", "error: The metric “b” has the alias “x”, which already means “a”",
            "error: The metric “c” has a range that is not finite", "error: The metric “c” has a scale or an offset",
            "error: A metric has an empty name", "warning: The metric “” has the unit “parsnips”",
            "error: The metric “\(String(repeating: "n", count: 40))…” has a name of 256 bytes",
        ]
        #expect(found.count == expected.count)
        for (text, start) in zip(found, expected) { #expect(text.hasPrefix(start), "\(text)") }
        #expect(found.first?.hasSuffix("Did you mean “hPa”?") == true)
    }

    @Test func `every fault of a device is told`() {
        let catalogue = Catalogue(
            metrics: [MetricDefinition(id: "water_level", unit: "m", aliases: ["level"])],
            devices: [
                DeviceDefinition(
                    id: "a",
                    district: "330160",
                    place: Place(latitude: 120.1, longitude: 30.2),
                    expectedInterval: .zero,
                    metrics: [
                        "dist": MetricOverride(metric: "water_levl"), "level": MetricOverride(unit: "hPa"),
                        "water_levle": MetricOverride(offset: 1), "z": MetricOverride(unit: "furlong", scale: 0),
                        "y": MetricOverride(expectedInterval: .seconds(-1)),
                    ]
                ),
                DeviceDefinition(id: "b", place: Place(latitude: 30)),
                DeviceDefinition(id: "a", place: Place(latitude: 0, longitude: 181)),
            ],
            districts: [DistrictDefinition(code: "330106")]
        )
        let found = messages(catalogue)
        let expected = [
            "error: The device “a” stands in the district “330160”, which the catalogue does not have. Did you mean “330106”?",
            "error: The device “a” has the latitude 120.1, outside of -90 to 90. Latitude and longitude seem to be swapped.",
            "error: The device “a” has an expected interval of 0s",
            "error: The device “a”, metric “dist”, stands for the metric “water_levl”, which the catalogue does not have. "
                + "Did you mean “water_level”?",
            "error: The device “a”, metric “level”, has the unit “hPa” (pressure), but the metric is kept in “m” (length).",
            "warning: The device “a”, metric “water_levle”, is no metric of the catalogue. Did you mean “water_level”?",
            "error: The device “a”, metric “y”, has an expected interval of -1s",
            "warning: The device “a”, metric “z”, has the unit “furlong”",
            "error: The device “a”, metric “z”, has the scale 0",
            "error: The device “b” has only one of latitude and longitude",
            "error: The device “a” stands in the catalogue more than once",
            "error: The device “a” has the longitude 181.0",
        ]
        #expect(found.count == expected.count)
        for (text, start) in zip(found, expected) { #expect(text.hasPrefix(start), "\(text)") }
    }

    @Test func `every fault of a district is told`() {
        let found = messages(
            Catalogue(districts: [
                DistrictDefinition(code: "a", parent: "b"), DistrictDefinition(code: "b", parent: "a"),
                DistrictDefinition(code: "c", parent: "c"), DistrictDefinition(code: "d", parent: "a"),
                DistrictDefinition(code: "e", parent: "330100"), DistrictDefinition(code: "a"),
            ])
        )
        let expected = [
            "error: The district “a” is part of “b”, which is part of “a” itself",
            "error: The district “b” is part of “a”, which is part of “b” itself",
            "error: The district “c” is part of “c”, which is part of “c” itself",
            "error: The district “e” is part of “330100”, which the catalogue does not have",
            "error: The district “a” stands in the catalogue more than once",
        ]
        #expect(found.count == expected.count)
        for (text, start) in zip(found, expected) { #expect(text.hasPrefix(start), "\(text)") }
    }

    @Test func `problems say where the entry was written`() {
        let catalogue = Catalogue(devices: [DeviceDefinition(id: "a"), DeviceDefinition(id: "a")])
        let problems = catalogue.problems { entry in entry == .device(1) ? ("devices.csv", 3, 1) : ("", 0, 0) }
        #expect(problems.map { "\($0.file):\($0.line):\($0.column)" } == ["devices.csv:3:1"])
    }

    @Test func `a selector wants all it names`() {
        func matches(_ device: String, _ conditions: [String: String], metric: String = "water_level") -> Bool {
            WatchSelector(metric: metric, where: conditions).matches(device: device, metric: "water_level", in: city)
        }
        #expect(matches("d2", [:]))
        #expect(matches("d2", [:], metric: "level"))
        #expect(!matches("d2", [:], metric: "rainfall"))
        #expect(matches("d2", ["device": "d2", "type": "gauge", "owner": "water-affairs", "site": "underpass"]))
        #expect(matches("d2", ["district": "330106001"]))
        #expect(matches("d2", ["district": "330100"]))
        #expect(!matches("d2", ["district": "330102"]))
        #expect(!matches("d2", ["type": "gauge", "site": "bridge"]))
        #expect(!matches("d1", ["type": "gauge"]))
        #expect(!matches("d1", ["district": "330100"]))
    }

    @Test func `an unknown device fits only by its id or where nothing is asked`() {
        func matches(_ conditions: [String: String]) -> Bool {
            WatchSelector(metric: "m", where: conditions).matches(device: "new", metric: "m", in: city)
        }
        #expect(matches([:]))
        #expect(matches(["device": "new"]))
        #expect(!matches(["device": "other"]))
        #expect(!matches(["device": "new", "type": "gauge"]))
        #expect(!matches(["site": "underpass"]))
    }

    @Test func `a selector reads back what it writes`() throws {
        let selector = WatchSelector(metric: "m", where: ["site": "underpass"])
        let bytes = try JSONEncoder().encode(selector)
        #expect(try JSONDecoder().decode(WatchSelector.self, from: bytes) == selector)
        #expect(try JSONDecoder().decode(WatchSelector.self, from: Data(#"{"metric":"m"}"#.utf8)).where.isEmpty)
    }
}
