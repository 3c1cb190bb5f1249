import Foundation
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct SuppressionTests {
    let folder: TemporaryFolder
    let store: EventStore
    let reader: EventReader

    init() throws {
        folder = try TemporaryFolder()
        store = try EventStore(folder: folder.url)
        reader = try EventReader(folder: folder.url)
    }

    func apply(_ position: UInt64, _ suppressions: [Suppression] = [], ended: [String] = []) throws {
        var commit = commit(position)
        commit.suppressions = suppressions
        commit.endedSuppressions = ended
        try store.apply(commit, at: now)
    }

    @Test func `suppressions are listed by their end until they are over`() throws {
        var maintenance = silence("m1", kind: .maintenance, until: now + .minutes(5))
        maintenance.from = now - .seconds(1)
        maintenance.matchers = [.scenario: ["积水"], .key: ["d1", "d2"], .district: ["330106"]]
        try apply(1, [silence("s1"), maintenance])
        #expect(try reader.suppressions() == [maintenance, silence("s1")])
        try apply(2, ended: ["m1", "unknown"])
        #expect(try reader.suppressions() == [silence("s1")])
        #expect(try store.suppressions() == [silence("s1")])
        try apply(3, [silence("s1", until: now + .hours(9))])
        #expect(try reader.suppressions() == [silence("s1", until: now + .hours(9))])
    }

    @Test func `one that is over can still be looked up, and comes back where it begins again`() throws {
        try apply(1, [silence("s1")], ended: ["s1"])
        let over = try #require(try reader.suppression("s1"))
        #expect(over.suppression == silence("s1"))
        #expect(over.isOver)
        #expect(try reader.suppression("s2") == nil)
        try apply(2, [silence("s1")])
        #expect(try store.suppression("s1")?.isOver == false)
    }

    @Test func `of those that are over only so many are kept`() throws {
        let count = StoreLimits.endedSuppressions + 20
        let all = (0..<count).map { silence("s\($0)", until: now + .seconds(Int64($0))) }
        try apply(1, all + [silence("holds", until: now - .hours(1))], ended: all.map(\.id))
        #expect(try reader.suppression("s19") == nil)
        #expect(try reader.suppression("s20")?.isOver == true)
        #expect(try reader.suppressions().map(\.id) == ["holds"])
    }
}
