import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    /// A folder with two versions of a scenario, a catalogue, readings, and the store of their replay.
    private struct Archive {
        let folder: TemporaryFolder
        /// Arguments that name scenarios and catalogue.
        let watching: [String]

        init() throws {
            folder = try TemporaryFolder()
            let path = folder.url.path
            watching = ["--scenarios", "\(path)/scenarios", "--catalogue", "\(path)/catalogue.yaml"]
            try folder.write(Underpass.catalogue, to: "catalogue.yaml")
            let old = "source: {title: Of old, kind: P, valid-to: 2025-12-31}\n"
            try folder.write(Underpass.scenario(blue: 5) + old, to: "scenarios/old.yaml")
            let new = "source: {title: 道路积水, kind: P, valid-from: 2026-01-01}\nevidence: {coverage: 60 %}\n"
            try folder.write(Underpass.scenario() + new, to: "scenarios/underpass.yaml")
        }

        func path(_ name: String) -> String { folder.url.appending(path: name).path }

        static let start: Int64 = 1_781_935_200_000

        /// d1 rises to red and falls, then stands at blue with 12 cm.
        func replay() throws -> [StoredEvent] {
            let values = [3, 12, 25, 45, 45, 12, 2, 2, 2, 2, 12, 12, 12]
            let readings = values.enumerated().map { second, value in
                Reading(device: "d1", time: Self.start + Int64(second) * 1000, value: value)
            }
            try folder.write(readings.map { $0.json + "\n" }.joined(), to: "readings.ndjson")
            try FileManager.default.createDirectory(atPath: path("data"), withIntermediateDirectories: true)
            try Ganzhi.succeed(["replay"] + watching + ["--db", path("data/ganzhi.sqlite"), path("readings.ndjson")])
            return try Ganzhi.succeed(["events", "--json", "--data", path("data"), "--scenario", "underpass"]).lines
                .map(StoredEvent.init)
        }

        func explain(_ arguments: String...) throws -> ChildProcess.Result {
            try Ganzhi.run(["explain"] + arguments + watching)
        }

        /// The JSON form of the version in force.
        func account(_ arguments: String...) throws -> [String: Any] {
            let result = try Ganzhi.succeed(["explain"] + arguments + watching + ["--json"])
            return try #require(try JSONSerialization.jsonObject(with: Data(result.lines[1].utf8)) as? [String: Any])
        }
    }

    @Test func `a scenario is explained without a store, each version for itself`() throws {
        let archive = try Archive()
        let result = try archive.explain("underpass")
        #expect(result.status == 0, "\(result.errors)")
        let versions = result.text.components(separatedBy: "underpass: Underpass flooding\n").dropFirst()
        #expect(versions.count == 2)
        for line in [
            "  source   道路积水 (P: local practice)", "           valid from 2026-01-01: in force today",
            "  water_level in cm of devices; the catalogue has 2", "    330106 Xihu: 1 (d1)", "  keys: 2 (d1, d2)",
            "  depth    mean(tumbling(1s))   the mean of the readings of each 1s, in cm",
            "  blue    depth >= 10 cm, at once", "  red     depth >= 40 cm and samples > 0 and total > 0 cm, at once",
            "  clear   depth < 5 cm, for 1s, and no level holds",
            "  a measure whose readings cover less than 60 % of its window",
        ] {
            #expect(versions.last?.contains(line) == true, "\(line)\n\(versions.last ?? "")")
        }
        #expect(versions.first?.contains("valid to 2025-12-31: NOT in force today") == true)
        #expect(versions.first?.contains("  blue    depth >= 5 cm, at once") == true)
        let account = try archive.account("underpass")
        #expect(account["key"] == nil)
        #expect((account["levels"] as? [[String: Any]])?.map { $0["level"] as? String } == ["blue", "yellow", "red"])
    }

    @Test func `what is explained of a key are the numbers of its events`() throws {
        let archive = try Archive()
        let events = try archive.replay()
        #expect(events.map(\.type).filter { $0.hasSuffix("raised") }.count == 2)
        let episodes = Dictionary(grouping: events, by: \.subject)
        for (episode, events) in episodes {
            let account = try archive.account("underpass", "d1", "--data", archive.path("data"), "--episode", episode)
            let key = try #require(account["key"] as? [String: Any])
            let told = try #require((key["episode"] as? [String: Any])?["events"] as? [[String: Any]])
            #expect(told.map { $0["id"] as? String } == events.map(\.id))
            for (told, event) in zip(told, events) {
                #expect(told["instant"] as? Int64 == event.instant)
                #expect(told["level"] as? String == event.level)
                let evidence = try #require(told["evidence"] as? [[String: Any]])
                let stored = try #require(event.data["evidence"] as? [[String: Any]])
                #expect(evidence.map { $0["value"] as? Double } == stored.map { $0["value"] as? Double })
                func thresholds(_ evidence: [[String: Any]]) -> [[Double?]] {
                    evidence.map { ($0["thresholds"] as? [[String: Any]] ?? []).map { $0["value"] as? Double } }
                }
                #expect(thresholds(evidence) == thresholds(stored))
            }
            // The trace holds the value of each event's evidence at its instant.
            let trace = try #require((key["episode"] as? [String: Any])?["trace"] as? [[String: Any]])
            for event in events {
                let point = trace.first { $0["instant"] as? Int64 == event.instant }
                let depth = (point?["values"] as? [[String: Any]])?.first { $0["name"] as? String == "depth" }
                let stored = (event.data["evidence"] as? [[String: Any]])?.first { $0["measure"] as? String == "depth" }
                #expect(depth?["value"] as? Double == stored?["value"] as? Double)
            }
        }
    }

    @Test func `people read where a key stands, what is missing, and why`() throws {
        let archive = try Archive()
        let events = try archive.replay()
        let result = try archive.explain("underpass", "d1", "--data", archive.path("data"))
        #expect(result.status == 0, "\(result.errors)")
        let newest = try #require(events.last { $0.type.hasSuffix("raised") })
        for line in [
            "  blue stands since 2026-06-20 14:00:11+08:00 (episode \(newest.subject))",
            "    depth 12 cm", "    blue holds", "      depth is 12 cm; >= 10 cm holds", "    yellow does not hold",
            "      depth is 12 cm; needs >= 20 cm: 8 cm more", "      depth is 12 cm; needs < 5 cm: 7 cm less",
            "  2026-06-20 14:00:11+08:00  raised to blue, decided ", "    because depth >= 10 cm",
            "    depth 12 cm held against >= 10 cm: 1 reading, coverage 100 %, good 100 %",
            "┈  yellow >= 20 cm",
        ] {
            #expect(result.text.contains(line), "\(line)\n\(result.text)")
        }
        #expect(!result.text.contains("\u{1B}"))
        #expect(result.lines.allSatisfy { !$0.contains("┈") && !$0.contains("│") || $0.count <= 80 })

        let past = try #require(events.first { $0.type.hasSuffix("raised") })
        let older = try archive.explain("underpass", "d1", "--data", archive.path("data"), "--episode", past.subject)
        for line in [
            "escalated from yellow to red", "    because depth >= 40 cm and samples > 0 and total > 0 cm",
            "    samples 1 held against > 0", "eased from red to yellow", "cleared from yellow",
            "    because depth < 5 cm",
            "    blue does not hold, yellow does not hold, red does not hold",
        ] {
            #expect(older.text.contains(line), "\(line)\n\(older.text)")
        }
    }

    @Test func `what is not known is said, and what is not there has its exit code`() throws {
        let archive = try Archive()
        _ = try archive.replay()
        let typo = try archive.explain("undrpass")
        #expect(typo.status == Ganzhi.Code.data)
        #expect(typo.errors.contains("There is no scenario “undrpass”. Did you mean “underpass”?"))
        let gone = try archive.explain("underpass", "d1", "--data", archive.path("gone"))
        #expect(gone.status == Ganzhi.Code.unavailable)
        #expect(try archive.explain("underpass", "d1").text.contains("name the data folder with --data"))
        let quiet = try archive.explain("underpass", "d2", "--data", archive.path("data"))
        #expect(quiet.text.contains("  no warning stands\n  its measures are not known"))
        let unknown = try archive.explain("underpass", "d11", "--data", archive.path("data"))
        #expect(unknown.text.contains("has no device for this key that the scenario watches; did you mean “d1”?"))
        let episode = try archive.explain("underpass", "d1", "--data", archive.path("data"), "--episode", "none")
        #expect(episode.status == Ganzhi.Code.data)
        #expect(try archive.explain("underpass", "--episode", "none").status == Ganzhi.Code.usage)
        #expect(try Ganzhi.run(["explain", "underpass"]).status == Ganzhi.Code.usage)
    }

    @Test(.needsBroker) func `a silence that mutes a standing warning is named`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        #expect(
            try Ganzhi.succeed(["explain", "underpass", "d1"] + city.config).text.contains("there is no store in")
        )
        let daemon = try city.start()
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        try city.waitForEvent("warning.raised", key: "d1")
        let added = try Ganzhi.succeed(
            ["silence", "add", "--key", "d1", "--for", "1h", "--reason", "pumps are tested", "--author", "li"]
                + city.config
        )
        let id = try #require(added.lines.first)
        try eventually("the silence in the explanation") {
            let text = try Ganzhi.succeed(["explain", "underpass", "d1"] + city.config).text
            return text.contains("  not published: silence \(id)") && text.contains("\(id) by li until ")
                && text.contains(": pumps are tested")
        }
        try city.stop(daemon)
    }
}
