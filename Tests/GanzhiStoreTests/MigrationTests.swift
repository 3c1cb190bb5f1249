import Foundation
import GRDB
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct MigrationTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func load(_ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.url.database.path(percentEncoded: false))
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func `a store of version 1 opens with everything it held and goes on`() throws {
        try load(storeOfVersion1)
        let store = try EventStore(folder: folder.url)
        let reader = try EventReader(folder: folder.url)
        #expect(try store.position() == 41)
        #expect(try store.eventLogPosition() == 2)
        #expect(try reader.verifyChain().isSound(through: 2))
        #expect(
            try reader.standingWarnings() == [
                StandingWarning(
                    scenario: "underpass-flooding",
                    key: "d1",
                    episode: "728e9f5f8d0612bc7a8d0fd759eee172",
                    level: .red,
                    raised: Timestamp(milliseconds: 1_781_935_950_000),
                    instant: Timestamp(milliseconds: 1_781_935_980_000),
                    isStale: false,
                    district: "330106",
                    serial: 2
                )
            ]
        )
        let events = try reader.events()
        #expect(events.map(\.level) == ["blue", "red"])
        #expect(
            try store.pendingPublications(limit: 9).map(\.publication) == [
                Publication(
                    serial: 2,
                    topic: "ganzhi/v1/events/330106/underpass-flooding/red",
                    isRetained: false,
                    payload: events[1].bytes
                ),
                Publication(
                    serial: 2,
                    topic: "ganzhi/v1/warnings/underpass-flooding/d1",
                    isRetained: true,
                    payload: Array(#"{"level":"red"}"#.utf8)
                ),
            ]
        )
        #expect(store.outbox() == OutboxStatus(pending: 2, dropped: 0))
        let rejected = LedgerKey(feed: "f", column: .messagesRejected, reason: "bad-json")
        let received = LedgerKey(feed: "f", column: .messagesReceived)
        let decoded = LedgerKey(feed: "f", column: .messagesDecoded)
        #expect(try reader.ledger().counts == [received: 3, decoded: 2, rejected: 1])
        #expect(
            try reader.samples() == [
                LedgerSample(key: rejected, received: now, topic: "t/1", detail: "no value", payload: [0x7B, 0xFF])
            ]
        )
        let generation = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try reader.generation(generation) == Array("abc".utf8))

        #expect(try reader.suppressions().isEmpty)
        #expect(try reader.trace(scenario: "underpass-flooding", key: "d1").isEmpty)
        #expect(try reader.events(scenario: "underpass-flooding", key: "d1") == events)

        var next = commit(42, [event(3)])
        next.warnings = try reader.standingWarnings()
        next.warnings[0].suppressedBy = "silence s1"
        next.suppressions = [silence("s1")]
        next.traces = [point(0)]
        try store.apply(next, at: now)
        #expect(try reader.verifyChain().isSound(through: 3))
        #expect(try reader.standingWarnings() == next.warnings)
        #expect(try reader.suppressions() == next.suppressions)
        #expect(try reader.trace(scenario: "s", key: "d1") == next.traces)
        #expect(throws: StoreError.self) { try store.write { try $0.execute(sql: "DELETE FROM event") } }
    }

    @Test func `a store of version 2 opens with everything it held and goes on`() throws {
        try load(storeOfVersion2)
        let store = try EventStore(folder: folder.url)
        let reader = try EventReader(folder: folder.url)
        #expect(try reader.verifyChain().isSound(through: 2))
        #expect(try reader.standingWarnings().map(\.suppressedBy) == ["silence s-20260620-3f9a"])
        #expect(try reader.suppressions().map(\.id) == ["s-20260620-3f9a"])
        #expect(try reader.suppression("s-20260619-0001")?.isOver == true)
        #expect(
            try reader.trace(scenario: "underpass-flooding", key: "d1").map(\.values) == [
                [.init(measure: "depth", value: 0.12)], [.init(measure: "depth", value: 0.41)],
            ]
        )
        #expect(try store.position() == 41)
        #expect(try reader.ledger().counts.count == 3)
        #expect(try reader.samples().count == 1)
        #expect(try reader.generationProblems().problems.isEmpty)
        #expect(try reader.structureProblems() == [] && reader.schemaProblems() == [])
        #expect(try reader.standingProblems() == [] && reader.outboxProblems() == [])

        // What the broker keeps, as far as the outbox still knows: d1 waits, d2 stands, d3 was cleared.
        let first = try reader.events()[0].bytes
        #expect(try store.restateRetained(at: now) == 2)
        let waiting = try store.pendingPublications(limit: 9).map(\.publication).filter(\.isRetained)
        #expect(waiting.map { $0.topic.suffix(2) } == ["d1", "d2", "d3"])
        #expect(waiting.map(\.payload) == [Array(#"{"level":"red"}"#.utf8), first, []])

        let nextYear = event(3, time: now + .days(365))
        try store.apply(commit(42, [nextYear]), at: now)
        try store.markPublished(through: .max, at: now)
        let zone = try #require(TimeZone(identifier: "Asia/Shanghai"))
        #expect(try store.sealClosedYears(in: zone, at: now).map(\.lastSerial) == [2])
        #expect(try reader.verifyChain().isSound(through: 3))
        #expect(try reader.events().last == nextYear)
    }

    @Test(arguments: [1, 2])
    func `a store of an earlier version gets the tables that a new one has`(_ version: Int) throws {
        let schema = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
        let made = try EventStore(file: folder.url.appending(path: "new.sqlite")).pool.read {
            try String.fetchAll($0, sql: schema)
        }
        try load(version == 1 ? storeOfVersion1 : storeOfVersion2)
        let loaded = try EventStore(folder: folder.url).pool.read { try String.fetchAll($0, sql: schema) }
        #expect(made == loaded)
    }

    @Test func `a store of a newer version is refused by writer and reader`() throws {
        try load(storeOfVersion1 + "INSERT INTO grdb_migrations VALUES ('v999');")
        let file = folder.url.database.path(percentEncoded: false)
        #expect(throws: StoreError.newerSchema(file: file)) { try EventStore(folder: folder.url) }
        #expect(throws: StoreError.newerSchema(file: file)) { try EventReader(folder: folder.url) }
    }

    @Test func `a database without the tables is for the writer to complete`() throws {
        let file = folder.url.database.path(percentEncoded: false)
        try Data().write(to: folder.url.database)
        #expect(throws: StoreError.olderSchema(file: file)) { try EventReader(folder: folder.url) }
        _ = try EventStore(folder: folder.url)
        #expect(try EventReader(folder: folder.url).events().isEmpty)
    }

    @Test func `another program's database is left alone`() throws {
        try load("CREATE TABLE bookmark (url TEXT);")
        let file = folder.url.database.path(percentEncoded: false)
        let bytes = try Data(contentsOf: folder.url.database)
        #expect(throws: StoreError.foreign(file: file)) { try EventStore(folder: folder.url) }
        #expect(try Data(contentsOf: folder.url.database) == bytes)
    }
}
