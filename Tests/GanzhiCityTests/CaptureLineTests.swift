import Foundation
import GanzhiCity
import GanzhiModel
import GanzhiTestSupport
import Testing

@Suite struct CaptureLineTests {
    @Test func `random bytes come back as they were`() throws {
        var random = SeededGenerator(seed: 3)
        for length in 0..<600 {
            let bytes = (0..<(length % 50)).map { _ in
                // Half of the payloads are ASCII, so that both forms occur.
                length % 2 == 0 ? UInt8.random(in: 0...255, using: &random) : UInt8.random(in: 0...127, using: &random)
            }
            let line = CaptureLine(
                received: Timestamp(microseconds: Int64.random(in: 0...4_000_000_000_000_000, using: &random)),
                topic: "ganzhi/v1/readings/330106/d\(length) “\\\" 积水",
                contentType: length % 3 == 0 ? "application/senml+json" : "",
                payload: bytes
            )
            #expect(try CaptureLine(line.json, number: 1, file: "c") == line)
            let object = try JSONSerialization.jsonObject(with: Data(line.json)) as? [String: Any]
            #expect((object?["payload"] == nil) == (object?["payload_hex"] != nil))
        }
    }

    @Test func `a line of the documented form is read`() throws {
        let text = #"{"received":1781935920.123456,"topic":"a/b","payload":"{\"v\":1}","added":[true]}"# + "\r\n"
        let line = try CaptureLine(text.utf8, number: 1, file: "c")
        #expect(
            line
                == CaptureLine(
                    received: Timestamp(microseconds: 1_781_935_920_123_456),
                    topic: "a/b",
                    payload: Array(#"{"v":1}"#.utf8)
                )
        )
        let hex = try CaptureLine(#"{"received":0,"topic":"a","payload_hex":"00fF10"}"#.utf8, number: 2, file: "c")
        #expect(hex.payload == [0x00, 0xFF, 0x10])
    }

    @Test func `a line is written in the documented form`() {
        let line = CaptureLine(received: Timestamp(milliseconds: 1_781_935_920_500), topic: "a/b", payload: [0x61])
        #expect(
            String(decoding: line.json, as: UTF8.self) == #"{"received":1781935920.5,"topic":"a/b","payload":"a"}"#
        )
        let bytes = CaptureLine(received: Timestamp(milliseconds: 0), topic: "a", payload: [0xFF, 0x0A])
        #expect(
            String(decoding: bytes.json, as: UTF8.self) == #"{"received":0.0,"topic":"a","payload_hex":"ff0a"}"#
        )
    }

    @Test(arguments: [
        ("", "not JSON"), ("nonsense", "not JSON"), ("[1]", "not a JSON object"), ("{}", "`received` is missing"),
        (#"{"received":"1","topic":"t","payload":""}"#, "`received` is not a number"),
        (#"{"received":true,"topic":"t","payload":""}"#, "`received` is not a number"),
        (#"{"received":1,"payload":""}"#, "`topic` is missing"),
        (#"{"received":1,"topic":7,"payload":""}"#, "`topic` is not a string"),
        (#"{"received":1,"topic":"","payload":""}"#, "topic"),
        (#"{"received":1,"topic":"a/+","payload":""}"#, "wildcard"),
        (#"{"received":1,"topic":"a"}"#, "no payload"),
        (#"{"received":1,"topic":"a","payload":"a","payload_hex":"61"}"#, "both"),
        (#"{"received":1,"topic":"a","payload":{"v":1}}"#, "`payload` is not a string"),
        (#"{"received":1,"topic":"a","payload_hex":"6"}"#, "hexadecimal"),
        (#"{"received":1,"topic":"a","payload_hex":"0x"}"#, "hexadecimal"),
        (#"{"received":1781935920123,"topic":"a","payload":""}"#, "milliseconds"),
        (#"{"received":1e300,"topic":"a","payload":""}"#, "not a time"),
    ]) func `a bad line is refused with its place and what is wrong`(line: String, words: String) throws {
        let problem = #expect(throws: Problem.self) { try CaptureLine(line.utf8, number: 12, file: "c.ndjson") }
        #expect(problem?.line == 12 && problem?.file == "c.ndjson")
        #expect(problem?.description.contains(words) == true, "\(problem?.description ?? "")")
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        let line = Array(#"{"received":1,"topic":"a","payload":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(throws: Problem.self) { try CaptureLine(line, number: 1, file: "c") }
    }

    @Test func `messages of the city survive a capture`() throws {
        for message in try faultyCity(duration: .minutes(1)) {
            let line = CaptureLine(
                received: someStart,
                topic: message.topic,
                contentType: message.contentType,
                payload: message.payload
            )
            #expect(try CaptureLine(line.json, number: 1, file: "c") == line)
        }
    }
}

@Suite struct CapturePacerTests {
    private func due(_ seconds: [Int64], speed: String) throws -> [TimeSpan] {
        var pacer = CapturePacer(speed: try PlaybackSpeed(speed))
        return seconds.map { pacer.due(someStart + .seconds($0)) }
    }

    @Test func `the original pace keeps the distances`() throws {
        #expect(try due([0, 1, 61], speed: "1") == [.zero, .seconds(1), .seconds(61)])
    }

    @Test func `a factor shortens them`() throws {
        #expect(try due([5, 65, 3605], speed: "60") == [.zero, .seconds(1), .seconds(60)])
        #expect(try due([0, 1], speed: "0.5") == [.zero, .seconds(2)])
    }

    @Test func `max waits for nothing`() throws {
        #expect(try due([0, 1, 3600], speed: "max") == [.zero, .zero, .zero])
    }

    @Test func `a received time that steps back follows at once`() throws {
        #expect(try due([10, 20, 5, 30], speed: "1") == [.zero, .seconds(10), .seconds(10), .seconds(20)])
    }

    @Test func `the widest capture at the slowest speed does not overflow`() throws {
        var pacer = CapturePacer(speed: try PlaybackSpeed("0.001"))
        #expect(pacer.due(.earliest) == .zero)
        #expect(pacer.due(.latest) == .longest)
    }

    @Test(arguments: ["", "0", "-1", "fast", "nan", "inf", "1e9", "MAX"])
    func `a speed that cannot work is refused`(text: String) {
        let problem = #expect(throws: Problem.self) { try PlaybackSpeed(text) }
        #expect(problem?.message.contains("“\(text)”") == true)
    }
}
