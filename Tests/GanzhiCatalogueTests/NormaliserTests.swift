import GanzhiCatalogue
import GanzhiModel
import Testing

@Suite struct NormaliserTests {
    private let city = Catalogue(
        metrics: [
            MetricDefinition(id: "water_level", unit: "m", range: ValueRange(min: -0.05, max: 1.2), aliases: ["level"]),
            MetricDefinition(id: "temperature", unit: "K", scale: 2, offset: 1),
            MetricDefinition(id: "flow"),
            MetricDefinition(id: "index", unit: "AQI"),
        ],
        devices: [
            DeviceDefinition(
                id: "flood",
                expectedInterval: .minutes(1),
                metrics: [
                    "distance": MetricOverride(
                        metric: "level",
                        scale: -1,
                        offset: 1.578,
                        expectedInterval: .seconds(30)
                    ),
                    "water_level": MetricOverride(offset: 0.5),
                ]
            ),
            DeviceDefinition(id: "liar", metrics: ["level": MetricOverride(unit: "mm", range: ValueRange(max: 0.1))]),
            DeviceDefinition(id: "t", metrics: ["temperature": MetricOverride(offset: 0)]),
        ]
    )

    private let received = Timestamp(microseconds: 1_000_000_000)

    /// Normalises one batch with a fresh normaliser.
    private func run(
        _ sent: [Sent],
        maxAhead: TimeSpan? = nil,
        limit: Int = 100
    ) -> (batch: ReadingBatch, refusals: [Refusal], normaliser: Normaliser) {
        var normaliser = Normaliser(catalogue: city, seed: 1, maximumChannels: limit)
        var (batch, refusals) = (ReadingBatch(), [Refusal]())
        normaliser.normalise(
            DecodedBatch(sent),
            0..<sent.count,
            maxAhead: maxAhead,
            received: received,
            into: &batch,
            refusals: &refusals
        )
        return (batch, refusals, normaliser)
    }

    @Test func `values come out in the canonical unit`() {
        let (batch, refusals, _) = run([
            Sent("a", "water_level", 350, "mm"), Sent("a", "water_level", 35, "cm"),
            Sent("a", "water_level", 0.35, "m"),
            Sent("a", "water_level", 0.35),
        ])
        #expect(refusals.isEmpty)
        #expect(batch.readings.map(\.value) == [0.35, 0.35, 0.35, 0.35])
        #expect(batch.readings.map(\.channel) == [0, 0, 0, 0])
        #expect(batch.newChannels == [Channel(device: "a", metric: "water_level")])
    }

    @Test func `calibration comes after conversion, and a device's settings beat the metric's one by one`() {
        let (batch, _, _) = run([Sent("x", "temperature", 10, "Cel"), Sent("t", "temperature", 10, "Cel")])
        let expected: [Double] = [567.3, 566.3]
        #expect(batch.readings.map(\.value) == expected)
    }

    @Test func `a distance to the water becomes a depth`() {
        let (batch, _, normaliser) = run([Sent("flood", "distance", 1378, "mm"), Sent("flood", "distance", 0, "mm")])
        #expect(batch.newChannels == [Channel(device: "flood", metric: "water_level")])
        #expect(batch.readings[0].value == -1.378 + 1.578)
        #expect(batch.readings[0].quality == .good)
        #expect(batch.readings[1].quality == .bad)
        #expect(batch.readings[1].flags == .overRange)
        #expect(normaliser.expectedInterval(of: 0) == .seconds(30))
    }

    @Test func `an alias means its metric, with the device's settings for it`() {
        let (batch, _, normaliser) = run([
            Sent("flood", "level", 0.1), Sent("flood", "water_level", 0.1), Sent("flood", "distance", 1),
            Sent("b", "level", 0.1),
        ])
        #expect(batch.readings.map(\.channel) == [0, 0, 0, 1])
        let seen: [Double] = batch.readings.map(\.value)
        #expect(seen == [0.6, 0.6, 1.578 - 1, 0.1])
        #expect(normaliser.channelCount == 2)
        #expect(normaliser.channel(1) == Channel(device: "b", metric: "water_level"))
    }

