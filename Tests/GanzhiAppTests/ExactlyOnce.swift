import Foundation
import GanzhiTestSupport
import Testing

extension Installation {
    /// Waits until so many readings are in the books of these feeds, and none is on its way.
    func waitForReadings(_ count: Int, of feeds: [String] = ["readings"]) throws {
        try eventually("all \(count) readings: \(try feeds.map { try ledger(of: $0) })") {
            let books = try feeds.compactMap { try ledger(of: $0) }
            return books.reduce(0) { $0 + ($1.readings["decoded"] ?? 0) } >= count
                && books.allSatisfy { $0.pending == 0 }
        }
    }

    /// Every reading of a load was applied, once; returns the events, which are those of the journal.
    ///
    /// To be called when no daemon runs.
    @discardableResult func expectExactlyOnce(
        _ record: LoadRecord,
        of feeds: [String] = ["readings"]
    ) throws -> [StoredEvent] {
        // By count.
        let books = try feeds.map { try #require(try ledger(of: $0)) }
        let applied = books.reduce(0) { $0 + ($1.readings["applied"] ?? 0) }
        #expect(applied == record.count)
        for books in books {
            #expect(books.isBalanced)
            #expect(books.messages["rejected"] == 0)
            for column in ["late", "duplicate", "quarantined"] { #expect(books.readings[column] == 0) }
        }

        // By content: every window of the journal holds what the publisher put into it.
        try Ganzhi.succeed(
            ["replay", "--journal", path("data"), "--windows", path("journal.windows")]
                + ["--events", path("journal.events")]
        )
        try expect(path("journal.windows"), holds: record)

        // The stored events are those of the journal, to the byte.
        let stored = try Ganzhi.succeed(["events", "--json"] + data)
        #expect(try stored.output == Data(contentsOf: URL(filePath: path("journal.events"))))
        let events = try stored.lines.map(StoredEvent.init)
        #expect(Set(events.map(\.id)).count == events.count)
        #expect(events.map(\.serial) == Array(1...events.count))
        return events
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
}
