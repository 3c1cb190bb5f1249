import Foundation
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct CommitMergeTests {
    let feed = LedgerKey(feed: "f", column: .messagesReceived)

    @Test func `merged commits leave the same store as single ones`() throws {
        let commits: [Commit] = (1...6 as ClosedRange<UInt64>).map { number in
            var commit = commit(number * 2, [event(number, subject: "e\(number)")])
            commit.publications = [
                Publication(serial: number, topic: "t", isRetained: number % 2 == 0, payload: event(number).bytes)
            ]
            commit.warnings = [
                StandingWarning(
                    scenario: "s",
                    key: "k\(number % 2)",
                    episode: "e\(number)",
                    level: number == 5 ? nil : .red,
                    raised: now,
                    instant: now,
                    isStale: false,
                    district: "",
                    serial: number
                )
            ]
            commit.ledger = [feed: Int64(number)]
            commit.samples = [LedgerSample(key: feed, received: now, topic: "\(number)", detail: "", payload: [])]
            commit.traces = [point(Int64(number % 4), depth: Double(number))]
            // The third is over later; the first is over and comes again.
            commit.suppressions = [silence("s\(number % 5)", until: now + .hours(Int64(number)))]
            commit.endedSuppressions = number == 5 ? ["s3", "s1"] : []
            return commit
        }
        let folder = try TemporaryFolder()
        let single = try EventStore(folder: folder.url.appending(path: "single"))
        for commit in commits { try single.apply(commit, at: now) }
        let merged = try EventStore(folder: folder.url.appending(path: "merged"))
        var all = Commit(position: 1)
        for commit in commits { all.merge(commit) }
        try merged.apply(all, at: now)

        let left = try EventReader(folder: folder.url.appending(path: "single"))
        let right = try EventReader(folder: folder.url.appending(path: "merged"))
        #expect(try left.events() == right.events())
        #expect(try left.standingWarnings() == right.standingWarnings())
        #expect(try left.ledger() == right.ledger())
        #expect(try left.samples() == right.samples())
        #expect(try left.suppressions() == right.suppressions())
        #expect(try right.suppressions().map(\.id) == ["s2", "s4", "s0", "s1"])
        #expect(try left.trace(scenario: "s", key: "d1") == right.trace(scenario: "s", key: "d1"))
        #expect(try left.position() == right.position())
        #expect(
            try single.pendingPublications(limit: 99).map(\.publication)
                == merged.pendingPublications(limit: 99).map(\.publication)
        )
        #expect(try right.verifyChain().isSound(through: 6))
    }

    @Test func `samples stay bounded however long commits are merged`() throws {
        var commit = Commit(position: 1)
        for number in 2...5000 as ClosedRange<UInt64> {
            var later = Commit(position: number)
            later.samples = [LedgerSample(key: feed, received: now, topic: "\(number)", detail: "", payload: [])]
            commit.merge(later)
            #expect(commit.samples.count <= 1025)
        }
        #expect(Commit.newest(commit.samples).map(\.topic) == (4985...5000).map { "\($0)" })
    }
}
