import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    /// The broker keeps the session and all that waits in it, so whatever it took from the publisher must be applied,
    /// once, whenever the daemon is killed.
    @Test(.needsBroker) func `forty kills under load lose no reading and double none`() throws {
        let city = try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue,
            settings: "journal: {segment: 1 MiB}"
        )
        let watcher = try MosquittoClients.subscribe(
            "ganzhi/v1/events/#",
            port: city.broker.port,
            session: "watcher"
        )
        // Sessions begin with their first connection; a daemon that has never run is owed nothing.
        try city.stop(city.start())

        let load = Load(on: city)
        defer { load.end() }
        var generator = SeededGenerator(seed: 3)
        // Messages that a kill caught between journal and acknowledgement: what this is about.
        func sentAgain() throws -> Int { try city.ledger()?.beside["messages.redelivered"] ?? 0 }
        var kills = 0
        while try kills < 40 || kills < 200 && sentAgain() == 0 {
            let daemon = try city.launch()
            // Half of them while it reads what has gathered meanwhile, when most is on the way between socket, journal and
            // acknowledgement; the others at any moment of the start and of quiet work.
            let reads = kills % 2 == 0
            if reads { try daemon.waitUntilSubscribed() }
            usleep(UInt32.random(in: 0..<(reads ? 60_000 : 700_000), using: &generator))
            try daemon.kill()
            kills += 1
        }
        let (record, published) = try load.finish()
        let daemon = try city.start()
        let books = try eventually("all \(record.count) readings: \(try String(describing: city.ledger()))") {
            try city.ledger().flatMap { $0.readings["decoded"] ?? 0 >= record.count && $0.pending == 0 ? $0 : nil }
        }
        try city.stop(daemon)

        // By count.
        #expect(try sentAgain() > 0)
        #expect(books.isBalanced)
        #expect(books.readings["applied"] == record.count)
        #expect(books.messages["rejected"] == 0)
        #expect(books.readings["late"] == 0)
        #expect(books.readings["quarantined"] == 0)

        // By content: every window of the journal holds what the publisher put into it.
        try Ganzhi.succeed(
            ["replay", "--journal", city.path("data"), "--windows", city.path("journal.windows")]
                + ["--events", city.path("journal.events")]
        )
        try expect(city.path("journal.windows"), holds: record)

        // The stored events are those of the journal, to the byte.
        let stored = try Ganzhi.succeed(["events", "--json"] + city.data)
        #expect(try stored.output == Data(contentsOf: URL(filePath: city.path("journal.events"))))
        let events = try stored.lines.map(StoredEvent.init)
        #expect(Set(events.map(\.id)).count == events.count)
        #expect(events.map(\.serial) == Array(1...events.count))

        // And those of readings that came in quietly, one after the other.
        try city.folder.write(published.map { $0.json + "\n" }.joined(), to: "published.ndjson")
        let quiet = try Ganzhi.succeed(["replay"] + city.config + [city.path("published.ndjson")])
        let undisturbed = try quiet.lines.map(StoredEvent.init).filter { $0.block <= published.count }
        #expect(undisturbed.count > 300)
        #expect(events.map(\.id) == undisturbed.map(\.id))
        #expect(try events.map { try $0.transition() } == undisturbed.map { try $0.transition() })

        try expect(watcher, saw: events)
        try expectRetained(city, of: events)
        let log = try String(contentsOfFile: city.path("events.ndjson"), encoding: .utf8)
        #expect(Set(log.split(separator: "\n").map(String.init)) == Set(events.map(\.line)))
    }

    /// Every window that was reported, and no other, with count and sum.
    private func expect(_ windows: String, holds record: LoadRecord) throws {
        var found: [LoadRecord.Window: LoadRecord.Content] = [:]
        for line in try String(contentsOfFile: windows, encoding: .utf8).split(separator: "\n") {
            let window = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            guard window["measure"] as? String == "total" else { continue }
            let key = LoadRecord.Window(
                device: try #require(window["key"] as? String),
                end: try #require(window["end"] as? Int64)
            )
            #expect(found[key] == nil, "\(key) is reported twice")
            found[key] = .init(
                count: try #require(window["count"] as? Int),
                sum: try #require(window["value"] as? Int)
            )
        }
        // The window of the very last reading of a device is still open.
        let open = Dictionary(grouping: record.windows.keys, by: \.device).compactMapValues { $0.map(\.end).max() }
        let expected = record.windows.filter { $0.key.end < open[$0.key.device]! }
        #expect(found == expected)
    }

    /// A subscriber with a lasting session saw every event, unchanged, and those of an episode in their order.
    private func expect(_ watcher: ChildProcess, saw events: [StoredEvent]) throws {
        try eventually("the last event at the subscriber") { Set(watcher.lines).count >= events.count }
        var seen: Set<String> = []
        let first = watcher.lines.filter { seen.insert($0).inserted }
        #expect(seen == Set(events.map(\.line)))
        let episodes = Dictionary(grouping: try first.map(StoredEvent.init), by: \.subject)
        for episode in episodes.values { #expect(episode.map(\.sequence) == episode.map(\.sequence).sorted()) }
    }

    /// The retained messages are the warnings that stand, each the newest event of its episode.
    private func expectRetained(_ city: Installation, of events: [StoredEvent]) throws {
        let newest = Dictionary(events.map { ($0.key, $0) }) { $1 }
        let standing = newest.values.filter { $0.level != "none" }
            .map { "ganzhi/v1/warnings/\($0.scenario)/\($0.key) \($0.line)" }
        #expect(try MosquittoClients.retained("ganzhi/v1/warnings/#", port: city.broker.port) == standing.sorted())
    }
}
