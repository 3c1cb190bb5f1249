import Foundation
import GRDB
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct EventReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What the filter's documentation says, one event at a time.
    static func wants(_ filter: EventFilter, _ event: Event) -> Bool {
        if let since = filter.since, event.time < since { return false }
        if !filter.levels.isEmpty, !filter.levels.contains(event.level) { return false }
        if let scenario = filter.scenario, event.scenario != scenario { return false }
        if let key = filter.key, event.key != key { return false }
        if let district = filter.district, event.district != district { return false }
        if let device = filter.device, event.device != device { return false }
        if !filter.types.isEmpty, !filter.types.contains(event.type) { return false }
        if let subject = filter.subject, event.subject != subject { return false }
        return true
    }

    @Test func `every filter and page finds what a look at each event finds`() throws {
        var generator = SeededGenerator(seed: 20_260_620)
        func pick<Element>(_ choices: [Element]) -> Element {
            choices[Int.random(in: 0..<choices.count, using: &generator)]
        }
        let levels = ["blue", "yellow", "orange", "red", "none", ""]
        let types = ["ganzhi.warning.raised", "ganzhi.warning.cleared", "ganzhi.device.silent"]
        var time = Timestamp(milliseconds: 1000)
        var events: [Event] = []
        for serial in 1...400 as ClosedRange<UInt64> {
            time = time + .milliseconds(pick([0, 0, 1, 50]))
            events.append(
                event(
                    serial,
                    level: pick(levels),
                    scenario: pick(["a", "b", ""]),
                    key: pick(["k1", "k2", ""]),
                    district: pick(["1", "2", ""]),
                    device: pick(["x", "y", "z"]),
                    subject: pick(["e1", "e2", "e3", "e4"]),
                    type: pick(types),
                    time: time
                )
            )
        }
        let store = try EventStore(folder: folder.url)
        try store.apply(commit(1, events), at: now)
        let reader = try EventReader(folder: folder.url)
        func maybe<Value>(_ value: Value) -> Value? { Int.random(in: 0..<3, using: &generator) == 0 ? value : nil }
        for _ in 0..<300 {
            let filter = EventFilter(
                since: maybe(Timestamp(milliseconds: .random(in: 900...7000, using: &generator))),
                levels: maybe(Set((0..<pick([1, 2, 3])).map { _ in pick(levels) })) ?? [],
                scenario: maybe(pick(["a", "b", "", "c"])),
                key: maybe(pick(["k1", "k2", ""])),
                district: maybe(pick(["1", "2", ""])),
                device: maybe(pick(["x", "y"])),
                types: maybe(Set([pick(types), pick(types)])) ?? [],
                subject: maybe(pick(["e1", "e2"]))
            )
            var cursor = pick([0, 0, 17, 399, 400, 401, UInt64.max])
            let expected = events.filter { $0.serial > cursor && Self.wants(filter, $0) }
            let limit = pick([1, 7, 500])
            var found: [Event] = []
            while true {
                let page = try reader.events(after: cursor, filter: filter, limit: limit)
                #expect(page.count <= limit)
                found += page
                guard page.count == limit, let last = page.last else { break }
                cursor = last.serial
            }
            #expect(found == expected, "\(filter)")
        }
    }

    @Test(arguments: [
        (EventFilter(), "SEARCH event USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (EventFilter(subject: "e"), "SEARCH event USING INDEX event_subject (subject=? AND rowid>? AND rowid<?)"),
        (EventFilter(levels: ["red"]), "SEARCH event USING INDEX event_level (level=? AND rowid>? AND rowid<?)"),
        (
            EventFilter(levels: ["red"], scenario: "s", district: "d", device: "x"),
            "SEARCH event USING INDEX event_device (device=? AND rowid>? AND rowid<?)"
        ),
        (
            EventFilter(levels: ["red", "blue"], scenario: "s", district: "d"),
            "SEARCH event USING INDEX event_scenario (scenario=? AND rowid>? AND rowid<?)"
        ),
        (
            EventFilter(device: "x", subject: "e"),
            "SEARCH event USING INDEX event_subject (subject=? AND rowid>? AND rowid<?)"
        ),
        (
            EventFilter(scenario: "s", district: "d", subject: "e"),
            "SEARCH event USING INDEX event_subject (subject=? AND rowid>? AND rowid<?)"
        ),
        (
            EventFilter(scenario: "s", key: "k", device: "x"),
            "SEARCH event USING INDEX event_key (key=? AND rowid>? AND rowid<?)"
        ),
        (EventFilter(district: "d"), "SEARCH event USING INDEX event_district (district=? AND rowid>? AND rowid<?)"),
        (
            EventFilter(levels: ["red", "blue"]),
            "SEARCH event USING INDEX event_level (level=? AND rowid>? AND rowid<?)"
        ),
    ])
    func `pages are read along one index, unsorted`(_ filter: EventFilter, _ step: String) throws {
        let store = try EventStore(folder: folder.url)
        let query = EventQuery(after: 0, through: 9, filter: filter, limit: 10)
        try store.pool.read { db in
            let plan = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query.sql, arguments: query.arguments)
                .map { $0["detail"] as String }
            #expect(plan.contains(step), "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN") }, "\(plan)")
        }
    }

    @Test func `the newest events of a scenario at a key come page by page, oldest first`() throws {
        let store = try EventStore(folder: folder.url)
        let events = (1...9 as ClosedRange<UInt64>).map { serial in
            event(serial, scenario: serial == 4 ? "other" : "flood", key: serial.isMultiple(of: 3) ? "d2" : "d1")
        }
        try store.apply(commit(1, events), at: now)
        let reader = try EventReader(folder: folder.url)
        func serials(before serial: UInt64? = nil, limit: Int) throws -> [UInt64] {
            try reader.events(scenario: "flood", key: "d1", before: serial, limit: limit).map(\.serial)
        }
        #expect(try serials(limit: 9) == [1, 2, 5, 7, 8])
        #expect(try serials(limit: 2) == [7, 8])
        #expect(try serials(before: 7, limit: 2) == [2, 5])
        #expect(try serials(before: 1, limit: 2) == [])
    }

    @Test func `a folder without a store says what to do`() throws {
        let error = #expect(throws: StoreError.self) { try EventReader(folder: folder.url) }
        #expect(error?.description.contains("ganzhi run") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty, "and creates nothing")
    }

    @Test func `events are readable when no daemon runs`() throws {
        try {
            let store = try EventStore(folder: folder.url)
            try store.apply(commit(1, [event(1)]), at: now)
            try store.close()
        }()
        #expect(try EventReader(folder: folder.url).events() == [event(1)])
    }

    @Test func `a reader changes nothing`() throws {
        let store = try EventStore(folder: folder.url)
        let reader = try EventReader(folder: folder.url)
        #expect(throws: StoreError.self) {
            try reader.read { try $0.execute(sql: "DELETE FROM state") }
        }
        try store.apply(commit(1), at: now)
    }

    @Test(.timeLimit(.minutes(1))) func `following shows an event without waiting for the next one`() async throws {
        let store = try EventStore(folder: folder.url)
        try store.apply(commit(1, [event(1), event(2)]), at: now)
        let reader = try EventReader(folder: folder.url)
        let (stream, continuation) = AsyncStream<Event>.makeStream()
        let follower = Task {
            try await reader.follow(after: 1) { events in
                for event in events { continuation.yield(event) }
            }
        }
        var arrivals = stream.makeAsyncIterator()
        #expect(await arrivals.next() == event(2))
        for serial in 3...6 as ClosedRange<UInt64> {
            try store.apply(commit(serial, [event(serial)]), at: now)
            // Nothing else is written until it has arrived.
            #expect(await arrivals.next() == event(serial))
        }
        follower.cancel()
        try await follower.value
    }

    @Test(.timeLimit(.minutes(1))) func `following with a filter delivers what is wanted, once, from pages too`()
        async throws
    {
        let store = try EventStore(folder: folder.url)
        let many = (1...1700 as ClosedRange<UInt64>).map { event($0, level: $0 % 3 == 0 ? "red" : "blue") }
        try store.apply(commit(1, Array(many[..<1600])), at: now)
        let reader = try EventReader(folder: folder.url)
        let wanted = many.filter { $0.level == "red" }
        let (stream, continuation) = AsyncStream<[Event]>.makeStream()
        let follower = Task {
            try await reader.follow(filter: EventFilter(levels: ["red"])) { continuation.yield($0) }
        }
        var found: [Event] = []
        for await events in stream {
            #expect(!events.isEmpty)
            found += events
            if found.count == 1600 / 3 { try store.apply(commit(2, Array(many[1600...])), at: now) }
            if found.count >= wanted.count { break }
        }
        #expect(found == wanted)
        follower.cancel()
        try await follower.value
    }

    @Test(.timeLimit(.minutes(1))) func `what the receiver throws ends following`() async throws {
        struct Stop: Error {}
        let store = try EventStore(folder: folder.url)
        try store.apply(commit(1, [event(1)]), at: now)
        let reader = try EventReader(folder: folder.url)
        await #expect(throws: Stop.self) { try await reader.follow { _ in throw Stop() } }
    }
}
