import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    /// A folder with a scenario, a catalogue and the readings of the load test.
    private struct Desk {
        let folder: TemporaryFolder
        let readings: [Reading]
        /// Arguments that name scenarios and catalogue.
        let watching: [String]

        init(readings count: Int = 4000) throws {
            folder = try TemporaryFolder()
            var record = LoadRecord()
            readings = record.next(count)
            try folder.write(Underpass.catalogue, to: "catalogue.yaml")
            try folder.write(Underpass.scenario(), to: "scenarios/underpass.yaml")
            let path = folder.url.path
            watching = ["--scenarios", "\(path)/scenarios", "--catalogue", "\(path)/catalogue.yaml"]
        }

        func path(_ name: String) -> String { folder.url.appending(path: name).path }

        @discardableResult func write(_ readings: [Reading], to name: String) throws -> String {
            try folder.write(readings.map { $0.json + "\n" }.joined(), to: name).path
        }

        /// Replays inputs into files and returns what these hold.
        func replay(_ inputs: String..., input: URL? = nil) throws -> (windows: Data, events: Data) {
            try Ganzhi.succeed(
                ["replay"] + watching + inputs + ["--windows", path("windows"), "--events", path("events")],
                input: input
            )
            return (
                try Data(contentsOf: folder.url.appending(path: "windows")),
                try Data(contentsOf: folder.url.appending(path: "events"))
            )
        }
    }

    @Test func `the same input gives the same bytes, plain, packed or through a pipe`() throws {
        let desk = try Desk()
        let plain = try desk.write(desk.readings, to: "readings.ndjson")
        let first = try desk.replay(plain)
        #expect(first.windows.count > 100_000)
        #expect(first.events.split(separator: 0x0A).count > 50)
        #expect(try desk.replay(plain) == first)
        #expect(try desk.replay("-", input: URL(filePath: plain)) == first)
        #expect(try ChildProcess.run("/bin/gzip", ["-k", plain]).status == 0)
        #expect(try desk.replay(plain + ".gz") == first)
        let stdout = try Ganzhi.succeed(["replay"] + desk.watching + [plain])
        #expect(stdout.output == first.events)
        #expect(stdout.errors.contains("4000 lines, 0 refused; 4000 readings: 4000 applied"))
    }

    @Test(
        .enabled(if: ChildProcess.find("zstd") != nil, "zstd is not installed (apt install zstd)")
    ) func `an input packed with zstd is read`() throws {
        let desk = try Desk()
        let plain = try desk.write(desk.readings, to: "readings.ndjson")
        let packer = try #require(ChildProcess.find("zstd"))
        #expect(try ChildProcess.run(packer, ["-q", plain]).status == 0)
        #expect(try desk.replay(plain + ".zst") == desk.replay(plain))
        // Cut off in the middle it says so.
        let whole = try Data(contentsOf: URL(filePath: plain + ".zst"))
        try whole.prefix(whole.count / 2).write(to: URL(filePath: desk.path("half.zst")))
        let half = try Ganzhi.run(["replay"] + desk.watching + [desk.path("half.zst")])
        #expect(half.status == Ganzhi.Code.data)
        #expect(half.errors.contains("half.zst"))
    }

    @Test func `several inputs are merged by time`() throws {
        let desk = try Desk()
        let whole = try desk.replay(desk.write(desk.readings, to: "readings.ndjson"))
        // Readings of one time keep their order only if they stand in one file: the devices of a turn differ in time.
        let parts = (0..<3).map { part in
            desk.readings.enumerated().filter { $0.offset * 7 / 5 % 3 == part }.map(\.element)
        }
        let names = try parts.enumerated().map { try desk.write($0.element, to: "part\($0.offset).ndjson") }
        #expect(try desk.replay(names[0], names[1], names[2]) == whole)
        #expect(try desk.replay(names[2], names[0], names[1]) == whole)
    }

    @Test func `refused lines are named, counted, and fatal only when asked`() throws {
        let desk = try Desk(readings: 400)
        var lines = desk.readings.map(\.json)
        lines.insert("nonsense", at: 10)
        lines.insert(#"{"device":"d1","metric":"water_level","value":1}"#, at: 20)
        lines.insert(#"[{"ts":1,"device":"d1","metric":"water_level","value":"deep"},{}]"#, at: 30)
        let dirty = try desk.folder.write(lines.map { $0 + "\n" }.joined(), to: "dirty.ndjson").path
        let clean = try desk.write(desk.readings, to: "clean.ndjson")
        let expected = try Ganzhi.succeed(["replay"] + desk.watching + [clean])

        let lenient = try Ganzhi.run(["replay"] + desk.watching + [dirty])
        #expect(lenient.status == 0)
        // What is refused is a block too, but it changes no event beside its number.
        #expect(
            try lenient.lines.map { try StoredEvent($0).transition() }
                == expected.lines.map { try StoredEvent($0).transition() }
        )
        #expect(lenient.errors.contains("\(dirty):11: refused (malformed)"))
        #expect(lenient.errors.contains("\(dirty):21: refused (no-time)"))
        #expect(lenient.errors.contains("\(dirty):31: refused ("))
        #expect(lenient.errors.contains("403 lines, 3 refused; 400 readings"))
        let strict = try Ganzhi.run(["replay", "--strict"] + desk.watching + [dirty])
        #expect(strict.status == Ganzhi.Code.data)
        #expect(strict.output == lenient.output)
        #expect(try Ganzhi.run(["replay", "--strict"] + desk.watching + [clean]).status == 0)
    }

    @Test func `a scenario that cannot work is refused with its place`() throws {
        let desk = try Desk(readings: 40)
        let input = try desk.write(desk.readings, to: "readings.ndjson")
        let scenario = Underpass.scenario().replacing("depth >= 20 cm", with: "depth >= 20 hPa")
        try desk.folder.write(scenario, to: "scenarios/underpass.yaml")
        let result = try Ganzhi.run(["replay"] + desk.watching + [input])
        #expect(result.status == Ganzhi.Code.data)
        #expect(result.output.isEmpty)
        let lines = scenario.components(separatedBy: "\n")
        let line = try #require(lines.firstIndex { $0.contains("hPa") })
        let column = try #require(lines[line].range(of: "20 hPa")).lowerBound.utf16Offset(in: lines[line]) + 1
        #expect(
            result.errors.contains("\(desk.path("scenarios/underpass.yaml")):\(line + 1):\(column)"),
            "\(result.errors)"
        )
    }

    @Test func `what is not there and what is used wrongly have exit codes of their own`() throws {
        let desk = try Desk(readings: 40)
        let input = try desk.write(desk.readings, to: "readings.ndjson")
        func status(_ arguments: String...) throws -> Int32 { try Ganzhi.run(["replay"] + arguments).status }
        func watching(_ arguments: String...) throws -> Int32 {
            try Ganzhi.run(["replay"] + desk.watching + arguments).status
        }
        #expect(try watching(desk.path("gone.ndjson")) == Ganzhi.Code.unavailable)
        #expect(try watching(desk.folder.url.path) == Ganzhi.Code.unavailable)
        #expect(try watching(input, "--events", desk.path("gone/events")) == Ganzhi.Code.unavailable)
        #expect(try status("--journal", desk.path("gone")) == Ganzhi.Code.unavailable)
        #expect(try status() == Ganzhi.Code.usage)
        #expect(try status(input) == Ganzhi.Code.usage)
        #expect(try watching() == Ganzhi.Code.usage)
        #expect(try watching(input, "--journal", desk.path("data")) == Ganzhi.Code.usage)
        #expect(try watching(input, "--fast") == Ganzhi.Code.usage)
    }

    private static let canValidate =
        (try? ChildProcess.run("/usr/bin/env", ["python3", "-c", "import jsonschema, yaml"]).status == 0) ?? false

    @Test(
        .enabled(
            if: canValidate,
            "python3 with jsonschema and yaml is absent (apt install python3-jsonschema python3-yaml)"
        )
    ) func `events are as their schema says`() throws {
        let desk = try Desk()
        _ = try desk.replay(desk.write(desk.readings, to: "readings.ndjson"))
        try FileManager.default.moveItem(atPath: desk.path("events"), toPath: desk.path("events.ndjson"))
        let validator = SharedData.checkout.appending(path: "Tests/Schemas/validate.py").path
        let result = try ChildProcess.run("/usr/bin/env", ["python3", validator, "event", desk.path("events.ndjson")])
        #expect(result.status == 0, "\(result.text) \(result.errors)")
    }
}
