import Foundation
import GanzhiTestSupport
import Testing

/// RIoTBench writes its sensor lines in a form of its own that looks like SenML.
extension ProgramTests {
    private static let metrics = ["airquality_raw", "dust", "humidity", "light", "temperature"]

    /// A folder with the wire lines as a capture, a configuration with one feed, and a scenario for each metric.
    private struct Bench {
        let folder: TemporaryFolder
        let config: [String]
        let capture: String

        /// What the source calls far and per is neither: the mapping leaves units out, and the catalogue tells them.
        private static let catalogue = """
            metrics:
              - {id: airquality_raw}
              - {id: dust}
              - {id: humidity}
              - {id: light}
              - {id: temperature, unit: Cel}

            """

        init(feed: String, payload: (String) -> String) throws {
            let messages = try SharedData.lines("riotbench/wire/sys.senml.txt.gz").map { line in
                let text = String(decoding: line, as: UTF8.self)
                return CapturedMessage(
                    received: Int64(text.prefix { $0 != "," }) ?? 0,
                    topic: "riot/sys",
                    payload: payload(text)
                )
            }
            folder = try TemporaryFolder()
            capture = try folder.write(messages.map(\.line).joined(), to: "sys.capture").path
            let scenarios = ProgramTests.metrics.map { metric in
                """
                scenario: \(metric)
                watch: {metric: \(metric), per: device}
                time: {every: 1s}
                measures: {value: last(1s), samples: count(1s)}
                levels: {red: {when: samples >= 100}}
                clear: {when: samples < 100}

                """
            }
            for (metric, text) in zip(ProgramTests.metrics, scenarios) {
                try folder.write(text, to: "scenarios/\(metric).yaml")
            }
            let path = try folder.write(
                """
                city: "756000"
                broker: {host: localhost}
                scenarios: scenarios
                catalogue: catalogue.yaml
                feeds:
                \(feed)

                """,
                to: "ganzhi.yaml"
            )
            try folder.write(Self.catalogue, to: "catalogue.yaml")
            config = ["--config", path.path]
        }

        func path(_ name: String) -> String { folder.url.appending(path: name).path }
    }

    /// Without the time and comma before it.
    private static func object(_ line: String) -> String { String(line.drop { $0 != "{" }) }

    @Test(.needsSharedData) func `RIoTBench lines are refused as SenML, with the reason`() throws {
        let feed = "  - {name: sys, topic: riot/#, format: senml+json}"
        let objects = try Bench(feed: feed, payload: Self.object)
        let result = try Ganzhi.run(["replay", "--strict"] + objects.config + [objects.capture])
        #expect(result.status == Ganzhi.Code.data)
        #expect(result.output.isEmpty)
        #expect(
            result.errors.contains(
                "\(objects.capture):1: refused (not-array): A SenML pack is a JSON array of records (RFC 8428)."
                    + " An object with its records under `e` is the form of drafts before the RFC"
            ),
            "\(result.errors.prefix(400))"
        )
        #expect(result.errors.contains("500 lines, 500 refused; 0 readings"))

        let lines = try Bench(feed: feed) { $0 }
        let whole = try Ganzhi.run(["replay", "--strict"] + lines.config + [lines.capture])
        #expect(whole.status == Ganzhi.Code.data)
        // The time before the comma is a whole JSON text.
        #expect(whole.errors.contains("\(lines.capture):1: refused (malformed): At byte 13: nothing may follow"))
        #expect(whole.errors.contains("500 lines, 500 refused; 0 readings"))
    }

    @Test(.needsSharedData) func `RIoTBench lines are read through a mapping, reading by reading`() throws {
        let bench = try Bench(
            feed: """
                  - name: sys
                    topic: riot/#
                    format: json
                    mapping:
                      records: /e
                      device: root:/e/[n=source]/sv
                      metric: /n
                      value: /v
                      time: root:/bt
                      time-format: ms
                      text-numbers: true
                      skip-without-value: true
                """,
            payload: Self.object
        )
        let result = try Ganzhi.succeed(
            ["replay", "--strict"] + bench.config + [bench.capture, "--windows", bench.path("windows")]
        )
        // Five readings and the position, which is two more.
        #expect(result.errors.contains("500 lines, 0 refused; 3500 readings"), "\(result.errors)")

        var found: [String: Double] = [:]
        for line in try String(contentsOfFile: bench.path("windows"), encoding: .utf8).split(separator: "\n") {
            let window = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let place = "\(window["scenario"] ?? "") \(window["key"] ?? "") \(window["end"] ?? "")"
            if window["measure"] as? String == "value" {
                found[place] = try #require(window["value"] as? Double)
            } else {
                #expect(window["value"] as? Int == 1)
            }
        }
        var expected: [String: Double] = [:]
        for line in try SharedData.lines("riotbench/sys.ndjson.gz") {
            let reading = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            let device = try #require(reading["device"] as? String).dropFirst("riot/sys/".count)
            let end = try #require(reading["ts"] as? Int64) / 1000 * 1000 + 1000
            expected["\(reading["metric"] ?? "") \(device) \(end)"] = try #require(reading["value"] as? Double)
        }
        #expect(expected.count == 2500)
        #expect(found == expected)
    }
}
