import Foundation
import GRDB
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct ChainTests {
    let folder: TemporaryFolder
    let store: EventStore

    init() throws {
        folder = try TemporaryFolder()
        store = try EventStore(folder: folder.url)
    }

    @Test func `hashes are those of any SHA-256 tool`() {
        // printf 'abc' behind 32 zero bytes, and 'def' behind the result, through sha256sum.
        let first = EventChain.hash(after: EventChain.origin, bytes: Array("abc".utf8))
        #expect(EventChain.hex(first) == "365aa7d8f7f9402c4b9434502b4cc89ddb09fe50d7cd95b493b834c62d5a5370")
        let second = EventChain.hash(after: first, bytes: Array("def".utf8))
        #expect(EventChain.hex(second) == "532f0131db1635cb105c9753e41e7908599aa4dd144658c92e50b60113ad993a")
    }

    @Test func `a sound chain is walked to its end, over pages`() throws {
        for position in 1...5 as ClosedRange<UInt64> {
            let first = (position - 1) * 500 + 1
            try store.apply(commit(position, (first..<(first + 500)).map { event($0) }), at: now)
        }
        var progress: [UInt64] = []
        let report = try EventReader(folder: folder.url).verifyChain { reached, last in
            progress.append(reached)
            #expect(last == 2500)
        }
        #expect(report.isSound(through: 2500))
        #expect(progress == [1000, 2000, 2500])
    }

    static let meddling: [(String, UInt64, String)] = [
        ("UPDATE event SET bytes = replace(bytes, 'red', 'blue') WHERE serial = 4", 4, "hash"),
        ("UPDATE event SET bytes = bytes || ' ' WHERE serial = 1", 1, "hash"),
        ("UPDATE event SET bytes = '{' WHERE serial = 4", 4, "hash"),
        ("UPDATE event SET previous_hash = zeroblob(32) WHERE serial = 2", 2, "previous_hash"),
        ("UPDATE event SET hash = zeroblob(32) WHERE serial = 3", 3, "hash"),
        ("UPDATE event SET level = 'blue' WHERE serial = 3", 3, "column level"),
        ("UPDATE event SET scenario = '' WHERE serial = 3", 3, "column scenario"),
        ("UPDATE event SET \"key\" = 'x' WHERE serial = 3", 3, "column key"),
        ("UPDATE event SET district = 'x' WHERE serial = 3", 3, "column district"),
        ("UPDATE event SET subject = 'x' WHERE serial = 3", 3, "column subject"),
        ("UPDATE event SET type = 'x' WHERE serial = 3", 3, "column type"),
        ("UPDATE event SET id = 'x' WHERE serial = 3", 3, "column id"),
        ("UPDATE event SET time = time - 3600000000 WHERE serial = 3", 3, "column time"),
        ("UPDATE event SET serial = 9 WHERE serial = 3", 3, "missing"),
        ("DELETE FROM event WHERE serial = 1", 1, "missing"),
        ("DELETE FROM event WHERE serial = 3", 3, "missing"),
        ("DELETE FROM event WHERE serial > 4", 5, "missing"),
        ("DELETE FROM event", 1, "missing"),
    ]

    @Test(
        .enabled(if: SQLiteTool.isPresent, Comment(rawValue: SQLiteTool.absence)),
        arguments: meddling
    )
    func `a row changed behind the schema's back is found and named`(
        _ sql: String,
        _ serial: UInt64,
        _ problem: String
    ) throws {
        try store.apply(commit(1, (1...6 as ClosedRange<UInt64>).map { event($0) }), at: now)
        let reader = try EventReader(folder: folder.url)
        #expect(try reader.verifyChain().fault == nil)
        let result = try SQLiteTool.run(
            "DROP TRIGGER event_update; DROP TRIGGER event_delete; \(sql);",
            on: folder.url.database
        )
        #expect(result.code == 0, "\(result.output)")
        let report = try reader.verifyChain()
        #expect(report.fault?.serial == serial)
        #expect(report.sound == serial - 1)
        #expect(report.fault?.description.contains(problem) == true, "\(report)")
    }

    @Test func `an end rewritten with good hashes is found by the stored head`() throws {
        try store.apply(commit(1, (1...3 as ClosedRange<UInt64>).map { event($0) }), at: now)
        let forged = event(3, district: "forged")
        try store.pool.write { db in
            try db.execute(sql: "DROP TRIGGER event_update")
            let previous = try #require(try Data.fetchOne(db, sql: "SELECT previous_hash FROM event WHERE serial = 3"))
            try db.execute(
                sql: "UPDATE event SET bytes = CAST(? AS TEXT), hash = ?, district = ? WHERE serial = 3",
                arguments: [
                    Data(forged.bytes), Data(EventChain.hash(after: Array(previous), bytes: forged.bytes)), "forged",
                ]
            )
        }
        let fault = try EventReader(folder: folder.url).verifyChain().fault
        #expect(fault?.serial == 3)
        #expect(fault?.problem.contains("newest") == true)
    }
}
