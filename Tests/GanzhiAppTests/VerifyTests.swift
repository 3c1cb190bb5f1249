import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    /// What a person does to the store with the sqlite3 tool, and the checks that see it.
    private static let meddling: [(sql: String, checks: [String], words: String)] = [
        ("UPDATE event SET bytes = replace(bytes, 'yellow', 'blue') WHERE serial = 2", ["events"], "event 2:"),
        ("UPDATE event SET level = 'red' WHERE serial = 2", ["events"], "event 2: column level"),
        ("DELETE FROM event WHERE serial = 2", ["events"], "event 2: is missing"),
        (
            """
            UPDATE event SET serial = 99 WHERE serial = 2; UPDATE event SET serial = 2 WHERE serial = 3;
            UPDATE event SET serial = 3 WHERE serial = 99
            """, ["events", "warnings"], "event 2:"
        ),
        ("DELETE FROM event WHERE serial = 4", ["events", "warnings", "outbox"], "event 4: is missing"),
        ("UPDATE ledger SET count = count + 1 WHERE \"column\" = 'messages.received'", ["ledger"], "off by 1"),
        ("UPDATE ledger SET count = count + 1 WHERE \"column\" = 'readings.applied'", ["ledger"], "off by -1"),
        (
            "UPDATE ledger SET count = count + 1 WHERE \"column\" IN ('messages.received', 'messages.decoded')",
            ["ledger"], "the journal holds"
        ),
        ("UPDATE warning SET level = 'blue'", ["warnings"], "does not say what its event 4 says"),
        ("UPDATE warning SET serial = 3", ["warnings"], "event 4 came after it"),
        ("DELETE FROM warning", ["warnings"], "underpass at d2 does not stand"),
        ("UPDATE outbox SET serial = 77 WHERE position = 1", ["outbox"], "event 77"),
        ("UPDATE generation SET bundle = zeroblob(3)", ["generations"], "was changed"),
        ("DELETE FROM generation", ["generations"], "names generation"),
        ("UPDATE state SET value = '{\"journal\":{\"0\":100000}}' WHERE \"key\" = 'position'", ["position"], "100000"),
        ("SELECT 1", ["schema"], "trigger event_update is missing"),
    ]

    @Test(
        .needsBroker,
        .enabled(if: ChildProcess.find("sqlite3") != nil, "the sqlite3 tool is not installed (apt install sqlite3)")
    )
    func `verify finds what was changed with the sqlite3 tool, and in the journal, and names it`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        // In two batches, of which the second one says of the first that it was durable.
        try city.publish(Reading.steady(12, "d1", from: LoadRecord.start, seconds: 2))
        try city.waitForEvent("warning.raised", key: "d1")
        try city.publish(
            Reading.steady(30, "d1", from: LoadRecord.start + 2000, seconds: 2)
                + Reading.steady(0, "d1", from: LoadRecord.start + 4000, seconds: 4)
                + Reading.steady(30, "d2", from: LoadRecord.start + 8000, seconds: 3)
        )
        try city.waitForEvent("warning.raised", key: "d2")
        #expect(try Finding.broken(city.path("data")).isEmpty, "beside the daemon that runs")
        try city.stop(daemon)
        #expect(try city.events().map(\.level) == ["blue", "yellow", "none", "yellow"])
        let (sound, status) = try Finding.all(city.path("data"))
        #expect(status == 0 && sound.allSatisfy { $0.result == "ok" }, "\(sound)")

        let sqlite = try #require(ChildProcess.find("sqlite3"))
        let copy = city.path("copy")
        func expectBroken(_ checks: [String], _ words: String, _ what: String) throws {
            let (findings, status) = try Finding.all(copy)
            let broken = findings.filter { $0.result == "broken" }
            #expect(status == Ganzhi.Code.data, "\(what)")
            #expect(broken.map(\.check) == checks, "\(what): \(findings)")
            #expect(broken.contains { $0.detail.contains(words) }, "\(what): \(broken)")
            try FileManager.default.removeItem(atPath: copy)
        }
        // The schema's guards are taken away, and put back where they are not what is tested.
        let database = copy + "/ganzhi.sqlite"
        let triggers = try ChildProcess.run(
            sqlite,
            [city.path("data/ganzhi.sqlite"), "SELECT sql || ';' FROM sqlite_master WHERE type = 'trigger'"]
        ).text
        let drops = ["append", "update", "delete"].map { "DROP TRIGGER event_\($0);" }.joined()
        for (sql, checks, words) in Self.meddling {
            try FileManager.default.copyItem(atPath: city.path("data"), toPath: copy)
            let guarded = triggers.components(separatedBy: "END;").filter { $0.contains(" ON event\n") }
            let restored = checks == ["schema"] ? "" : guarded.map { $0 + "END;" }.joined()
            let result = try ChildProcess.run(sqlite, ["-bail", database, "\(drops)\(sql);\(restored)"])
            try #require(result.status == 0, "\(sql): \(result.errors)")
            try expectBroken(checks, words, sql)
        }

        try FileManager.default.copyItem(atPath: city.path("data"), toPath: copy)
        let segment = copy + "/journal/00000000000000000001.journal"
        var bytes = try Data(contentsOf: URL(filePath: segment))
        let place = try #require(bytes.firstRange(of: Data("water_level".utf8))).lowerBound
        bytes[place] ^= 0x20
        try bytes.write(to: URL(filePath: segment))
        try expectBroken(["journal"], segment, "a bit of the journal")

        try FileManager.default.copyItem(atPath: city.path("data"), toPath: copy)
        let root = try ChildProcess.run(sqlite, [database, "SELECT rootpage FROM sqlite_master WHERE name = 'event'"])
        let pages = try FileHandle(forUpdating: URL(filePath: database))
        try pages.seek(toOffset: 4096 * (try #require(UInt64(root.lines.first ?? "")) - 1))
        try pages.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        try pages.close()
        let damaged = try Ganzhi.run(["verify", copy])
        #expect(damaged.status == Ganzhi.Code.data)
        #expect(damaged.text.contains("BROKEN database"))
        #expect(try Ganzhi.run(["verify", city.path("nowhere")]).status == Ganzhi.Code.unavailable)
        #expect(try Ganzhi.run(["verify"]).status == Ganzhi.Code.usage)
    }
}
