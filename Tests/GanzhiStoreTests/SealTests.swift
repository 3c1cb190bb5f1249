import Foundation
import GRDB
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct SealTests {
    let folder: TemporaryFolder
    let store: EventStore
    let reader: EventReader

    static let zone = TimeZone(identifier: "Asia/Shanghai")!
    /// 2026-01-01 00:00 in Shanghai, by `date -d '2026-01-01 00:00 +0800' +%s`.
    static let newYear = Timestamp(milliseconds: 1_767_196_800_000)

    init() throws {
        folder = try TemporaryFolder()
        store = try EventStore(folder: folder.url)
        reader = try EventReader(folder: folder.url)
    }

    /// Ten events around New Year: the first six of 2025, the last of them a millisecond before midnight.
    static let events = (1...10 as ClosedRange<UInt64>).map { serial in
        event(
            serial,
            level: serial.isMultiple(of: 2) ? "red" : "blue",
            key: serial.isMultiple(of: 3) ? "d2" : "d1",
            time: newYear + .milliseconds(serial <= 6 ? Int64(serial) * 1000 - 6001 : Int64(serial) - 7)
        )
    }

    @discardableResult func seal() throws -> [SealedFile] { try store.sealClosedYears(in: Self.zone, at: now) }

    func path(_ name: String) -> String { folder.url.appending(path: name).path(percentEncoded: false) }

    /// Serials in the table of the main database.
    func rows() throws -> [Int64] {
        try store.pool.read { try Int64.fetchAll($0, sql: "SELECT serial FROM event ORDER BY serial") }
    }

    @Test func `events of a year that is over move to a file of their own, and are read as before`() throws {
        try store.apply(commit(1, Self.events), at: now)
        let file = try #require(try seal().first)
        #expect((file.name, file.firstSerial, file.lastSerial) == ("events-2025.sqlite", 1, 6))
        #expect(try rows() == [7, 8, 9, 10])
        #expect(try seal().isEmpty)
        for reader in [reader, try EventReader(folder: folder.url)] {
            #expect(try reader.events() == Self.events)
            #expect(try reader.verifyChain().isSound(through: 10))
            for cursor in 0...10 as ClosedRange<UInt64> {
                for limit in [1, 3, 6, 7, 100] {
                    let expected = Self.events.filter { $0.serial > cursor }.prefix(limit)
                    #expect(try reader.events(after: cursor, limit: limit) == Array(expected))
                }
            }
            #expect(
                try reader.events(filter: EventFilter(levels: ["red"])).map(\.serial) == [2, 4, 6, 8, 10]
            )
            for (since, first) in [(-4500, 2), (-1, 6), (0, 7), (2, 9)] as [(Int64, UInt64)] {
                let filter = EventFilter(since: Self.newYear + .milliseconds(since))
                #expect(try reader.events(filter: filter).map(\.serial) == Array(first...10))
            }
            func newest(before serial: UInt64? = nil, _ limit: Int) throws -> [UInt64] {
                try reader.events(scenario: "flood", key: "d1", before: serial, limit: limit).map(\.serial)
            }
            #expect(try newest(4) == [5, 7, 8, 10])
            #expect(try newest(before: 8, 3) == [4, 5, 7])
            #expect(try newest(before: 3, 9) == [1, 2])
        }
    }

    @Test func `the file is sealed: nothing can be written to it, and it says what it holds`() throws {
        try store.apply(commit(1, Self.events), at: now)
        let file = try #require(try seal().first)
        let mode = try FileManager.default.attributesOfItem(atPath: path(file.name))[.posixPermissions] as? Int
        #expect(mode == 0o440)
        let queue = try DatabaseQueue(path: path(file.name))
        for change in [
            "DELETE FROM event WHERE serial = 6", "UPDATE event SET level = 'blue'", "DELETE FROM seal",
            "UPDATE seal SET last_serial = 5", "INSERT INTO seal SELECT * FROM seal",
            "INSERT OR REPLACE INTO event SELECT * FROM event WHERE serial = 1",
        ] {
            #expect(throws: DatabaseError.self, "\(change)") { try queue.write { try $0.execute(sql: change) } }
        }
        let seal = try queue.read { db in
            try String.fetchOne(
                db,
                sql: "SELECT first_serial || ' ' || last_serial || ' ' || count || ' ' || hex(last_hash) FROM seal"
            )
        }
        let hash = Self.events.prefix(6).reduce(EventChain.origin) { EventChain.hash(after: $0, bytes: $1.bytes) }
        #expect(seal == "1 6 6 \(EventChain.hex(hash).uppercased())")
    }

    @Test func `serials and chain go on from the sealed file when the table is empty`() throws {
        try store.apply(commit(1, Self.events), at: now)
        // As of the zone of New York, all ten lie in 2025; the eleventh ends that year.
        let zone = TimeZone(identifier: "America/New_York")!
        #expect(try store.sealClosedYears(in: zone, at: now).isEmpty)
        try store.apply(commit(2, [event(11, time: Self.newYear + .days(1))]), at: now)
        #expect(try store.sealClosedYears(in: zone, at: now).map(\.lastSerial) == [10])
        #expect(try rows() == [11])
        try store.apply(commit(3, [event(12, time: Self.newYear + .days(400))]), at: now)
        #expect(try store.sealClosedYears(in: zone, at: now).map(\.name) == ["events-2026.sqlite"])
        // Were the last event of the year the last of all, the table would be empty.
        try store.pool.write { db in
            try db.execute(sql: "DROP TRIGGER event_delete; DELETE FROM event")
        }
        #expect(try store.lastSerial() == 11)
        #expect(throws: StoreError.unexpectedSerial(next: 12, offered: 13)) {
            try store.apply(commit(4, [event(13)]), at: now)
        }
        let next = event(12, time: Self.newYear + .days(401))
        try store.apply(commit(4, [next]), at: now)
        #expect(try reader.verifyChain().isSound(through: 12))
        #expect(try reader.events(after: 10).map(\.serial) == [11, 12])
    }

    @Test func `the schema keeps events that are in no sealed file, and sealed files in their order`() throws {
        try store.apply(commit(1, Self.events), at: now)
        try seal()
        for change in [
            "DELETE FROM event WHERE serial = 7", "DELETE FROM sealed", "UPDATE sealed SET last_serial = 8",
            "INSERT INTO sealed SELECT 7, 8, 'x', zeroblob(32), hash, 0 FROM event WHERE serial = 8",
            "INSERT INTO sealed SELECT 8, 8, 'x', last_hash, last_hash, 0 FROM sealed",
            "INSERT INTO sealed SELECT 7, 8, 'x', last_hash, last_hash, 0 FROM sealed",
            """
            INSERT OR REPLACE INTO sealed SELECT 7, 8, 'events-2025.sqlite', last_hash,
                (SELECT hash FROM event WHERE serial = 8), 0 FROM sealed
            """,
        ] {
            #expect(throws: DatabaseError.self, "\(change)") { try store.pool.write { try $0.execute(sql: change) } }
        }
    }

    @Test func `what a crash left half-made is made anew`() throws {
        try store.apply(commit(1, Self.events), at: now)
        // Died while it wrote the file.
        try Data("half a database".utf8).write(to: folder.url.appending(path: "events-2025.sqlite.partial"))
        // Died when the file had its name, and the store had not recorded it.
        try Data("not yet recorded".utf8).write(to: folder.url.appending(path: "events-2025.sqlite"))
        #expect(try reader.events() == Self.events)
        #expect(try seal().count == 1)
        #expect(try rows() == [7, 8, 9, 10])
        #expect(!FileManager.default.fileExists(atPath: path("events-2025.sqlite.partial")))
        #expect(try reader.events() == Self.events)
        #expect(try reader.verifyChain().isSound(through: 10))
    }

    @Test func `work that is told to stop at any moment is taken up by the next call`() throws {
        try store.apply(commit(1, Self.events), at: now)
        var stops = 0
        while true {
            var asked = 0
            _ = try store.sealClosedYears(in: Self.zone, at: now) {
                asked += 1
                return asked > stops
            }
            #expect(try reader.events() == Self.events)
            #expect(try reader.verifyChain().isSound(through: 10))
            if try rows() == [7, 8, 9, 10] { break }
            stops += 1
        }
        #expect(stops > 8, "each index and each slice is a place to stop at")
    }

    @Test func `events of several years go into a file each, in one go`() throws {
        let years = (1...9 as ClosedRange<UInt64>).map {
            event($0, time: Self.newYear + .days(Int64($0 / 3) * 366))
        }
        try store.apply(commit(1, years), at: now)
        #expect(
            try seal().map { "\($0.name) \($0.firstSerial) \($0.lastSerial)" } == [
                "events-2026.sqlite 1 2", "events-2027.sqlite 3 5", "events-2028.sqlite 6 8",
            ]
        )
        #expect(try reader.events() == years)
        #expect(try reader.events(limit: 4).map(\.serial) == [1, 2, 3, 4])
    }

    @Test func `a year goes into a second file where the zone has changed in between`() throws {
        try store.apply(commit(1, Self.events), at: now)
        try seal()
        try store.apply(commit(2, [event(11, time: Self.newYear + .days(2))]), at: now)
        let zone = TimeZone(identifier: "America/New_York")!
        #expect(try store.sealClosedYears(in: zone, at: now).map(\.name) == ["events-2025-2.sqlite"])
        #expect(try reader.events().map(\.serial) == Array(1...11))
        #expect(try reader.verifyChain().isSound(through: 11))
    }

    @Test func `a file that was taken away leaves a gap that is named, and can be put back`() throws {
        try store.apply(commit(1, Self.events), at: now)
        let file = try #require(try seal().first)
        #expect(try reader.events() == Self.events)
        try FileManager.default.moveItem(atPath: path(file.name), toPath: path("archived"))
        #expect(try reader.absent() == [file])
        #expect(try reader.events() == Array(Self.events[6...]))
        #expect(try reader.events(scenario: "flood", key: "d1").map(\.serial) == [7, 8, 10])
        let report = try reader.verifyChain()
        #expect(report.fault == nil && report.sound == 10 && report.absent == [file])
        try store.apply(commit(2, [event(11, time: Self.newYear + .days(1))]), at: now)
        try FileManager.default.moveItem(atPath: path("archived"), toPath: path(file.name))
        #expect(try reader.absent().isEmpty)
        #expect(try reader.events().count == 11)
        #expect(try reader.verifyChain().isSound(through: 11))
    }

    @Test func `an event that waits for the broker keeps its bytes until it has gone out`() throws {
        var first = commit(1, Self.events)
        first.publications = [1, 5, 8].map {
            Publication(serial: $0, topic: "t", isRetained: false, payload: Self.events[Int($0) - 1].bytes)
        }
        try store.apply(first, at: now)
        let pending = try store.pendingPublications(limit: 9)
        try store.markPublished(through: pending[0].position, at: now)
        try seal()
        #expect(try rows() == Array(5...10))
        #expect(try reader.events() == Self.events, "none twice")
        #expect(try store.pendingPublications(limit: 9).map(\.publication) == Array(first.publications[1...]))
        #expect(try reader.outboxProblems().isEmpty)
        try store.markPublished(through: .max, at: now)
        try seal()
        #expect(try rows() == Array(7...10))
    }

    @Test func `events that were changed are not sealed`() throws {
        try store.apply(commit(1, Self.events), at: now)
        try store.pool.write { db in
            try db.execute(
                sql: """
                    DROP TRIGGER event_update; UPDATE event SET bytes = replace(bytes, 'red', 'red ') WHERE serial = 4
                    """
            )
        }
        let error = #expect(throws: StoreError.self) { try seal() }
        #expect(error?.description.contains("event 4") == true)
        #expect(try rows() == Array(1...10))
        #expect(try reader.sealed().isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `a follower goes through sealed years and on`() async throws {
        try store.apply(commit(1, Self.events), at: now)
        try seal()
        let (stream, continuation) = AsyncStream<Event>.makeStream()
        let reader = reader
        let follower = Task {
            try await reader.follow(after: 4) { for event in $0 { continuation.yield(event) } }
        }
        var arrivals = stream.makeAsyncIterator()
        for expected in Self.events[4...] { #expect(await arrivals.next() == expected) }
        let next = event(11, time: Self.newYear + .days(1))
        try store.apply(commit(2, [next]), at: now)
        #expect(await arrivals.next() == next)
        follower.cancel()
        try await follower.value
    }

    @Test func `a copy taken in the middle of writing is the store of one moment`() throws {
        try store.apply(commit(1, Self.events), at: now)
        try seal()
        var written: UInt64 = 10
        let target = folder.url.appending(path: "copy.sqlite")
        let snapshot = try reader.copy(to: target) { _, _ in
            written += 1
            try? store.apply(commit(written, [event(written, time: Self.newYear + .days(1))]), at: now)
        }
        #expect(written > 10)
        #expect((snapshot.position, snapshot.serial) == (1, 10))
        #expect(snapshot.sealed == (try reader.sealed()))
        let copy = try EventReader(file: target)
        #expect(try copy.events() == Self.events)
        #expect(try copy.verifyChain().hash == snapshot.hash)
        #expect(try reader.verifyChain().isSound(through: written))
    }
}
