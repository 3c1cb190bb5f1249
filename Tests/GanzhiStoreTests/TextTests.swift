import Foundation
import GanzhiModel
@testable import GanzhiStore
import Testing

struct TextTests {
    let shanghai = TimeZone(identifier: "Asia/Shanghai") ?? .gmt

    func event(_ data: String, level: String = "yellow", key: String = "d1") -> Event {
        Event(
            serial: 1,
            id: "e-000001",
            type: "ganzhi.warning.escalated",
            subject: "e",
            time: Timestamp(milliseconds: 1_781_935_930_412),
            scenario: "underpass-flooding",
            key: key,
            level: level,
            bytes: Array(#"{"data":\#(data)}"#.utf8)
        )
    }

    static let data = #"""
        {"title":{"en":"Underpass flooding","zh-Hans":"下穿隧道积水"},
        "evidence":[{"measure":"depth","value":0.17,"unit":"m","count":6},{"measure":"rise","value":3.0}]}
        """#

    @Test func `an event is one line`() {
        #expect(
            EventText.line(event(Self.data), zone: shanghai)
                == "2026-06-20 14:12:10.412+08:00  yellow  escalated  underpass-flooding  d1  depth 0.17 m  "
                + "Underpass flooding"
        )
    }

    @Test func `the level is coloured on request`() {
        let line = EventText.line(event(Self.data, level: "red"), zone: shanghai, isColoured: true)
        #expect(line.contains("\u{1B}[1;31mred   \u{1B}[0m  escalated"))
    }

    @Test(arguments: [
        ("zh-Hans", "下穿隧道积水"), ("zh", "下穿隧道积水"), ("zh-Hant", "下穿隧道积水"), ("en", "Underpass flooding"),
        ("fr", "Underpass flooding"),
    ])
    func `the title is in the language asked for or the nearest`(language: String, title: String) {
        #expect(EventText.line(event(Self.data), zone: .gmt, language: language).hasSuffix("  " + title))
    }

    @Test(arguments: ["{}", "[]", "nonsense", #"{"title":3,"evidence":[{"measure":1}]}"#, #"{"evidence":[]}"#])
    func `an event with other content still is a line`(data: String) {
        #expect(
            EventText.line(event(data), zone: .gmt)
                == "2026-06-20 06:12:10.412+00:00  yellow  escalated  underpass-flooding  d1"
        )
    }

    @Test func `an event about a device shows its subject`() {
        let silent = Event(
            serial: 2,
            id: "i",
            type: "ganzhi.device.silent",
            subject: "d7",
            time: Timestamp(milliseconds: 0),
            device: "d7",
            bytes: Array("{}".utf8)
        )
        #expect(
            EventText.line(silent, zone: .gmt) == "1970-01-01 00:00:00.000+00:00  -       device.silent  d7"
        )
    }

    @Test func `names from outside cannot steer the terminal`() {
        let line = EventText.line(event(Self.data, key: "a\u{1B}[2J\nb\u{202E}"), zone: .gmt)
        #expect(line.contains(#"a\u{1b}[2J\u{a}b\u{202e}"#))
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test func `local time follows the zone through summer time`() throws {
        let york = try #require(TimeZone(identifier: "America/New_York"))
        #expect(
            TerminalText.local(Timestamp(milliseconds: 1_700_000_000_123), in: york) == "2023-11-14 17:13:20.123-05:00"
        )
        #expect(
            TerminalText.local(Timestamp(milliseconds: 1_690_000_000_000), in: york) == "2023-07-22 00:26:40.000-04:00"
        )
        let kathmandu = try #require(TimeZone(identifier: "Asia/Kathmandu"))
        #expect(TerminalText.local(Timestamp(milliseconds: -1), in: kathmandu).hasSuffix(":59.999+05:30"))
    }

    @Test func `standing warnings are a table in columns, wide characters too`() {
        func warning(_ key: String, _ level: Level, stale: Bool, by suppression: String = "") -> StandingWarning {
            StandingWarning(
                scenario: "s",
                key: key,
                episode: "e1",
                level: level,
                raised: Timestamp(milliseconds: 0),
                instant: Timestamp(milliseconds: 60_000),
                isStale: stale,
                district: stale ? "" : "330106",
                suppressedBy: suppression,
                serial: 5
            )
        }
        let warnings = [warning("隧道", .orange, stale: false), warning("d1", .blue, stale: true)]
        #expect(
            WarningText.lines(warnings, zone: .gmt) == [
                "LEVEL   SCENARIO  KEY   DISTRICT  RAISED                         CHANGED                        EPISODE  STATE",
                "orange  s         隧道  330106    1970-01-01 00:00:00.000+00:00  1970-01-01 00:01:00.000+00:00  e1",
                "blue    s         d1    -         1970-01-01 00:00:00.000+00:00  1970-01-01 00:01:00.000+00:00  e1       stale",
            ]
        )
        #expect(WarningText.lines(warnings, zone: .gmt, isColoured: true)[2].hasPrefix("\u{1B}[34mblue\u{1B}[0m    s"))
        #expect(WarningText.lines([], zone: .gmt) == ["No warning stands."])
        #expect(
            String(decoding: WarningText.json(warnings[0]), as: UTF8.self)
                == #"{"scenario":"s","key":"隧道","level":"orange","episode":"e1","raised":0,"instant":60000,"#
                + #""stale":false,"district":"330106","serial":5}"#
        )

        let quiet = [
            warning("d1", .blue, stale: false, by: "silence s-20260620-3f9a"),
            warning("d2", .blue, stale: true, by: "maintenance m1"),
        ]
        #expect(
            WarningText.lines(quiet, zone: .gmt).dropFirst().map { $0.split(separator: "e1")[1].drop { $0 == " " } }
                == ["suppressed by silence s-20260620-3f9a", "stale, suppressed by maintenance m1"]
        )
        #expect(
            String(decoding: WarningText.json(quiet[0]), as: UTF8.self)
                == #"{"scenario":"s","key":"d1","level":"blue","episode":"e1","raised":0,"instant":60000,"#
                + #""stale":false,"district":"330106","suppressedBy":"silence s-20260620-3f9a","serial":5}"#
        )
    }

    @Test func `suppressions are a table that says who, why, what and until when`() {
        var later = silence("s2", until: Timestamp(milliseconds: 120_000))
        later.from = Timestamp(milliseconds: 60_000)
        later.matchers = [.district: ["330106", "330108"], .scenario: ["flood"]]
        let both = [silence("s-20260620-3f9a", until: Timestamp(milliseconds: 90_000)), later]
        let start = Timestamp(milliseconds: 30_000)
        #expect(
            SuppressionText.lines(both, kind: .silence, now: start, zone: .gmt) == [
                "ID               STATE    FROM                           UNTIL                          AUTHOR  MATCHES                                REASON",
                "s-20260620-3f9a  holds    -                              1970-01-01 00:01:30.000+00:00  duty    level=red                              known",
                "s2               to come  1970-01-01 00:01:00.000+00:00  1970-01-01 00:02:00.000+00:00  duty    scenario=flood district=330106,330108  known",
            ]
        )
        #expect(
            SuppressionText.lines([], kind: .maintenance, now: start, zone: .gmt)
                == ["No maintenance holds or is to come."]
        )
        #expect(
            String(decoding: SuppressionText.json(later, now: start), as: UTF8.self)
                == #"{"id":"s2","kind":"silence","state":"to come","matchers":{"scenario":["flood"],"#
                + #""district":["330106","330108"]},"author":"duty","reason":"known","from":60000,"until":120000}"#
        )
    }

    let ledger = Ledger(counts: [
        LedgerKey(feed: "f", column: .messagesReceived): 100,
        LedgerKey(feed: "f", column: .messagesDecoded): 93,
        LedgerKey(feed: "f", column: .messagesRejected, reason: "bad-json"): 5,
        LedgerKey(feed: "f", column: .messagesRejected, reason: "no-time"): 2,
        LedgerKey(feed: "f", column: .readingsDecoded): 500,
        LedgerKey(feed: "f", column: .readingsApplied): 490,
        LedgerKey(feed: "f", column: .readingsLate): 7,
        LedgerKey(feed: "f", column: .readingsPartlyLate): 4,
        LedgerKey(feed: "f", column: .messagesRedelivered): 1,
    ])

    @Test func `the books show both equations, by how much they are off, and the reasons`() {
        #expect(ledger.balance(of: "f") == LedgerBalance(messages: 0, readings: 3))
        #expect(
            LedgerText.lines(ledger, pending: ["f": 12]) == [
                "feed f",
                "  messages  received  decoded  rejected  retained  shed  pending",
                "                 112       93         7         0     0       12  balanced",
                "  readings  decoded  applied  revised  late  duplicate  rejected  quarantined  shed",
                "                500      490        0     7          0         0            0     0  off by 3",
                "  beside    readings.partly-late 4, messages.redelivered 1",
                "  reasons   messages.rejected  bad-json  5",
                "            messages.rejected  no-time   2",
            ]
        )
        #expect(LedgerText.lines(Ledger()) == ["Nothing has been received yet."])
    }

    @Test func `the books are JSON in one order`() {
        #expect(
            LedgerText.json(ledger, pending: ["f": 12]).map { String(decoding: $0, as: UTF8.self) } == [
                #"{"feed":"f","messages":{"received":112,"decoded":93,"rejected":7,"retained":0,"shed":0,"#
                    + #""pending":12,"off":0},"readings":{"decoded":500,"applied":490,"revised":0,"late":7,"#
                    + #""duplicate":0,"rejected":0,"quarantined":0,"shed":0,"off":3},"beside":{"#
                    + #""readings.partly-late":4,"readings.unknown-device":0,"messages.redelivered":1},"reasons":["#
                    + #"{"column":"messages.rejected","reason":"bad-json","count":5},"#
                    + #"{"column":"messages.rejected","reason":"no-time","count":2}],"balanced":false}"#
            ]
        )
    }

    @Test func `every column of the books stands in an equation or beside them`() {
        let shown =
            Ledger.messageOutcomes + Ledger.readingOutcomes + [
                .messagesReceived, .readingsDecoded, .readingsPartlyLate, .readingsUnknownDevice, .messagesRedelivered,
            ]
        #expect(Set(shown) == Set(LedgerColumn.allCases))
        #expect(shown.count == LedgerColumn.allCases.count)
    }

    @Test func `samples show text as text and other bytes as hex`() {
        let key = LedgerKey(feed: "f", column: .messagesRejected, reason: "bad-json")
        func sample(_ payload: [UInt8]) -> LedgerSample {
            LedgerSample(key: key, received: Timestamp(milliseconds: 5), topic: "t", detail: "why", payload: payload)
        }
        #expect(
            SampleText.line(sample(Array("{\n".utf8)), zone: .gmt)
                == #"1970-01-01 00:00:00.005+00:00  f  messages.rejected bad-json  t  why  {\u{a}"#
        )
        #expect(SampleText.line(sample([0xFF, 0x00]), zone: .gmt).hasSuffix("hex ff00"))
        #expect(
            String(decoding: SampleText.json(sample([0xFF])), as: UTF8.self)
                == #"{"feed":"f","column":"messages.rejected","reason":"bad-json","received":5,"topic":"t","#
                + #""detail":"why","payload_hex":"ff"}"#
        )
        #expect(String(decoding: SampleText.json(sample([0x7B])), as: UTF8.self).hasSuffix(#""payload":"{"}"#))
    }
}
