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
            settings: "journal: {segment: 1 MiB, keep-for: forever}\ncheckpoints: {every: 100ms}"
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
        var (kills, restored) = (0, 0)
        while try kills < 40 || kills < 200 && sentAgain() == 0 {
            let daemon = try city.launch()
            // Half of them while it reads what has gathered meanwhile, when most is on the way between socket, journal and
            // acknowledgement; the others at any moment of the start and of quiet work.
            let reads = kills % 2 == 0
            if reads { try daemon.waitUntilSubscribed() }
            usleep(UInt32.random(in: 0..<(reads ? 60_000 : 700_000), using: &generator))
            try daemon.kill()
            kills += 1
            if daemon.errors.contains("restored from a checkpoint") { restored += 1 }
        }
        #expect(restored > 0, "no daemon lived long enough to find a checkpoint")
        let (record, published) = try load.finish()
        let daemon = try city.start()
        try city.waitForReadings(record.count)
        try city.stop(daemon)

        #expect(try sentAgain() > 0)
        let events = try city.expectExactlyOnce(record)

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
