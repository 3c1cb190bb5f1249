import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    /// A folder with a scenario, its catalogue and rule tests.
    private struct Bench {
        let folder: TemporaryFolder

        init(_ tests: String) throws {
            folder = try TemporaryFolder()
            try folder.write(Underpass.catalogue, to: "catalogue.yaml")
            try folder.write(Underpass.scenario(), to: "scenarios/underpass.yaml")
            try folder.write("catalogue: ../catalogue.yaml\ntests:\n\(tests)", to: "scenarios/underpass.test.yaml")
        }

        func path(_ name: String) -> String { folder.url.appending(path: name).path }

        /// Runs all tests of the folder.
        func run(_ arguments: String...) throws -> ChildProcess.Result {
            try Ganzhi.run(["test", path("scenarios")] + arguments)
        }
    }

    @Test func `the scenarios of the demonstration do what their rule tests say`() throws {
        let result = try Ganzhi.run(["test", SharedData.checkout.appending(path: "deploy/scenarios").path])
        #expect(result.status == 0, "\(result.text)\(result.errors)")
        #expect(result.lines.last == "22 passed, 0 failed")
        #expect(result.errors == "")
    }

    @Test func `a test that fails says what was expected, what came, and the values around`() throws {
        let bench = try Bench(
            """
              - name: Water rises
                start: 2026-06-20T06:00:00Z
                series: {d1: 3x3 12x3 25x3, d2: 1x9}
                expect:
                  - {at: 4s, key: d1, event: raised, level: blue, evidence: {depth: 12 cm}}
                  - {at: 8s, key: d1, event: escalated, level: yellow}
                  - {at: 9s, key: d2, event: raised, level: red}
              - name: Nothing happens
                series: {d1: 3x3}
                expect: []

            """
        )
        let result = try bench.run()
        #expect(result.status == Ganzhi.Code.data)
        let file = bench.path("scenarios/underpass.test.yaml")
        #expect(
            result.lines == [
                "FAILED  \(file):3: Water rises",
                "  underpass at d1:",
                "    as expected  4s  2026-06-20 14:00:04+08:00  raised blue (from none), depth 12 cm",
                "    expected     8s  2026-06-20 14:00:08+08:00  escalated yellow (line 8)",
                "    came         7s  2026-06-20 14:00:07+08:00  escalated yellow (from blue), depth 25 cm",
                "    d1/water_level: 0s 3, 1s 3, 2s 3, 3s 12, 4s 12, 5s 12, 6s 25, 7s 25, 8s 25",
                "  underpass at d2:",
                "    expected  9s  2026-06-20 14:00:09+08:00  raised red (line 9)",
                "    d2/water_level: …, 1s 1, 2s 1, 3s 1, 4s 1, 5s 1, 6s 1, 7s 1, 8s 1",
                "ok      \(file): Nothing happens",
                "1 passed, 1 failed",
            ]
        )
        #expect(try bench.run("--filter", "NOTHING").lines.last == "1 passed, 0 failed")
        #expect(try bench.run("--filter", "NOTHING").status == 0)
        #expect(try bench.run("--filter", "snow").status == Ganzhi.Code.usage)
        let lines = try bench.run("--json").lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(lines.map { $0["passed"] as? Bool } == [false, true])
        let missing = try #require(lines[0]["missing"] as? [[String: Any]])
        #expect(missing.map { $0["line"] as? Int } == [8, 9])
        let unexpected = try #require(lines[0]["unexpected"] as? [[String: Any]])
        #expect(unexpected.map { $0["at"] as? String } == ["7s"])
        #expect(unexpected.map { $0["level"] as? String } == ["yellow"])
    }

    @Test func `an expectation is held against all that it says`() throws {
        func status(_ expectation: String) throws -> Int32 {
            let bench = try Bench(
                "  - {name: It, series: {d1: 12x3 1x4}, expect: [\(expectation), {at: 5s, key: d1, event: cleared}]}\n"
            )
            return try bench.run().status
        }
        let good = "at: 1s, key: d1, event: raised, level: blue"
        #expect(try status("{\(good)}") == 0)
        #expect(try status("{\(good), previous: none, evidence: {depth: 12.000000001}}") == 0)
        #expect(try status("{\(good), evidence: {depth: 0.12 m}}") == 0)
        for wrong in [
            "\(good), previous: blue", "\(good), evidence: {depth: 12.0000001}", "\(good), evidence: {total: 12}",
            "\(good), reason: retired", "at: 2s, key: d1, event: raised, level: blue",
            "at: 1s, key: d2, event: raised, level: blue", "at: 1s, key: d1, event: escalated, level: blue",
            "at: 1s, key: d1, event: raised, level: yellow",
        ] {
            #expect(try status("{\(wrong)}") == Ganzhi.Code.data, "\(wrong)")
        }
        // Events in another order are others; one that is expected twice comes once.
        #expect(try status("{at: 5s, key: d1, event: cleared}, {\(good)}") == Ganzhi.Code.data)
        #expect(try status("{\(good)}, {\(good)}") == Ganzhi.Code.data)
    }

    @Test func `a rule test sees the events that a replay of its values gives`() throws {
        let bench = try Bench(
            """
              - name: Two devices
                start: 2026-06-20T06:00:00Z
                series: {d2: 1+1x40 41-1x40, d1: 12x5 _x3 25x10 gap10m 45x5 2x9}
                expect: []

            """
        )
        let start: Int64 = 1_781_935_200_000
        var readings = (0...40).map { Reading(device: "d2", time: start + $0 * 1000, value: Int($0) + 1) }
        readings += (0...40).map { Reading(device: "d2", time: start + (41 + $0) * 1000, value: 41 - Int($0)) }
        readings += Reading.steady(12, "d1", from: start, seconds: 5)
        readings += Reading.steady(25, "d1", from: start + 8000, seconds: 10)
        readings += Reading.steady(45, "d1", from: start + 618_000, seconds: 5)
        readings += Reading.steady(2, "d1", from: start + 623_000, seconds: 9)
        // Of one time the series that is declared first comes first.
        readings.sort { ($0.time, $1.device) < ($1.time, $0.device) }
        try bench.folder.write(readings.map { $0.json + "\n" }.joined(), to: "readings.ndjson")
        let replayed = try Ganzhi.succeed(
            ["replay", "--scenarios", bench.path("scenarios"), "--catalogue", bench.path("catalogue.yaml")]
                + [bench.path("readings.ndjson")]
        ).lines.map(StoredEvent.init).filter { $0.type.hasPrefix("ganzhi.warning.") }
        let line = try #require(try bench.run("--json").lines.first)
        let outcome = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let came = try #require(outcome["unexpected"] as? [[String: Any]])
        #expect(replayed.count > 8)
        for key in ["d1", "d2"] {
            #expect(
                came.filter { $0["key"] as? String == key }
                    .map { "\($0["instant"] ?? "") \($0["event"] ?? "") \($0["level"] ?? "")" }
                    == replayed.filter { $0.key == key }.map {
                        "\($0.instant) \($0.type.dropFirst("ganzhi.warning.".count)) \($0.level)"
                    }
            )
        }
    }

    @Test func `what cannot be tested is told by the exit code`() throws {
        let bench = try Bench("  - {name: It, series: {d1: 12x3 furlong}, expect: []}\n")
        let result = try bench.run()
        #expect(result.status == Ganzhi.Code.data)
        #expect(result.errors.contains("underpass.test.yaml:3:34: error: “furlong” is neither a value nor a gap."))
        #expect(result.lines == ["0 passed, 0 failed, 1 file with errors"])
        #expect(try Ganzhi.run(["test", bench.path("scenarios/none.test.yaml")]).status == Ganzhi.Code.data)
        try FileManager.default.removeItem(atPath: bench.path("scenarios/underpass.test.yaml"))
        #expect(try bench.run().status == Ganzhi.Code.usage)
        #expect(try Ganzhi.run(["test"]).status == Ganzhi.Code.usage)
    }

    @Test func `a value that the engine refuses fails its test`() throws {
        let bench = try Bench("  - {name: It, series: {d1: 12x3 5kgx3}, expect: []}\n")
        // Without a catalogue nobody knows before the first reading in which unit the metric is.
        try bench.folder.write(
            "tests:\n  - {name: It, series: {d1: 1cmx3 5kgx3}, expect: []}\n",
            to: "scenarios/underpass.test.yaml"
        )
        let result = try bench.run()
        #expect(result.status == Ganzhi.Code.data)
        #expect(result.text.contains("refused a value: unit"), "\(result.text)\(result.errors)")
    }
}
