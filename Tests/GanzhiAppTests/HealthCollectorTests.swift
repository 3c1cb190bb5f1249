import Foundation
import GanzhiModel
import GanzhiStore
import GanzhiTestSupport
import Logging
import Testing

@testable import GanzhiApp

@Suite struct HealthCollectorTests {
    /// A commit that books received messages of a feed.
    private func commit(_ messages: Int64, at position: UInt64) -> Commit {
        var commit = Commit(position: position)
        commit.ledger[LedgerKey(feed: "f", column: .messagesReceived)] = messages
        commit.ledger[LedgerKey(feed: "f", column: .messagesDecoded)] = messages
        return commit
    }

    @Test func `what is journalled is pending until it is booked, whatever was before`() async throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.url)
        try store.apply(commit(5, at: 10), at: Clocks.now)
        let (board, progress) = (HealthBoard(), JournalProgress(committed: 13))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let troubles = Troubles(logger: logger)
        let collector = try HealthCollector(
            board: board,
            progress: progress,
            store: store,
            pending: ["f": 3],
            troubles: troubles,
            dataFolder: folder.url.path,
            logger: logger
        ) { _ in }
        let running = Task { try await collector.run() }
        defer { running.cancel() }
        func wait(_ what: String, until isSo: (Health) -> Bool) async throws {
            let deadline = Date.now + 60
            while !(collector.health.map(isSo) ?? false) {
                guard Date.now < deadline else {
                    throw Ganzhi.Failure(description: "\(what), not \(String(describing: collector.health))")
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        try await wait("what an earlier run left") { $0.pending == ["f": 3] && $0.phase == .starting }
        board.engine(.init(phase: .recovering(block: 4, of: 10), series: 7))
        board.journalled(since: Clocks.monotonic, messages: ["f": 4, "g": 1])
        progress.commit(through: 18)
        try await wait("what this run adds") { $0.pending == ["f": 7, "g": 1] }
        #expect(collector.health?.reasons == ["recovering: block 4 of 10"])
        #expect(collector.health?.series == 7 && collector.health?.positions.journalled == 18)
        #expect(collector.health?.ledger[LedgerKey(feed: "f", column: .messagesReceived)] == 5)

        board.engine(.init(phase: .running, series: 7))
        board.intake(.init(isUp: true), feeds: ["f": .drained])
        board.publisher(.init(isUp: true))
        board.checkpointed(at: 12, taken: Timestamp(milliseconds: 1))
        try store.apply(commit(7, at: 17), at: Clocks.now)
        try await wait("the books") { $0.pending == ["f": 0, "g": 1] && $0.isReady }
        #expect(collector.health?.positions.committed == 17)
        #expect(collector.health?.imbalance(of: "f").map(\.amount) == [0, 0])
        #expect(collector.health?.checkpoint?.position == 12)

        troubles.begin(.eventLog, "the event log cannot be written", reason: "No space.")
        try await wait("a trouble that leaves it ready") { $0.troubles.map(\.part) == ["event-log"] && $0.isReady }
        troubles.begin(.journal, "the journal cannot be written", reason: "The disk is full.")
        try await wait("a trouble that does not") { $0.reasons == ["journal: The disk is full."] }
        troubles.end(.journal, "the journal is durable again")
        try await wait("its end") { $0.isReady }
        progress.end()
        try await wait("the end") { $0.reasons == ["stopping"] }
    }
}
