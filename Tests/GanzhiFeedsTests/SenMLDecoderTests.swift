import Foundation
import GanzhiFeeds
import GanzhiModel
import GanzhiTestSupport
import Testing

@Suite struct SenMLDecoderTests {
    private static let received = Timestamp(milliseconds: 1_700_000_000_000)
    private static let now = received.microseconds

    private func senml(_ payload: String, topic: String = "", received: Timestamp? = received) throws -> (
        readings: [PlainReading], outcome: DecodeOutcome
    ) {
        try decode(payload, format: .senml, topic: topic, received: received)
    }

    @Test func `the multiple measurements of RFC 8428 resolve and sort by time`() throws {
        let result = try senml(
            #"""
            [{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
            {"n":"current","t":-5,"v":1.2},{"n":"current","v":1.7}]
            """#
        )
        let device = "urn:dev:ow:10e2073a0108006"
        func reading(_ metric: String, _ value: Double, _ unit: String, _ time: Int64) -> PlainReading {
            PlainReading(
                device: device,
                metric: metric,
                value: .number(value),
                unit: unit,
                time: time,
                name: device + ":" + metric
            )
        }
        #expect(
            result.readings == [
                reading("current", 1.2, "A", 1_276_020_071_001_000),
                reading("voltage", 120.1, "V", 1_276_020_076_001_000),
                reading("current", 1.7, "A", 1_276_020_076_001_000),
            ]
        )
    }

    @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
    func `every example of RFC 8428 resolves as the RFC says`() throws {
        let file = try #require(SharedData.path("payloads/senml-rfc8428.ndjson.gz"))
        let lines = try inflated(Data(contentsOf: file), .gzip).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 13)
        for line in lines {
            let example = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            let json = try JSONSerialization.data(withJSONObject: try #require(example["json"]))
            let result = try decode(Array(json), format: .senml, topic: "a/b", received: Self.received)
            #expect(result.outcome.rejection == nil)
            guard let resolved = example["resolved"] as? [[String: Any]] else { continue }
            for expected in resolved {
                let name = try #require(expected["n"] as? String)
                // Times the RFC calls "now" are those of its writing, ours those of the arrival.
                let stated = try #require(expected["t"] as? Double)
                let isNow = (1_498_000_000..<1_500_000_000).contains(stated)
                let time = isNow ? Self.now : Int64((stated * 1e6).rounded())
                let value: PlainValue =
                    if let text = expected["vs"] as? String {
                        .text(text)
                    } else if let truth = expected["vb"] as? Bool {
                        .bool(truth)
                    } else {
                        .number(try #require(expected["v"] as? Double))
                    }
                let found = result.readings.filter {
                    $0.name == name && $0.time == time && $0.unit == (expected["u"] as? String ?? "")
                }
                #expect(found.contains { $0.value == value }, "\(example["id"] ?? "") \(expected)")
            }
            let times = result.readings.compactMap(\.time)
            #expect(times == times.sorted())
        }
    }

    // MARK: Resolution

    @Test func `base fields hold from their record on, also when they are 0 or empty`() throws {
        let result = try senml(
            #"""
            [{"bn":"a/","bt":1600000000,"bu":"m","bv":10,"bs":100,"n":"x","v":1,"s":1},{"n":"y","v":2},
            {"bn":"","bv":0,"bs":0,"bu":"","bt":1600000001,"n":"b/z","v":3}]
            """#
        )
        #expect(
            result.readings == [
                PlainReading(
                    device: "a",
                    metric: "x",
                    value: .number(11),
                    unit: "m",
                    time: 1_600_000_000_000_000,
                    name: "a/x",
                    sum: 101
                ),
                PlainReading(
                    device: "a",
                    metric: "y",
                    value: .number(12),
                    unit: "m",
                    time: 1_600_000_000_000_000,
                    name: "a/y",
                    sum: 100
                ),
                PlainReading(
                    device: "b",
                    metric: "z",
                    value: .number(3),
                    time: 1_600_000_001_000_000,
                    name: "b/z",
                    sum: 0
                ),
            ]
        )
    }

    @Test func `base fields stand anywhere in their record`() throws {
        let result = try senml(#"[{"v":1,"n":"x","u":"m","bv":1,"bn":"a/","bt":1600000000}]"#)
        #expect(
            result.readings == [
                PlainReading(
                    device: "a",
                    metric: "x",
                    value: .number(2),
                    unit: "m",
                    time: 1_600_000_000_000_000,
                    name: "a/x"
                )
            ]
        )
    }

    @Test func `a base value touches numbers only`() throws {
        let result = try senml(#"[{"bn":"a/b","bv":5,"vb":true},{"vs":"x"},{"vd":"aGkgCg"},{"s":2}]"#)
        #expect(result.readings.map(\.value) == [.bool(true), .text("x"), .data([0x68, 0x69, 0x20, 0x0A]), .none])
        #expect(result.readings.map(\.sum) == [nil, nil, nil, 2])
    }

    @Test(arguments: [
        (#""t":268435456"#, 268_435_456_000_000 as Int64), (#""t":268435455.5"#, now + 268_435_455_500_000),
        (#""bt":268435455,"t":1"#, 268_435_456_000_000), (#""bt":1600000000,"t":-1599999999"#, now + 1_000_000),
        (#""t":-5"#, now - 5_000_000), (#""t":0"#, now), (#""bt":1276020076.001"#, 1_276_020_076_001_000),
        (#""bt":1700000000.123456"#, 1_700_000_000_123_456),
    ])
    func `a time is absolute from two to the power of 28 on, by the sum`(fields: String, microseconds: Int64) throws {
        let result = try senml(#"[{"n":"a/b","v":1,\#(fields)}]"#)
        #expect(result.readings.map(\.time) == [microseconds])
        #expect(result.readings.map(\.flags) == [[]])
    }

    @Test func `without any time it is the arrival's, and flagged`() throws {
        let result = try senml(#"[{"n":"a/b","v":1},{"n":"a/b","t":1,"v":1}]"#)
        #expect(result.readings.map(\.time) == [Self.now, Self.now + 1_000_000])
        #expect(result.readings.map(\.flags) == [["arrival-time"], []])
    }

    @Test func `a relative time without an arrival is refused`() throws {
        #expect(try senml(#"[{"n":"a/b","v":1}]"#, received: nil).outcome.rejection?.reason == "no-time")
        #expect(try senml(#"[{"n":"a/b","v":1,"t":1600000000}]"#, received: nil).readings.count == 1)
    }

    @Test func `equal times keep their order, in small packs and large ones`() throws {
        for count in [2, 63, 64, 65, 500] {
            let records = (0..<count).map { #"{"n":"a/b","t":\#(1_600_000_000 - $0 % 3),"v":\#($0)}"# }
            let result = try senml("[" + records.joined(separator: ",") + "]")
            let slow = (0..<count).sorted { ($0 % 3, -$0) > ($1 % 3, -$1) }
            #expect(result.readings.map(\.value) == slow.map { .number(Double($0)) })
        }
    }

    @Test func `names are resolved and split the same for any pack`() throws {
        // The same suffix under another base is another name, and an absent one after a present one.
        let result = try senml(
            #"[{"bn":"a/","n":"x","v":1},{"n":"x","v":1},{"bn":"b/","n":"x","v":1},{"bn":"c/d","v":1},{"n":"\u0065","v":1}]"#
        )
        #expect(result.readings.map(\.name) == ["a/x", "a/x", "b/x", "c/d", "c/de"])
        #expect(result.readings.map(\.device) == ["a", "a", "b", "c", "c"])
        #expect(result.readings.map(\.metric) == ["x", "x", "x", "d", "de"])
    }

    @Test func `many names under changing base names each resolve to their own`() throws {
        var random = SeededGenerator(seed: 5)
        let suffixes = (0..<60).map { "temperature\($0 % 7)".prefix($0 / 4 + 1) } + ["t\\u0065mperature1", ""]
        let bases = ["", "a/", "urn:dev:ow:1:", "urn:dev:ow:1", "b/c:"]
        for _ in 0..<50 {
            var base = "d/"
            var names: [String] = []
            let records = (0..<200).map { index in
                var bases = random.next() % 9 == 0 || index == 0 ? bases : []
                bases.shuffle(using: &random)
                if let new = bases.first { base = new.isEmpty ? "d/" : new }
                let suffix = suffixes.randomElement(using: &random) ?? ""
                let n = suffix.isEmpty && (base.hasSuffix("/") || base.hasSuffix(":")) ? "x" : suffix
                names.append(base + n.replacing("\\u0065", with: "e"))
                let member = n.isEmpty && index % 2 == 0 ? "" : #""n":"\#(n)","#
                return (bases.isEmpty ? "{" : #"{"bn":"\#(base)","#) + member + #""v":\#(index)}"#
            }
            let result = try senml("[" + records.joined(separator: ",") + "]")
            #expect(result.readings.map(\.name) == names)
            for (reading, name) in zip(result.readings, names) {
                let isURN = name.hasPrefix("urn:")
                let separator =
                    isURN ? name.dropFirst(11).firstIndex(of: ":") : name.lastIndex { $0 == "/" || $0 == ":" }
                let metric = separator.map { name[name.index(after: $0)...] } ?? "value"
                #expect(reading.device == name[..<(separator ?? name.endIndex)])
                #expect(reading.metric == metric)
            }
        }
    }

    @Test(arguments: [
        ("urn:dev:ow:10e2073a0108006", "urn:dev:ow:10e2073a0108006", "value"),
        ("urn:dev:ow:10e2073a0108006:", "urn:dev:ow:10e2073a0108006", "value"),
        ("urn:dev:ow:10e2073a0108006:voltage", "urn:dev:ow:10e2073a0108006", "voltage"),
        ("urn:dev:mac:0024befffe804ff1_temp", "urn:dev:mac:0024befffe804ff1", "temp"),
        ("urn:dev:os:32473-123456/a/b:c", "urn:dev:os:32473-123456", "a/b:c"),
        ("2001:db8::2/temperature", "2001:db8::2", "temperature"), ("2001:db8::3", "2001:db8:", "3"),
        ("hj212/MN1/a34004", "hj212/MN1", "a34004"), ("a_b/c_d", "a_b", "c_d"), ("temp", "d7", "temp"),
        ("urn:dev:ow", "urn:dev", "ow"), ("urn:other:x", "urn:other", "x"),
    ])
    func `a resolved name falls apart into device and metric`(name: String, device: String, metric: String) throws {
        for cut in [0, name.count / 2, name.count] {
            let result = try senml(
                #"[{"bn":"\#(name.prefix(cut))","n":"\#(name.dropFirst(cut))","v":1}]"#,
                topic: "city/330106/d7"
            )
            #expect(result.readings.map(\.device) == [device])
            #expect(result.readings.map(\.metric) == [metric])
            #expect(result.readings.map(\.name) == [name])
        }
    }

    // MARK: Refusals

    @Test(arguments: [
        ("", "empty-payload", nil as Int?), ("[", "malformed", nil), ("[{\"n\":\"\u{1}\"}]", "malformed", nil),
        // S1: one bad record refuses all.
        (#"[{"n":"a/b","v":1},{"n":"a/b","v":"1"},{}]"#, "wrong-type", 1),
        (#"[{"n":"a/b"},"#, "malformed", nil),
        // S2
        (#"[{"n":"a/b"}]"#, "no-value", 0), (#"[{"bn":"a/b"},{"t":1}]"#, "no-value", 1), ("[{}]", "no-value", 0),
        (#"[{"bn":"a/b","bs":1,"u":"m"}]"#, "no-value", 0), (#"[{"bn":"a/b","ut":5}]"#, "no-value", 0),
        // S3
        (#"{"n":"a/b","v":1}"#, "not-array", nil), ("5", "not-array", nil), ("[]", "empty-pack", nil),
        (#"[{"n":"a/b","v":1},[]]"#, "record-not-object", 1), ("[null]", "record-not-object", 0),
        // S5
        (#"[{"n":"a/b","vd":"a"}]"#, "bad-data", 0), (#"[{"n":"a/b","vd":"ab+d"}]"#, "bad-data", 0),
        (#"[{"n":"a/b","vd":"ab/d"}]"#, "bad-data", 0), (#"[{"n":"a/b","vd":"ab d"}]"#, "bad-data", 0),
        (#"[{"n":"a/b","vd":"=abc"}]"#, "bad-data", 0), (#"[{"n":"a/b","vd":"abcde"}]"#, "bad-data", 0),
        // S8
        (#"[{"n":"a/b","v":1e309}]"#, "non-finite", 0), (#"[{"n":"a/b","t":-1e400,"v":1}]"#, "non-finite", 0),
        (#"[{"bv":1e308,"n":"a/b","v":1e308}]"#, "non-finite", 0),
        (#"[{"bs":-1e308,"n":"a/b","s":-1e308}]"#, "non-finite", 0),
        (#"[{"n":"a/b","v":NaN}]"#, "malformed", nil), (#"[{"n":"a/b","v":Infinity}]"#, "malformed", nil),
        // Labels
        (#"[{"n":"a/b","v":1,"x_":1}]"#, "must-understand", 0), (#"[{"n":"a/b","v":1,"_":1}]"#, "must-understand", 0),
        (#"[{"n":"a/b","v":1,"ab\u005f":1}]"#, "must-understand", 0),
        (#"[{"n":5,"v":1}]"#, "wrong-type", 0), (#"[{"bn":null,"n":"a/b","v":1}]"#, "wrong-type", 0),
        (#"[{"n":"a/b","v":true}]"#, "wrong-type", 0), (#"[{"n":"a/b","vs":1}]"#, "wrong-type", 0),
        (#"[{"n":"a/b","vb":1}]"#, "wrong-type", 0), (#"[{"n":"a/b","vb":"true"}]"#, "wrong-type", 0),
        (#"[{"n":"a/b","vd":[]}]"#, "wrong-type", 0), (#"[{"n":"a/b","v":1,"s":"1"}]"#, "wrong-type", 0),
        (#"[{"n":"a/b","v":1,"ut":"1"}]"#, "wrong-type", 0), (#"[{"n":"a/b","v":1,"t":null}]"#, "wrong-type", 0),
        (#"[{"n":"a/b","v":1,"u":{}}]"#, "wrong-type", 0), (#"[{"n":"a/b","v":1,"bt":"1"}]"#, "wrong-type", 0),
        (#"[{"n":"a/b","v":1,"bver":"10"}]"#, "wrong-type", 0),
        // Versions
        (#"[{"n":"a/b","v":1,"bver":0}]"#, "bad-version", 0), (#"[{"n":"a/b","v":1,"bver":-5}]"#, "bad-version", 0),
        (#"[{"n":"a/b","v":1,"bver":9.5}]"#, "bad-version", 0),
        (#"[{"n":"a/b","v":1,"bver":11}]"#, "unsupported-version", 0),
        (#"[{"n":"a/b","v":1,"bver":42}]"#, "unsupported-version", 0),
        (#"[{"n":"a/b","v":1},{"bver":5,"n":"a/b","v":1}]"#, "version-mismatch", 1),
        (#"[{"bver":5,"n":"a/b","v":1},{"n":"a/b","v":1},{"bver":10,"n":"a/b","v":1}]"#, "version-mismatch", 2),
        // Values
        (#"[{"n":"a/b","v":1,"vs":"x"}]"#, "multiple-values", 0),
        (#"[{"n":"a/b","vb":true,"vd":"aGk"}]"#, "multiple-values", 0),
        // Names
        (#"[{"v":1}]"#, "empty-name", 0), (#"[{"bn":"","n":"","v":1}]"#, "empty-name", 0),
        (#"[{"n":"水位","v":1}]"#, "bad-name", 0), (#"[{"n":"a b","v":1}]"#, "bad-name", 0),
        (#"[{"n":"-a/b","v":1}]"#, "bad-name", 0), (#"[{"bn":"_","n":"a","v":1}]"#, "bad-name", 0),
        (#"[{"bn":"a#","n":"a","v":1}]"#, "bad-name", 0), (#"[{"n":"a/","v":1}]"#, "no-metric", 0),
        (#"[{"n":"temp","v":1}]"#, "no-device", 0),
        (#"[{"bn":"\#(String(repeating: "x", count: 250))/","n":"abcdef","v":1}]"#, "name-too-long", 0),
        // Times
        (#"[{"n":"a/b","v":1,"t":1e15}]"#, "bad-time", 0),
        (#"[{"n":"a/b","v":1,"bt":1e308,"t":1e308}]"#, "bad-time", 0),
        (#"[{"n":"a/b","v":1,"t":-1e300}]"#, "bad-time", 0),
    ])
    func `bad packs are refused whole with their reason`(payload: String, reason: String, index: Int?) throws {
        let result = try senml(payload)
        #expect(result.outcome.rejection?.reason == reason)
        #expect(result.outcome.rejection?.index == index)
        #expect(result.readings.isEmpty)
    }

    @Test func `what is not UTF-8 is refused`() throws {
        let payload = Array(#"[{"n":"a/b","vs":""#.utf8) + [0xE6, 0xB0] + Array(#""}]"#.utf8)
        #expect(try decode(payload, format: .senml).outcome.rejection?.reason == "bad-utf8")
    }

    // MARK: Acceptances

    @Test(arguments: [
        #"[{"bn":"a/b"},{"v":1}]"#, #"[{"n":"a/b","s":1}]"#, #"[{"n":"a/b","v":1,"ut":60}]"#,
        #"[{"n":"a/b","v":1,"bver":10},{"n":"a/b","v":1,"bver":10}]"#, #"[{"n":"a/b","v":1,"bver":1}]"#,
        #"[{"n":"a/b","v":1},{"n":"a/b","v":1,"bver":10}]"#, #"[{"n":"a/b","v":1,"bver":26}]"#,
        #"[{"n":"a/b","v":1E0}]"#, #"[{"n":"a/b","v":1,"x":{"y_":1},"_z":[]}]"#, #"[{"n":"a/b","vd":""}]"#,
        #"[{"n":"a/b","vd":"aGk="}]"#, #"[{"n":"a/b","vd":"aA=="}]"#, #"[{"n":"a/b","vd":"-_\u0041A"}]"#,
    ])
    func `packs that look odd are accepted`(payload: String) throws {
        let result = try senml(payload)
        #expect(result.outcome.rejection == nil)
        #expect(!result.readings.isEmpty)
    }

    @Test func `a record with base fields alone yields nothing`() throws {
        let result = try senml(#"[{"bn":"a/b","bt":1600000000,"bver":10}]"#)
        #expect(result.outcome == DecodeOutcome())
        #expect(result.readings.isEmpty)
    }

    @Test func `a label that stands twice counts as it stands last`() throws {
        let result = try senml(#"[{"n":5,"n":"a/b","v":"x","v":1e999,"v":2,"t":1,"t":2}]"#)
        #expect(result.readings.map(\.value) == [.number(2)])
        #expect(result.readings.map(\.time) == [Self.now + 2_000_000])
    }

    @Test(arguments: [
        ("mm", 10, ["secondary-unit-undeclared"]), ("mm", 26, []), ("m", 10, []), ("furlong", 26, ["unknown-unit"]),
        ("C", 10, []), ("beat/min", 10, []), ("beat/minute", 10, ["unknown-unit"]),
        ("ug/m3", 5, ["secondary-unit-undeclared"]),
    ])
    func `units are looked up, and kept as sent`(unit: String, version: Int, flags: [String]) throws {
        let result = try senml(
            #"[{"bver":\#(version),"bu":"\#(unit)","n":"a/b","v":1},{"n":"a/b","u":"\#(unit)","v":1}]"#
        )
        #expect(result.readings.map(\.unit) == [unit, unit])
        #expect(result.readings.map(\.flags) == [flags + [], flags].map { ["arrival-time"] + $0 })
    }

    @Test func `a percent sign is a ratio`() throws {
        let result = try senml(#"[{"n":"a/b","u":"%","v":0.5},{"n":"a/b","u":"%RH","v":50},{"n":"a/c","u":"%","v":1}]"#)
        #expect(result.readings.map(\.unit) == ["/", "%RH", "/"])
    }

    @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
    func `RIoTBench lines are refused, saying what they are and how to read them`() throws {
        for line in try riotBenchLines() {
            let rejection = try #require(try decode(line, format: .senml).outcome.rejection)
            #expect(rejection.reason == "not-array")
            #expect(rejection.detail.contains("drafts"))
            #expect(rejection.detail.contains("records: /e"))
        }
    }
}