    @Test func `a unit set for a device takes the place of what it says`() {
        let (batch, refusals, _) = run([
            Sent("liar", "level", 100, "m"), Sent("liar", "level", 100), Sent("liar", "level", 100, "hPa"),
            Sent("liar", "level", 101, "m"),
        ])
        #expect(refusals.isEmpty)
        #expect(batch.readings.map(\.value) == [0.1, 0.1, 0.1, 0.101])
        #expect(batch.readings.map(\.quality) == [.good, .good, .good, .bad])
    }

    @Test func `the ends of a range belong to it`() {
        let (batch, _, _) = run([-0.05, 1.2, -0.0500001, 1.2000001].map { Sent("a", "water_level", $0) })
        #expect(batch.readings.map(\.quality) == [.good, .good, .bad, .bad])
    }

    @Test func `what is no number is refused, and a truth value is one`() {
        var sent = [ValueKind.text, .data, .none, .bool, .bool].map { kind in
            var sent = Sent("a", "open", 1)
            sent.kind = kind
            return sent
        }
        sent[4].value = 0
        let (batch, refusals, _) = run(sent)
        #expect(refusals == (0..<3).map { Refusal(index: $0, reason: .notNumeric) })
        #expect(batch.readings.map(\.value) == [1, 0])
    }

    @Test func `a unit of another kind is refused`() {
        let (batch, refusals, _) = run([
            Sent("a", "water_level", 1, "hPa"), Sent("a", "water_level", 1, "m"), Sent("a", "water_level", 1, "hPa"),
            Sent("a", "water_level", 1, "furlong"), Sent("a", "index", 1, "m"), Sent("a", "index", 1, "AQI"),
            Sent("a", "water_level", 1, "an unheard-of unit"),
        ])
        #expect(refusals == [0, 2, 3, 4, 6].map { Refusal(index: $0, reason: .unitMismatch) })
        #expect(batch.readings.map(\.flags) == [[], .unknownUnit])
        #expect(batch.newChannels.map(\.metric) == ["water_level", "index"])
    }

    @Test func `a metric without a unit takes the first that an accepted reading states`() {
        let (batch, refusals, normaliser) = run(
            [
                Sent("a", "flow", 1), Sent("a", "flow", 9, "hPa", at: 2000), Sent("b", "flow", 2, "l/s"),
                Sent("a", "flow", 3, "m3/s"), Sent("a", "flow", 4), Sent("c", "flow", 5, "m"),
            ],
            maxAhead: .zero
        )
        #expect(batch.readings.map(\.value) == [1, 2, 3000, 4])
        #expect(refusals == [Refusal(index: 1, reason: .clockAhead), Refusal(index: 5, reason: .unitMismatch)])
        #expect(normaliser.unit(ofMetric: "flow") == "l/s")
        #expect(normaliser.unit(ofMetric: "water_level") == "m")
        #expect(normaliser.unit(ofMetric: "never") == nil)
        #expect(normaliser.unit(of: 0) == "l/s")
    }

    @Test func `a value that leaves the range of numbers is refused`() {
        let (batch, refusals, _) = run([
            Sent("a", "water_level", 1e308, "km"), Sent("a", "water_level", 1, "km"),
            Sent("a", "water_level", -1e308, "km"), Sent("a", "water_level", .nan),
        ])
        #expect(refusals == [0, 2, 3].map { Refusal(index: $0, reason: .nonFinite) })
        #expect(batch.readings.map(\.value) == [1000])
    }

    @Test func `a clock ahead is quarantined, unless something worse is found first`() {
        let sent = [
            Sent("a", "level", 1, at: 1060), Sent("a", "level", 1, at: 1061), Sent("a", "level", 1, at: 1060),
            Sent("b", "level", 1, at: 1061), Sent("a", "level", 1, "hPa", at: 2000), Sent("a", "level", .nan, at: 2000),
        ]
        let (batch, refusals, _) = run(sent, maxAhead: .minutes(1))
        #expect(batch.readings.map(\.channel) == [0, 0])
        let reasons: [Refusal.Reason] = [.clockAhead, .clockAhead, .unitMismatch, .nonFinite]
        #expect(refusals.map(\.index) == [1, 3, 4, 5])
        #expect(refusals.map(\.reason) == reasons)
        #expect(run(sent).batch.readings.count == 4)
    }

