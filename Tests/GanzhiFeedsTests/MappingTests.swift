import Foundation
import GanzhiFeeds
import GanzhiModel
import GanzhiTestSupport
import Testing

@Suite struct MappingTests {
    private static func riotBench() throws -> JSONMapping {
        JSONMapping(
            records: try JSONPointer("/e"),
            device: try JSONSource("root:/e/[n=source]/sv"),
            metric: try JSONSource("/n"),
            value: try JSONSource("/v"),
            unit: try JSONSource("/u"),
            time: try JSONSource("root:/bt"),
            textNumbers: true,
            skipWithoutValue: true
        )
    }

    private static let plain = JSONMapping(
        device: .constant("d"),
        metric: .constant("m"),
        value: .record(try! JSONPointer("/v"))
    )

    @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
    func `RIoTBench lines are read through a mapping, number for number`() throws {
        var count = 0
        for line in try riotBenchLines() {
            let result = try decode(line, mapping: Self.riotBench())
            #expect(result.outcome.rejection == nil)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            let records = try #require(object["e"] as? [[String: String]])
            let device = try #require(records.first { $0["n"] == "source" }?["sv"])
            let time = try #require(object["bt"] as? Int64) * 1000
            let expected = records.compactMap { record in
                record["v"].flatMap(Double.init).map { value in
                    PlainReading(
                        device: device,
                        metric: record["n"] ?? "",
                        value: .number(value),
                        unit: record["u"] ?? "",
                        time: time
                    )
                }
            }
            #expect(result.readings == expected)
            count += expected.count
        }
        #expect(count == 3500)
    }

