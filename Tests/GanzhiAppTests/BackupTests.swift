import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `a backup taken under load is restored elsewhere and goes on`() throws {
        let city = try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue,
            settings: "journal: {segment: 1 MiB}"
        )
        let daemon = try city.start()
        let load = Load(on: city)
        defer { load.end() }
        try city.waitForEvent("warning.raised")
        for name in ["first", "second"] {
            let said = try Ganzhi.succeed(["backup", city.path(name)] + city.config)
            #expect(said.text.contains("up to event"))
            #expect(said.errors.isEmpty, "no progress where there is no terminal")
            #expect(!FileManager.default.fileExists(atPath: city.path("\(name).partial")))
        }
        _ = try load.finish()
        try city.stop(daemon)
        let events = try city.events().map(\.line)
        #expect(try Finding.broken(city.path("data")).isEmpty)

        for name in ["first", "second"] {
            try Ganzhi.succeed(["restore", city.path(name), "--data", city.path("restored-\(name)")])
            let restored = try Ganzhi.succeed(["events", "--json", "--data", city.path("restored-\(name)")]).lines
            #expect(!restored.isEmpty && restored.count < events.count)
            #expect(restored == Array(events.prefix(restored.count)), "the events up to the backup, byte for byte")
        }

        let config = try city.configure(data: "restored-second")
        let again = try ChildProcess(Ganzhi.executable, ["run"] + config)
        try again.waitUntilSubscribed()
        func restored() throws -> [StoredEvent] {
            try Ganzhi.succeed(["events", "--json"] + config).lines.map(StoredEvent.init)
        }
        let count = try restored().count
        // Of the journal behind the store's position the daemon makes the events that the other one made of it.
        let late = LoadRecord.start + 4_000_000_000
        try city.publish(Reading.steady(30, "d77", from: late, seconds: 3))
        let after = try eventually("an event of d77: \(again.errors.suffix(500))") {
            let all = try restored()
            return all.contains { $0.key == "d77" } ? all : nil
        }
        #expect(after.count > count)
        #expect(after.map(\.serial) == Array(1...after.count))
        let made = after.filter { $0.key != "d77" }.map(\.line)
        #expect(made == Array(events.prefix(made.count)))
        #expect(try Finding.broken(city.path("restored-second")).isEmpty, "beside the daemon that runs")
        again.send(SIGTERM)
        #expect(try again.wait(within: 5) == 0)
        #expect(try Finding.broken(city.path("restored-second")).isEmpty)
    }

    @Test(.needsBroker) func `a damaged backup, or a folder in use, is refused and nothing is left behind`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        try city.waitForEvent("warning.raised")
        try city.stop(daemon)
        let backup = city.path("backup")
        let manifest = try Ganzhi.succeed(["backup", backup, "--json"] + city.data).lines
        #expect(manifest.count == 1 && manifest[0].contains(#""format":1"#))
        for refused in [
            ["backup", backup] + city.data, ["backup", city.path("x"), "--data", city.path("no")],
            ["restore", city.path("scenarios"), "--data", city.path("y")], ["restore", backup] + city.data,
        ] {
            #expect(try Ganzhi.run(refused).status == Ganzhi.Code.unavailable, "\(refused)")
        }

        func journal() throws -> String {
            let folder = backup + "/journal"
            return folder + "/" + (try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first))
        }
        let segment = try journal()
        var bytes = try Data(contentsOf: URL(filePath: segment))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: segment))
        let damaged = try Ganzhi.run(["restore", backup, "--data", city.path("restored")])
        #expect(damaged.status == Ganzhi.Code.data)
        #expect(damaged.errors.contains(segment))
        try FileManager.default.removeItem(atPath: segment)
        #expect(try Ganzhi.run(["restore", backup, "--data", city.path("restored")]).status == Ganzhi.Code.data)
        for left in ["restored", "restored.partial", "x", "x.partial", "y"] {
            #expect(!FileManager.default.fileExists(atPath: city.path(left)), "\(left)")
        }
    }

    @Test(.enabled(if: ChildProcess.find("script") != nil, "the program script is not installed"))
    func `long work says on a terminal how far it is, and takes that away again`() throws {
        let script = try #require(ChildProcess.find("script"))
        let folder = try TemporaryFolder()
        try folder.write(Underpass.catalogue, to: "catalogue.yaml")
        try folder.write(Underpass.scenario(), to: "scenarios/underpass.yaml")
        let readings = Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3)
        try folder.write(readings.map { $0.json + "\n" }.joined(), to: "readings.ndjson")
        func path(_ name: String) -> String { folder.url.appending(path: name).path }
        try Ganzhi.succeed(
            ["replay", "--scenarios", path("scenarios"), "--catalogue", path("catalogue.yaml"), "--db"]
                + [path("ganzhi.sqlite"), "--events", path("events.ndjson"), path("readings.ndjson")]
        )
        let command = "'\(Ganzhi.executable)' verify '\(folder.url.path)'"
        let shown = try ChildProcess.run(script, ["-qec", command, "/dev/null"]).text
        #expect(shown.contains("\r\u{1B}[Kdatabase: ganzhi.sqlite\r\u{1B}[K"))
        #expect(shown.contains("ok     events"))
        #expect(try Ganzhi.succeed(["verify", folder.url.path]).errors.isEmpty)
    }
}
