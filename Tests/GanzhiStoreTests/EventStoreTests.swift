import Foundation
import GRDB
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct EventStoreTests {
    let folder: TemporaryFolder
    let store: EventStore

    init() throws {
        folder = try TemporaryFolder()
        store = try EventStore(folder: folder.url.appending(path: "data"))
    }

    var reader: EventReader { get throws { try EventReader(folder: folder.url.appending(path: "data")) } }
    var database: URL { folder.url.appending(path: "data").database }

    @Test func `a commit is read back as it was given, to the byte`() throws {
        let events = [event(1, subject: "事件"), event(2, level: "none"), event(3, level: "", scenario: "", key: "")]
        try store.apply(commit(7, events), at: now)
        #expect(try reader.events() == events)
        #expect(try reader.lastSerial() == 3)
        #expect(try reader.position() == 7)
        #expect(try store.position() == 7)
        #expect(try store.lastSerial() == 3)
    }

    @Test func `an empty store stands before everything`() throws {
        #expect(try store.position() == 0)
        #expect(try store.lastSerial() == 0)
        #expect(try reader.events().isEmpty)
        #expect(try reader.ledger() == Ledger())
        #expect(try reader.verifyChain().isSound(through: 0))
    }

    @Test func `commits are durable and the log is written ahead`() throws {
        func pragma(_ name: String) throws -> String? {
            try store.pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
        }
        #expect(try pragma("journal_mode") == "wal")
        #expect(try pragma("synchronous") == "2", "FULL")
        try store.markPublished(through: 1, at: now)
        try store.saveEventLogPosition(1)
        #expect(try pragma("synchronous") == "2", "ticking off leaves commits durable")
    }

    @Test(arguments: [
        "UPDATE event SET level = 'blue'", "DELETE FROM event WHERE serial = 2",
        "REPLACE INTO event SELECT * FROM event WHERE serial = 1",
        "INSERT INTO event SELECT 9, 'x', type, subject, time, scenario, \"key\", level, district, device, bytes, hash, hash FROM event WHERE serial = 2",
        "INSERT OR REPLACE INTO event SELECT 3, 'e1-1', type, subject, time, scenario, \"key\", level, district, device, bytes, hash, hash FROM event WHERE serial = 2",
        "INSERT INTO event SELECT 3, 'x', type, subject, time, scenario, \"key\", level, district, device, bytes, previous_hash, hash FROM event WHERE serial = 2",
    ])
    func `the schema refuses to change, delete, replace or slip in an event`(_ sql: String) throws {
        let events = [event(1), event(2)]
        try store.apply(commit(1, events), at: now)
        #expect(throws: DatabaseError.self) { try store.pool.write { try $0.execute(sql: sql) } }
        if SQLiteTool.isPresent {
            let result = try SQLiteTool.run(sql + ";", on: database)
            #expect(result.code != 0)
            #expect(result.output.contains("events are"))
        }
        #expect(try reader.events() == events)
    }

    @Test func `a second writer with a stale serial fails instead of doubling`() throws {
        let second = try EventStore(folder: folder.url.appending(path: "data"))
        try store.apply(commit(1, [event(1)]), at: now)
        try second.apply(commit(2, [event(2)]), at: now)
        let error = #expect(throws: StoreError.self) { try store.apply(commit(3, [event(2)]), at: now) }
        #expect(error == .unexpectedSerial(next: 3, offered: 2))
        #expect(error?.description.contains("second daemon") == true)
        #expect(throws: StoreError.unexpectedSerial(next: 3, offered: 4)) {
            try store.apply(commit(3, [event(4)]), at: now)
        }
        #expect(try reader.events() == [event(1), event(2)])
        #expect(try reader.position() == 2, "what failed has moved nothing")
    }

    @Test func `a commit that is not ahead of the position is refused`() throws {
        try store.apply(commit(5), at: now)
        for position in [0, 4, 5, UInt64.max] {
            #expect(throws: StoreError.positionNotAhead(stored: 5, offered: position)) {
                try store.apply(commit(position), at: now)
            }
        }
    }

    @Test func `a commit that fails halfway leaves nothing behind and can be tried again`() throws {
        var bad = commit(1, [event(1), event(3)])
        bad.ledger[LedgerKey(feed: "f", column: .messagesReceived)] = 1
        #expect(throws: StoreError.self) { try store.apply(bad, at: now) }
        #expect(try store.position() == 0)
        #expect(try store.lastSerial() == 0)
        bad.events[1] = event(2)
        bad.publications = [Publication(serial: 1, topic: "t", isRetained: false, payload: [1])]
        try store.apply(bad, at: now)
        #expect(try store.lastSerial() == 2)
        #expect(store.outbox().pending == 1)
    }

    @Test func `the position is a map that keeps other sources`() throws {
        try store.apply(commit(5), at: now)
        try store.pool.write { db in
            #expect(
                try String.fetchOne(db, sql: "SELECT value FROM state WHERE key = 'position'")
                    == #"{"journal":{"0":5}}"#
            )
            try db.execute(
                sql: #"UPDATE state SET value = '{"other":{"3":9},"journal":{"0":5}}' WHERE key = 'position'"#
            )
        }
        try store.apply(commit(6), at: now)
        try store.pool.read { db in
            let value = try String.fetchOne(db, sql: "SELECT value FROM state WHERE key = 'position'")
            #expect(value == #"{"other":{"3":9},"journal":{"0":6}}"#)
        }
    }

    @Test func `warnings stand until they are cleared, and the last entry counts`() throws {
        func warning(_ key: String, _ level: Level?, _ serial: UInt64, isStale: Bool = false) -> StandingWarning {
            StandingWarning(
                scenario: "flood",
                key: key,
                episode: "e",
                level: level,
                raised: now,
                instant: now,
                isStale: isStale,
                district: key == "a" ? "1" : "2",
                serial: serial
            )
        }
        var first = commit(1)
        first.warnings = [warning("b", .blue, 1), warning("a", .red, 2), warning("c", .blue, 3), warning("b", .red, 4)]
        try store.apply(first, at: now)
        #expect(
            try reader.standingWarnings()
                == [warning("a", .red, 2), warning("b", .red, 4), warning("c", .blue, 3)],
            "gravest first"
        )
        #expect(try reader.standingWarnings(WarningFilter(levels: [.blue])) == [warning("c", .blue, 3)])
        #expect(try reader.standingWarnings(WarningFilter(district: "1")) == [warning("a", .red, 2)])
        #expect(try reader.standingWarnings(WarningFilter(scenario: "else")).isEmpty)
        var second = commit(2)
        second.warnings = [warning("a", nil, 5), warning("c", .blue, 6, isStale: true)]
        try store.apply(second, at: now)
        #expect(try reader.standingWarnings() == [warning("b", .red, 4), warning("c", .blue, 6, isStale: true)])
    }

    @Test func `the books are the sum of all deltas`() throws {
        var generator = SeededGenerator(seed: 7)
        var expected: [LedgerKey: Int64] = [:]
        for position in 1...50 as ClosedRange<UInt64> {
            var change = commit(position)
            for _ in 0..<5 {
                let key = LedgerKey(
                    feed: ["a", "b"].randomElement(using: &generator) ?? "",
                    column: LedgerColumn.allCases.randomElement(using: &generator) ?? .messagesShed,
                    reason: ["", "x"].randomElement(using: &generator) ?? ""
                )
                change.ledger[key, default: 0] += Int64.random(in: 1...1000, using: &generator)
            }
            expected.merge(change.ledger, uniquingKeysWith: +)
            try store.apply(change, at: now)
        }
        #expect(try reader.ledger().counts == expected)
    }

    @Test func `of each count the newest sixteen samples stay`() throws {
        func sample(_ number: Int, _ reason: String) -> LedgerSample {
            LedgerSample(
                key: LedgerKey(feed: "f", column: .messagesRejected, reason: reason),
                received: now,
                topic: "t/\(number)",
                detail: "d",
                payload: number % 2 == 0 ? [] : [0xFF, UInt8(number)]
            )
        }
        let all = (0..<60).map { sample($0, $0 % 3 == 0 ? "rare" : "often") }
        for (index, start) in stride(from: 0, to: 60, by: 20).enumerated() {
            var change = commit(UInt64(index + 1))
            change.samples = Array(all[start..<(start + 20)])
            try store.apply(change, at: now)
        }
        let expected = ["rare", "often"].flatMap { reason in all.filter { $0.key.reason == reason }.suffix(16) }
        let found = try reader.samples(limit: 1000)
        #expect(found.count == 32)
        #expect(Set(found) == Set(expected))
        #expect(found.first == all.last, "newest first")
        #expect(try reader.samples(limit: 3).count == 3)
    }

    @Test func `a generation is kept, once, under the hash of its bytes`() throws {
        let hash = String(repeating: "0", count: 64)
        #expect(throws: StoreError.self) { try store.saveGeneration(hash, bundle: Array("ganzhi".utf8), at: now) }
        // The published digests of nothing and of "abc".
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        try store.saveGeneration(empty, bundle: [], at: now)
        try store.saveGeneration(abc, bundle: Array("abc".utf8), at: now)
        try store.saveGeneration(abc, bundle: Array("abc".utf8), at: now)
        #expect(try store.generation(abc) == Array("abc".utf8))
        #expect(try reader.generation(empty) == [])
        #expect(try reader.generation(hash) == nil)
    }

    @Test func `what was committed survives an unclean close`() throws {
        var first = commit(1, [event(1)])
        first.publications = [Publication(serial: 1, topic: "t", isRetained: false, payload: event(1).bytes)]
        try store.apply(first, at: now)
        try store.apply(commit(2, [event(2)]), at: now)
        let copy = folder.url.appending(path: "copy")
        try FileManager.default.copyItem(at: folder.url.appending(path: "data"), to: copy)
        // The copy lacks the index of the log too, as after a power failure.
        try? FileManager.default.removeItem(at: copy.appending(path: EventStore.fileName + "-shm"))
        let reopened = try EventStore(folder: copy)
        #expect(try reopened.position() == 2)
        #expect(try reopened.lastSerial() == 2)
        #expect(try reopened.pendingPublications(limit: 9).map(\.publication) == first.publications)
        try reopened.apply(commit(3, [event(3)]), at: now)
        #expect(try EventReader(folder: copy).verifyChain().isSound(through: 3))
    }

    @Test func `a half-written last page of the log costs only what was never committed`() throws {
        try store.apply(commit(1, [event(1)]), at: now)
        let copy = folder.url.appending(path: "copy")
        try FileManager.default.copyItem(at: folder.url.appending(path: "data"), to: copy)
        try store.apply(commit(2, [event(2)]), at: now)
        let name = EventStore.fileName + "-wal"
        let whole = try Data(contentsOf: folder.url.appending(path: "data/\(name)"))
        let before = try Data(contentsOf: copy.appending(path: name)).count
        try #require(whole.count > before)
        try whole.prefix(before + (whole.count - before) / 2).write(to: copy.appending(path: name))
        try? FileManager.default.removeItem(at: copy.appending(path: EventStore.fileName + "-shm"))
        let reopened = try EventStore(folder: copy)
        #expect(try reopened.lastSerial() == 1)
        #expect(try reopened.position() == 1)
        try reopened.apply(commit(2, [event(2)]), at: now)
        #expect(try EventReader(folder: copy).verifyChain().fault == nil)
    }

    @Test func `a file that is no database is refused with a remedy`() throws {
        let file = try folder.write(String(repeating: "not a database, ", count: 100), to: "other/ganzhi.sqlite")
        let error = #expect(throws: StoreError.self) { try EventStore(file: file) }
        #expect(error?.description.contains("restore the newest backup") == true)
    }

    @Test func `a folder that cannot be made is refused with a remedy`() throws {
        try folder.write("", to: "file")
        let error = #expect(throws: StoreError.self) {
            try EventStore(folder: folder.url.appending(path: "file/data"))
        }
        #expect(error?.description.contains("check that the folder exists") == true)
    }
}
