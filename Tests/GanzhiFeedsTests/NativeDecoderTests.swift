import GanzhiFeeds
import GanzhiModel
import Testing

@Suite struct NativeDecoderTests {
    @Test func `a reading is read in any order of its members`() throws {
        let expected = PlainReading(
            device: "d1",
            metric: "water_level",
            value: .number(1.23),
            unit: "m",
            time: 1_700_000_000_123_000
        )
        let members = [
            #""ts":1700000000123"#, #""device":"d1""#, #""metric":"water_level""#, #""value":1.23"#, #""unit":"m""#,
            #""extra":{"a":[1,null,"x"]}"#,
        ]
        for turn in members.indices {
            let payload = "{" + (members[turn...] + members[..<turn]).joined(separator: " ,\n") + "}"
            #expect(try decode(payload).readings == [expected])
        }
    }

    @Test func `an array gives its readings in order`() throws {
        let result = try decode(
            #" [ {"ts":1,"device":"a","metric":"m","value":1} , {"ts":2,"device":"b","metric":"m","value":-0.5} ] "#
        )
        #expect(
            result.readings == [
                PlainReading(device: "a", metric: "m", value: .number(1), time: 1000),
                PlainReading(device: "b", metric: "m", value: .number(-0.5), time: 2000),
            ]
        )
        #expect(result.outcome == DecodeOutcome())
    }

    @Test(arguments: [
        (#""x""#, PlainValue.text("x")), (#""""#, .text("")), ("true", .bool(true)), ("false", .bool(false)),
        ("1e2", .number(100)), ("-0", .number(0)), (#""\u6c34\n\ud83c\udf0a""#, .text("水\n🌊")),
    ])
    func `a value is a number, a truth value or text`(json: String, value: PlainValue) throws {
        let result = try decode(#"{"ts":1,"device":"a","metric":"m","value":\#(json)}"#)
        #expect(result.readings == [PlainReading(device: "a", metric: "m", value: value, time: 1000)])
    }

    @Test(arguments: [
        ("1700000000123", 1_700_000_000_123_000 as Int64), ("1700000000123.456", 1_700_000_000_123_456),
        ("1.700000000123e12", 1_700_000_000_123_000), ("-1", -1000), ("0", 0),
        (#""2026-06-20T14:12:10.412+08:00""#, 1_781_935_930_412_000),
        (#""2026-06-20T06:12:10\u005a""#, 1_781_935_930_000_000),
    ])
    func `a time is Unix milliseconds or RFC 3339`(json: String, microseconds: Int64) throws {
        let result = try decode(#"{"ts":\#(json),"device":"a","metric":"m","value":1}"#)
        #expect(result.readings.first?.time == microseconds)
    }

    @Test func `without a time the arrival stands in`() throws {
        let result = try decode(#"{"device":"a","metric":"m","value":1}"#)
        #expect(
            result.readings == [PlainReading(device: "a", metric: "m", value: .number(1), flags: ["arrival-time"])]
        )
    }

    @Test func `of a member that stands twice the last counts, whatever the first was`() throws {
        let result = try decode(
            #"{"ts":"soon","ts":1,"device":5,"device":"a","metric":"m","value":null,"value":1e999,"value":2}"#
        )
        #expect(result.readings == [PlainReading(device: "a", metric: "m", value: .number(2), time: 1000)])
    }

    @Test func `escapes in names and member names are undone`() throws {
        let result = try decode(
            #"{"t\u0073":1,"d\u0065vice":"caf\u00e9\/\"1","metric":"\u6c34\u4f4d","value":1,"unit":"\u00b5g"}"#
        )
        #expect(
            result.readings == [
                PlainReading(device: "café/\"1", metric: "水位", value: .number(1), unit: "µg", time: 1000)
            ]
        )
    }

    @Test(arguments: [
        ("", "empty-payload", nil as Int?),
        (" ", "malformed", nil), ("{", "malformed", nil), ("nul", "malformed", nil),
        (#"{"ts":1,"device":"a","metric":"m","value":1}x"#, "malformed", nil),
        (#"{"ts":1,"device":"a","metric":"m","value":01}"#, "malformed", nil),
        (#"{"ts":1,"device":"a","metric":"m","value":1,}"#, "malformed", nil),
        (#"{"ts":1,"device":"a","metric":"m","value":NaN}"#, "malformed", nil),
        ("{\"ts\":1,\"device\":\"a\u{1}\",\"metric\":\"m\",\"value\":1}", "malformed", nil),
        (#"{"ts":1,"device":"\ud800","metric":"m","value":1}"#, "malformed", nil),
        (String(repeating: "[", count: 33), "too-deep", nil),
        (#"{"x":"# + String(repeating: "[", count: 32) + String(repeating: "]", count: 32) + "}", "too-deep", nil),
        ("5", "not-object", nil), ("\"text\"", "not-object", nil), ("null", "not-object", nil),
        ("[]", "empty-pack", nil), ("[1]", "record-not-object", 0),
        (#"{"metric":"m","value":1}"#, "no-device", nil), (#"{"device":"","metric":"m","value":1}"#, "no-device", nil),
        (#"{"device":"a","value":1}"#, "no-metric", nil), (#"{"device":"a","metric":"","value":1}"#, "no-metric", nil),
        (#"{"device":"a","metric":"m"}"#, "no-value", nil),
        (#"{"device":"a","metric":"m","value":null}"#, "no-value", nil),
        (#"{"device":"a","metric":"m","value":[]}"#, "wrong-type", nil),
        (#"{"device":1,"metric":"m","value":1}"#, "wrong-type", nil),
        (#"{"device":"a","metric":null,"value":1}"#, "wrong-type", nil),
        (#"{"device":"a","metric":"m","value":1,"unit":1}"#, "wrong-type", nil),
        (#"{"device":"a","metric":"m","value":1,"ts":null}"#, "wrong-type", nil),
        (#"{"device":"a","metric":"m","value":1,"ts":"yesterday"}"#, "bad-time", nil),
        (#"{"device":"a","metric":"m","value":1,"ts":1e300}"#, "bad-time", nil),
        (#"{"device":"a","metric":"m","value":1,"ts":9223372036854775807}"#, "bad-time", nil),
        (#"{"device":"a","metric":"m","value":1,"ts":253402300800000}"#, "bad-time", nil),
        (#"{"device":"a","metric":"m","value":1e309}"#, "non-finite", nil),
        (#"{"device":"a","metric":"m","value":-1e99999999999999999999}"#, "non-finite", nil),
        (#"{"device":"\#(String(repeating: "x", count: 257))","metric":"m","value":1}"#, "name-too-long", nil),
        (#"[{"device":"a","metric":"m","value":1},{"device":"a","metric":"m"},7]"#, "no-value", 1),
        (#"[{"device":"a","metric":"m","value":1},7,{}]"#, "record-not-object", 1),
        // What is no JSON is refused as such, whatever stands before the fault.
        (#"[7,{"device":"a"},"#, "malformed", nil),
    ])
    func `bad payloads are refused whole with their reason`(payload: String, reason: String, index: Int?) throws {
        let result = try decode(payload)
        #expect(result.outcome.rejection?.reason == reason)
        #expect(result.outcome.rejection?.index == index)
        #expect(result.outcome.rejection?.detail.isEmpty == false)
        #expect(result.readings.isEmpty)
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3],
            [0xE2, 0x82],
        ] as [[UInt8]]
    )
    func `what is not UTF-8 is refused, also in members that are ignored`(bytes: [UInt8]) throws {
        let head = Array(#"{"device":"a","metric":"m","value":1,"x":""#.utf8)
        let result = try decode(head + bytes + Array(#""}"#.utf8))
        #expect(result.outcome.rejection?.reason == "bad-utf8")
    }

    @Test func `names of 256 bytes and 32 levels are accepted`() throws {
        let name = String(repeating: "x", count: 256)
        let nest = String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
        let result = try decode(#"{"x":\#(nest),"device":"\#(name)","metric":"m","value":1}"#)
        #expect(result.readings.first?.device == name)
    }

    @Test func `the greatest received counts, also of a refused line`() throws {
        let payload = #"""
            [{"device":"a","metric":"m","value":1,"received":2000},{"device":"a","received":"1970-01-01T00:00:05Z"},
            {"device":"a","metric":"m","value":1,"received":3000}]
            """#
        let result = try decode(payload, received: nil)
        #expect(result.outcome.received == Timestamp(milliseconds: 5000))
        #expect(result.outcome.rejection?.reason == "no-metric")
        #expect(try decode(payload + "]", received: nil).outcome.received == nil)
    }

    @Test func `a bad received refuses a line of a file, and is no business of a message`() throws {
        let payload = #"{"device":"a","metric":"m","value":1,"received":"yesterday"}"#
        #expect(try decode(payload, received: nil).outcome.rejection?.reason == "bad-time")
        #expect(try decode(payload).readings.count == 1)
    }

    @Test(arguments: [
        ("", nil as String?), ("application/json", nil), ("Application/JSON; charset=utf-8", nil),
        ("application/senml+json", "not-array"), ("application/cbor", "unsupported-content-type"),
        ("text/plain", "unsupported-content-type"),
    ])
    func `the content type decides where the feed names no format`(type: String, reason: String?) throws {
        let payload = #"{"device":"a","metric":"m","value":1}"#
        #expect(try decode(payload, contentType: type).outcome.rejection?.reason == reason)
        #expect(try decode(payload, format: .json, contentType: type).outcome.rejection == nil)
    }

    @Test func `cutting a payload anywhere refuses it`() throws {
        let payload = Array(
            #"[{"ts":1700000000123.5,"device":"é\u00e9","metric":"m","value":-1.5e-3,"x":[true,null]}]"#.utf8
        )
        #expect(try decode(payload).readings.count == 1)
        for count in payload.indices {
            #expect(try decode(payload[..<count]).outcome.rejection != nil)
        }
    }
}