    @Test func `no bounds of time overflow`() {
        var normaliser = Normaliser(catalogue: city, seed: 1)
        var (batch, refusals) = (ReadingBatch(), [Refusal]())
        for received in [Timestamp(microseconds: .max), .never] {
            normaliser.normalise(
                DecodedBatch([Sent("a", "flow", 1)]),
                0..<1,
                maxAhead: .longest,
                received: received,
                into: &batch,
                refusals: &refusals
            )
        }
        #expect(batch.readings.count == 1)
        #expect(refusals.map(\.reason) == [.clockAhead])
    }

    @Test func `a reading without a time takes the received one`() {
        var sent = Sent("a", "water_level", 1, at: nil)
        sent.flags = .arrivalTime
        let (batch, _, _) = run([sent], maxAhead: .zero)
        #expect(batch.readings.map(\.time) == [received])
        #expect(batch.readings.map(\.flags) == [.arrivalTime])
    }

    @Test func `flags and quality of the sender stay, but for what is known about the unit`() {
        var sent = [Sent("a", "water_level", 1, "cm"), Sent("a", "water_level", 1)]
        sent[0].flags = [.historical, .unknownUnit]
        sent[0].quality = .uncertain
        sent[1].quality = .bad
        let (batch, _, _) = run(sent)
        #expect(batch.readings.map(\.flags) == [.historical, []])
        #expect(batch.readings.map(\.quality) == [.uncertain, .bad])
    }

    @Test func `names that could run together stay apart`() {
        let long = String(repeating: "x", count: 120)
        let pairs = [
            ("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", ""), (long, "m"), (long + "m", ""), (long, "n"), ("m", long),
            ("a\0", "b"), ("a", "\0b"), ("é", "m"), ("e\u{301}", "m"), ("m", "é"), ("m", "e\u{301}"),
        ]
        let (batch, refusals, normaliser) = run((pairs + pairs).map { Sent($0.0, $0.1, 1) })
        #expect(refusals.isEmpty)
        let order = pairs.indices.map(UInt32.init)
        #expect(batch.readings.map(\.channel) == order + order)
        for (index, pair) in pairs.enumerated() {
            let channel = normaliser.channel(UInt32(index))
            #expect(Array(channel.device.utf8) == Array(pair.0.utf8))
            #expect(Array(channel.metric.utf8) == Array(pair.1.utf8))
        }
    }

    @Test func `names beyond the limit are refused`() {
        let (fits, long) = (String(repeating: "x", count: 255), String(repeating: "x", count: 256))
        let (batch, refusals, _) = run([
            Sent(fits, fits, 1), Sent(long, "m", 1), Sent("d", long, 1), Sent(fits, fits, 1),
        ])
        #expect(batch.readings.count == 2)
        #expect(batch.newChannels.count == 1)
        #expect(refusals == [1, 2].map { Refusal(index: $0, reason: .nameTooLong) })
    }

    @Test func `series beyond the limit are refused, known ones are not`() {
        let (batch, refusals, _) = run(
            [
                Sent("a", "level", 1), Sent("b", "level", 1), Sent("c", "level", 1), Sent("a", "water_level", 1),
                Sent("b", "level", 1),
            ],
            limit: 2
        )
        #expect(batch.readings.map(\.channel) == [0, 1, 0, 1])
        #expect(refusals == [Refusal(index: 2, reason: .tooManySeries)])
    }

    @Test func `it knows which devices the catalogue knows`() {
        let (_, _, normaliser) = run([Sent("flood", "level", 1), Sent("a", "level", 1)])
        #expect(normaliser.isKnownDevice(0))
        #expect(!normaliser.isKnownDevice(1))
        #expect(normaliser.device(of: 0)?.id == "flood")
        #expect(normaliser.device(of: 1) == nil)
        #expect(normaliser.expectedInterval(of: 0) == .minutes(1))
        #expect(normaliser.expectedInterval(of: 1) == nil)
    }