    @Test func `fields come from record, root, topic or the mapping itself`() throws {
        let mapping = JSONMapping(
            records: try JSONPointer("/data/items"),
            device: try JSONSource("topic:2"),
            metric: try JSONSource("/k~1ind"),
            value: try JSONSource("/values/1"),
            unit: try JSONSource("=mm"),
            time: try JSONSource("root:/when"),
            timeFormat: .seconds
        )
        let payload =
            #"{"when":1600000000.5,"data":{"items":[{"k/ind":"rain","values":[9,1.5]},{"k/ind":7,"values":[0,true]}]}}"#
        let result = try decode(payload, mapping: mapping, topic: "city/d9/up")
        let time = 1_600_000_000_500_000 as Int64
        #expect(
            result.readings == [
                PlainReading(device: "d9", metric: "rain", value: .number(1.5), unit: "mm", time: time),
                PlainReading(device: "d9", metric: "7", value: .bool(true), unit: "mm", time: time),
            ]
        )
    }

    @Test(arguments: [
        (JSONMapping.TimeFormat.milliseconds, "1600000000123", 1_600_000_000_123_000 as Int64),
        (.seconds, "1600000000.123456", 1_600_000_000_123_456),
        (.microseconds, "1600000000123456", 1_600_000_000_123_456),
        (.rfc3339, #""2020-09-13T12:26:40Z""#, 1_600_000_000_000_000),
        (.seconds, #""1600000000""#, 1_600_000_000_000_000),
    ])
    func `times are read as the mapping says`(format: JSONMapping.TimeFormat, json: String, time: Int64) throws {
        var mapping = Self.plain
        mapping.time = try JSONSource("/t")
        mapping.timeFormat = format
        mapping.textNumbers = true
        #expect(try decode(#"{"v":1,"t":\#(json)}"#, mapping: mapping).readings.first?.time == time)
    }

    @Test(arguments: [
        (#"{"v":1}"#, nil as String?, nil as Int?), ("[]", "empty-pack", nil), ("5", "not-object", nil),
        (#"{"v":null}"#, "no-value", nil), (#"[{"v":1},{}]"#, "no-value", 1), (#"{"v":{}}"#, "wrong-type", nil),
        (#"{"v":1e999}"#, "non-finite", nil), (#"{"v":1"#, "malformed", nil), (#"{"v":"x","v":1}"#, nil, nil),
        (#"{"v":1,"t":"soon"}"#, "wrong-type", nil), (#"{"v":1,"t":1e18}"#, "bad-time", nil),
        (#"{"v":1,"t":null}"#, nil, nil),
    ])
    func `bad payloads are refused whole with their reason`(payload: String, reason: String?, index: Int?) throws {
        var mapping = Self.plain
        mapping.time = try JSONSource("/t")
        let result = try decode(payload, mapping: mapping)
        #expect(result.outcome.rejection?.reason == reason)
        #expect(result.outcome.rejection?.index == index)
    }

    @Test func `text numbers must be numbers, and only where the mapping allows them`() throws {
        var mapping = Self.plain
        #expect(try decode(#"{"v":"8.5"}"#, mapping: mapping).readings.first?.value == .text("8.5"))
        mapping.textNumbers = true
        #expect(try decode(#"{"v":"8.5"}"#, mapping: mapping).readings.first?.value == .number(8.5))
        for text in ["", "x", "8.5 m", " 8", "0x10", "8,5", "+8", "NaN"] {
            #expect(try decode(#"{"v":"\#(text)"}"#, mapping: mapping).outcome.rejection?.reason == "wrong-type")
        }
        #expect(try decode(#"{"v":"1e999"}"#, mapping: mapping).outcome.rejection?.reason == "non-finite")
    }

    @Test func `missing names and records are refused by name`() throws {
        var mapping = Self.plain
        mapping.device = try JSONSource("/d")
        #expect(try decode(#"{"v":1}"#, mapping: mapping).outcome.rejection?.reason == "no-device")
        #expect(try decode(#"{"v":1,"d":true}"#, mapping: mapping).outcome.rejection?.reason == "wrong-type")
        mapping.device = .topic(level: 4)
        #expect(try decode(#"{"v":1}"#, mapping: mapping, topic: "a/b/c").outcome.rejection?.reason == "no-device")
        mapping = Self.plain
        mapping.records = try JSONPointer("/e")
        #expect(try decode(#"{"v":1}"#, mapping: mapping).outcome.rejection?.reason == "no-records")
    }

    @Test func `a line states its arrival beside the mapped members`() throws {
        let result = try decode(
            #"[{"v":1,"received":5000},{"received":"1970-01-01T00:00:09Z"}]"#,
            mapping: Self.plain,
            received: nil
        )
        #expect(result.outcome.received == Timestamp(milliseconds: 9000))
        #expect(result.outcome.rejection?.reason == "no-value")
    }

    @Test(arguments: ["/v", "", "/a~1b/~0/[n=source]/0", "root:/bt", "root:", "topic:3", "=m", "="])
    func `sources read back as they are written`(text: String) throws {
        let source = try JSONSource(text)
        #expect(source.description == text)
        let bytes = try JSONEncoder().encode([source])
        #expect(try JSONDecoder().decode([JSONSource].self, from: bytes) == [source])
    }

    @Test(arguments: [
        ("v", 0), ("topic:0", 6), ("topic:x", 6), ("topic:03", 6), ("/a~2", 1), ("/a/b~", 3), ("root:x", 5),
        ("root:/a~", 6),
    ])
    func `sources that say nothing are refused at their fault`(text: String, offset: Int) {
        let error = #expect(throws: ExpressionError.self) { try JSONSource(text) }
        #expect(error?.offset == offset)
    }
}

@Suite struct FeedDefinitionTests {
    @Test func `settings are written with stable keys and read back`() throws {
        let feed = FeedDefinition(
            name: "sys",
            topic: try TopicFilter("riot/+/sys"),
            qos: .atMostOnce,
            format: .json,
            mapping: JSONMapping(
                records: try JSONPointer("/e"),
                device: try JSONSource("topic:2"),
                metric: try JSONSource("/n"),
                value: try JSONSource("/v")
            ),
            maxAhead: .seconds(90),
            acceptsRetained: true
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = try encoder.encode(feed)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"format":"json","mapping":{"device":"topic:2","metric":"/n","records":"/e","skip-without-value":false,"#
                + #""text-numbers":false,"time-format":"ms","value":"/v"},"max-ahead":"90s","name":"sys","qos":0,"#
                + #""retained":"accept","topic":"riot/+/sys"}"#
        )
        #expect(try JSONDecoder().decode(FeedDefinition.self, from: bytes) == feed)
    }

    @Test func `what is left out has its default`() throws {
        let feed = try JSONDecoder().decode(
            FeedDefinition.self,
            from: Data(#"{"name":"a","topic":"a/#"}"#.utf8)
        )
        #expect(feed == FeedDefinition(name: "a", topic: try TopicFilter("a/#")))
        #expect(feed.qos == .atLeastOnce && feed.maxAhead == .minutes(1) && !feed.acceptsRetained && feed.format == nil)
    }

    @Test(arguments: [
        #"{"name":"a","topic":"a/#","qos":2}"#, #"{"name":"a","topic":"a/#/b"}"#, #"{"topic":"a"}"#,
        #"{"name":"a","topic":"a","format":"xml"}"#, #"{"name":"a","topic":"a","retained":"maybe"}"#,
    ])
    func `settings that cannot work are not read`(json: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(FeedDefinition.self, from: Data(json.utf8)) }
    }
}
