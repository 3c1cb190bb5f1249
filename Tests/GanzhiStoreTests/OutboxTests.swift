import Foundation
import GRDB
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct OutboxTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func publication(_ serial: UInt64, _ topic: String, retained: Bool = false, _ payload: [UInt8]) -> Publication {
        Publication(serial: serial, topic: topic, isRetained: retained, payload: payload)
    }

    func commit(_ position: UInt64, _ publications: [Publication], events: [Event] = []) -> Commit {
        var commit = Commit(position: position)
        commit.events = events
        commit.publications = publications
        return commit
    }

    @Test func `publications leave in order and are ticked off across reopening`() throws {
        let all = (1...9 as ClosedRange<UInt64>).map { publication($0, "t/\($0 % 2)", [UInt8($0)]) }
        do {
            let store = try EventStore(folder: folder.url)
            try store.apply(commit(1, Array(all[..<4])), at: now)
            try store.apply(commit(2, Array(all[4...])), at: now)
            let page = try store.pendingPublications(limit: 3)
            #expect(page.map(\.publication) == Array(all[..<3]))
            #expect(page.allSatisfy { $0.created == now })
            let rest = try store.pendingPublications(after: page[2].position, limit: 100)
            #expect(rest.map(\.publication) == Array(all[3...]))
            try store.markPublished(through: rest[0].position, at: now + .seconds(1))
            #expect(store.outbox() == OutboxStatus(pending: 5, dropped: 0))
        }
        let store = try EventStore(folder: folder.url)
        #expect(store.outbox() == OutboxStatus(pending: 5, dropped: 0))
        #expect(try store.pendingPublications(limit: 100).map(\.publication) == Array(all[4...]))
        let reader = try EventReader(folder: folder.url)
        #expect(try reader.outbox() == store.outbox())
        try store.pool.read { db in
            let times = try Int64.fetchAll(db, sql: "SELECT published FROM outbox WHERE published IS NOT NULL")
            #expect(times == Array(repeating: (now + .seconds(1)).microseconds, count: 4), "facts of this run")
        }
        try store.markPublished(through: .max, at: now)
        #expect(store.outbox().pending == 0)
        #expect(try store.pendingPublications(limit: 1).isEmpty)
    }

    @Test func `an event's bytes are stored once, and an empty payload stays empty`() throws {
        let store = try EventStore(folder: folder.url)
        let events = [event(1), event(2)]
        let publications = [
            publication(1, "a", events[0].bytes), publication(2, "b", events[1].bytes),
            publication(2, "c", retained: true, []), publication(2, "d", events[0].bytes), publication(77, "e", [1]),
        ]
        try store.apply(commit(1, publications, events: events), at: now)
        #expect(try store.pendingPublications(limit: 9).map(\.publication) == publications)
        try store.pool.read { db in
            let isNull = try Bool.fetchAll(db, sql: "SELECT payload IS NULL FROM outbox ORDER BY position")
            #expect(isNull == [true, true, false, false, false])
        }
    }

    @Test func `of a retained topic only the newest waits, so an older one never comes back`() throws {
        let store = try EventStore(folder: folder.url)
        try store.apply(
            commit(
                1,
                [
                    publication(1, "w/1", retained: true, [1]), publication(1, "e/1", [1]),
                    publication(2, "w/1", retained: true, [2]), publication(2, "e/1", [2]),
                    publication(3, "w/2", retained: true, [3]),
                ]
            ),
            at: now
        )
        #expect(store.outbox().pending == 4)
        let inFlight = try store.pendingPublications(limit: 9)
        #expect(inFlight.map(\.publication.payload) == [[1], [2], [2], [3]])
        try store.apply(commit(2, [publication(4, "w/1", retained: true, [4])]), at: now)
        #expect(store.outbox().pending == 4)
        // The acknowledgement of the one that was in flight comes after it was superseded.
        try store.markPublished(through: inFlight[1].position, at: now)
        #expect(try store.pendingPublications(limit: 9).map(\.publication.payload) == [[2], [3], [4]])
        #expect(store.outbox().pending == 3)
        #expect(try EventReader(folder: folder.url).outbox().pending == 3)
    }

    @Test func `a full outbox gives up its oldest events and no retained state`() throws {
        let store = try EventStore(folder: folder.url, limits: StoreLimits(outbox: 5, published: 2))
        try store.apply(
            commit(1, [publication(1, "w", retained: true, [0])] + (1...4).map { publication($0, "e", [UInt8($0)]) }),
            at: now
        )
        #expect(store.outbox() == OutboxStatus(pending: 5, dropped: 0))
        try store.apply(commit(2, [publication(5, "e", [5]), publication(6, "e", [6])], events: [event(1)]), at: now)
        #expect(store.outbox() == OutboxStatus(pending: 5, dropped: 2))
        #expect(try store.pendingPublications(limit: 9).map(\.publication.payload) == [[0], [3], [4], [5], [6]])
        try store.apply(commit(3, (1...7).map { publication($0, "w\($0)", retained: true, [7]) }), at: now)
        #expect(store.outbox() == OutboxStatus(pending: 8, dropped: 6))
        #expect(try EventReader(folder: folder.url).outbox() == store.outbox())
        #expect(try store.lastSerial() == 1, "no event is dropped")
    }

    @Test func `what a broker should hold is told again behind all that waits, each topic once`() throws {
        let store = try EventStore(folder: folder.url)
        try store.apply(
            commit(
                1,
                [
                    publication(1, "w/1", retained: true, [1]), publication(2, "w/2", retained: true, [2]),
                    publication(3, "w/3", retained: true, [3]), publication(4, "w/3", retained: true, []),
                ]
            ),
            at: now
        )
        try store.markPublished(through: .max, at: now)
        try store.apply(
            commit(2, [publication(5, "e", [5]), publication(6, "w/2", retained: true, [6])], events: [event(1)]),
            at: now
        )
        for _ in 1...2 {
            try store.restateRetained(at: now + .hours(1))
            let pending = try store.pendingPublications(limit: 9).map(\.publication)
            #expect(pending.map(\.topic) == ["e", "w/2", "w/1", "w/3"], "w/2 waits with its newest value already")
            #expect(pending.map(\.payload) == [[5], [6], [1], []])
            #expect(store.outbox().pending == 4)
        }
        // A newer value comes while an older one is told again: the older one is never sent after it.
        try store.apply(commit(3, [publication(7, "w/1", retained: true, [7])]), at: now)
        #expect(try store.pendingPublications(limit: 9).map(\.publication.payload) == [[5], [6], [], [7]])
        try store.markPublished(through: .max, at: now)
        #expect(try store.restateRetained(at: now + .days(2)) == 2, "the end of a warning is told for a day")
        #expect(try EventReader(folder: folder.url).outbox() == store.outbox())
    }

    @Test func `only the newest published facts are kept`() throws {
        let store = try EventStore(folder: folder.url, limits: StoreLimits(published: 3))
        try store.apply(commit(1, (1...20).map { publication($0, "t", [1]) }), at: now)
        let pending = try store.pendingPublications(limit: 15)
        for one in pending { try store.markPublished(through: one.position, at: now) }
        let waits = try store.pool.read { db in
            try Bool.fetchAll(db, sql: "SELECT published IS NULL FROM outbox ORDER BY position")
        }
        #expect(waits == [false, false, false, true, true, true, true, true])
    }
}
