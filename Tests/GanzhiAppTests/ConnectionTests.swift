import Foundation
import GanzhiJournal
import GanzhiModel
import GanzhiTestSupport
import Testing

extension ProgramTests {
    private static let feeds = ["east", "west"]
    private static let topics = feeds.map { "city/\($0)" }

    private func installation(_ feeds: String, connections: Int) throws -> Installation {
        try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue,
            settings: "journal: {segment: 1 MiB}\nfeeds: [\(feeds)]",
            connections: connections
        )
    }

    private static let apart = "{name: east, topic: city/east}, {name: west, topic: city/west}"

    @Test(.needsBroker) func `kills under load over two connections lose no reading and double none`() throws {
        let city = try installation(Self.apart, connections: 2)
        let first = try city.start()
        try eventually("both connections: \(first.errors)") {
            first.errors.contains("client-id=ganzhi-test ") && first.errors.contains("client-id=ganzhi-test-2 ")
                && first.errors.contains("filter=city/east") && first.errors.contains("filter=city/west")
        }
        try city.stop(first)
        let load = Load(on: city, to: Self.topics)
        defer { load.end() }
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<12 {
            let daemon = try city.start()
            usleep(UInt32.random(in: 0..<200_000, using: &generator))
            try daemon.kill()
        }
        let (record, _) = try load.finish()
        let last = try city.start()
        try city.waitForReadings(record.count, of: Self.feeds)
        try city.stop(last)
        try city.expectExactlyOnce(record, of: Self.feeds)
    }

    @Test(.needsBroker) func `feeds that come to overlap move to one connection, and nothing is lost`() throws {
        let city = try installation(Self.apart, connections: 2)
        let daemon = try city.start()
        try eventually("both feeds: \(daemon.errors)") {
            Self.topics.allSatisfy { daemon.errors.contains("filter=\($0)") }
        }
        let load = Load(on: city, to: Self.topics)
        defer { load.end() }
        try eventually("the first readings") { load.count > 2000 }
        let settings = try String(contentsOfFile: city.path("ganzhi.yaml"), encoding: .utf8)
        try city.folder.write(
            settings.replacing(Self.apart, with: Self.apart + ", {name: all, topic: city/+}"),
            to: "ganzhi.yaml"
        )
        try Ganzhi.succeed(["reload"] + city.data)
        let count = load.count
        try eventually("more readings") { load.count > count + 5000 }
        // What the old connection still had may come after what the new one got, or twice; but all of it comes.
        let (record, published) = try load.finish()
        try city.waitForReadings(record.count, of: Self.feeds)
        try eventually("every reading in the journal") {
            try Set(published.map(\.json)).isSubset(of: city.journalledPayloads())
        }
        #expect(daemon.errors.contains("filter=city/+"))
        try city.stop(daemon)
    }

    @Test(.needsBroker) func `with one connection more than before, what waits at the broker comes once`() throws {
        let city = try installation(Self.apart, connections: 1)
        try city.stop(city.start())
        let load = Load(on: city, to: Self.topics)
        defer { load.end() }
        try eventually("what waits") { load.count > 3000 }
        let settings = try String(contentsOfFile: city.path("ganzhi.yaml"), encoding: .utf8)
        try city.folder.write(settings.replacing("connections: 1", with: "connections: 2"), to: "ganzhi.yaml")
        let daemon = try city.start()
        try eventually("both feeds drained: \(daemon.errors)") {
            try Self.feeds.allSatisfy { try city.decisions().contains(.feed(name: $0, state: .drained)) }
        }
        // From here on only one of the two has the western feed.
        func duplicates() throws -> Int { try city.ledger(of: "west")?.readings["duplicate"] ?? 0 }
        let (record, _) = try load.finish()
        try eventually("all \(record.count) readings") {
            let books = try Self.feeds.compactMap { try city.ledger(of: $0) }
            return books.reduce(0) { $0 + ($1.readings["applied"] ?? 0) } == record.count
                && books.allSatisfy { $0.pending == 0 }
        }
        let before = try duplicates()
        let messages = try #require(try city.ledger(of: "west")?.messages["received"])
        try city.publish(Reading.steady(3, "d1", from: LoadRecord.start + 900_000_000, seconds: 5), to: "city/west")
        try eventually("five more") { try city.ledger(of: "west")?.messages["received"] == messages + 5 }
        #expect(try duplicates() == before)
        try city.stop(daemon)
    }
}

extension Installation {
    /// The payloads of all messages in the journal, as text.
    fileprivate func journalledPayloads() throws -> Set<String> {
        let journal = path("data/journal")
        var reader = JournalReader(folder: journal)
        var found: Set<String> = []
        try reader.forEach(through: try JournalExtent(folder: journal).lastSequence) { block in
            if let message = try block.message() { found.insert(String(decoding: message.payload, as: UTF8.self)) }
        }
        return found
    }
}