    @Test func `only the range asked for is normalised`() {
        var normaliser = Normaliser(catalogue: city, seed: 1)
        var (batch, refusals) = (ReadingBatch(), [Refusal]())
        let decoded = DecodedBatch((0..<5).map { Sent("d\($0)", "level", Double($0), $0 == 3 ? "hPa" : "m") })
        normaliser.normalise(decoded, 2..<4, maxAhead: nil, received: received, into: &batch, refusals: &refusals)
        #expect(batch.readings.map(\.value) == [2])
        #expect(refusals == [Refusal(index: 3, reason: .unitMismatch)])
    }

    @Test func `a new generation keeps channels and units, and drops what it says otherwise`() {
        var normaliser = Normaliser(catalogue: city, seed: 1)
        var (batch, refusals) = (ReadingBatch(), [Refusal]())
        func feed(_ sent: [Sent]) -> [Double] {
            batch.removeAll()
            normaliser.normalise(
                DecodedBatch(sent),
                0..<sent.count,
                maxAhead: nil,
                received: received,
                into: &batch,
                refusals: &refusals
            )
            return batch.readings.map(\.value)
        }
        #expect(feed([Sent("flood", "level", 0.1), Sent("flood", "flow", 1, "l/s")]) == [0.6, 1])
        normaliser.adopt(
            Catalogue(
                metrics: [MetricDefinition(id: "water_level", unit: "cm"), MetricDefinition(id: "level", unit: "mm")],
                devices: [DeviceDefinition(id: "other")]
            )
        )
        #expect(!normaliser.isKnownDevice(0))
        #expect(feed([Sent("flood", "water_level", 1, "m")]) == [100])
        #expect(batch.readings.map(\.channel) == [0])
        #expect(feed([Sent("flood", "level", 1, "m"), Sent("flood", "flow", 1, "m3/s")]) == [1000, 1000])
        #expect(batch.newChannels == [Channel(device: "flood", metric: "level")])
        #expect(batch.readings.map(\.channel) == [2, 1])
        normaliser.adopt(city)
        #expect(normaliser.isKnownDevice(0))
        #expect(feed([Sent("flood", "level", 0.1), Sent("flood", "flow", 1)]) == [0.6, 1])
        #expect(batch.readings.map(\.channel) == [0, 1])
        #expect(batch.newChannels.isEmpty)
        #expect(refusals.isEmpty)
    }

    @Test func `every refusal can be explained`() {
        var sent = [
            Sent("a", "m", 1), Sent("a", String(repeating: "x", count: 300), 1), Sent("a", "level", 1, "hPa"),
            Sent("a", "level", 1e308, "km"), Sent("z", "level", 1), Sent("a", "m", 1, at: 2000),
        ]
        sent[0].kind = .text
        let decoded = DecodedBatch(sent)
        let (_, _, normaliser) = run([])
        let details = Refusal.Reason.allCases.map {
            normaliser.detail(of: Refusal(index: Int($0.rawValue), reason: $0), in: decoded, received: received)
        }
        #expect(details[0].contains("carries no number"))
        #expect(details[1].contains("1 and 300 bytes"))
        #expect(details[2].contains("“hPa” (pressure), which cannot become “m” (length), the unit of “water_level”"))
        #expect(details[3].contains("1e+308"))
        #expect(details[4].contains("already"))
        #expect(details[5].contains("1970-01-01T00:33:20.000Z but came in at 1970-01-01T00:16:40.000Z"))
        let codes = Refusal.Reason.allCases.map(\.code)
        #expect(
            codes == [
                "not-numeric", "name-too-long", "unit-mismatch", "non-finite", "too-many-series", "clock-ahead",
            ]
        )
        #expect(Refusal.Reason.allCases.map(\.column).filter { $0 == .readingsQuarantined }.count == 1)
    }
}
