import Foundation
import GanzhiFeeds
import GanzhiJournal
import GanzhiMQTT
import GanzhiModel
import Logging
import ServiceLifecycle
import Synchronization

/// Reads from the broker into the journal, and acknowledges what is durable.
///
/// Each connection has a thread and takes turns: read what has come, append it, one fdatasync, then the acknowledgements.
/// Nothing else decides about them. While one connection writes, the others read; whoever writes makes durable what all
/// have appended.
final class Intake: Service, @unchecked Sendable {
    // @unchecked: the turns are reached with the lock held.
    private let settings: IntakeSettings
    private let progress: JournalProgress
    private let board: HealthBoard
    private let troubles: Troubles
    private let logger: Logger
    private let wakers: [Waker]
    private let isStopping = Atomic(false)
    private let journal: Mutex<JournalWriter?>
    private let lock = MonotonicCondition()
    private var turns: IntakeTurns?
    /// Takes what people want journalled.
    let requests: JournalRequests

    /// Seconds between two attempts to make durable what could not be.
    private static let pause = 0.5

    /// What intake works with.
    struct IntakeSettings: Sendable {
        var broker: BrokerSettings
        var feeds: [FeedDefinition]
        var generation: String
        var journalFolder: String
    }

    init(
        _ settings: IntakeSettings,
        journal: consuming JournalWriter,
        progress: JournalProgress,
        board: HealthBoard,
        troubles: Troubles,
        logger: Logger
    ) {
        self.settings = settings
        wakers = (0..<max(1, settings.broker.connections)).map { _ in Waker() }
        requests = JournalRequests(waker: wakers[0])
        self.journal = Mutex(Optional(journal))
        self.progress = progress
        self.board = board
        self.troubles = troubles
        self.logger = logger
    }

    func run() async throws {
        defer {
            requests.close()
            progress.end()
            board.ended(.intake)
        }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await BlockingThread.run("intake") { try self.begin() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for connection in wakers.indices {
                    group.addTask { try await BlockingThread.run("intake \(connection + 1)") { self.loop(connection) } }
                }
                try await group.waitForAll()
            }
        } onCancelOrGracefulShutdown: {
            self.isStopping.store(true, ordering: .sequentiallyConsistent)
            for waker in self.wakers { waker.wake() }
        }
    }

    private var mustStop: Bool { isStopping.load(ordering: .sequentiallyConsistent) }

    private func begin() throws {
        guard let journal = journal.withLock({ $0.take() }) else { preconditionFailure("Intake runs once.") }
        var turns = IntakeTurns(settings, journal: journal, troubles: troubles, logger: logger)
        do {
            try turns.begin()
        } catch {
            throw AppError(.unavailable, "The daemon cannot start, as its journal cannot be written. \(error)")
        }
        progress.commit(through: turns.committedSequence)
        // No other thread is there yet.
        self.turns = consume turns
    }

    /// Does something with the turns, which one connection at a time may.
    private func withTurns<Result>(_ body: (inout IntakeTurns) -> Result) -> Result {
        lock.withLock { body(&turns!) }
    }

    private func loop(_ connection: Int) {
        let session = IntakeSession(
            settings: settings.broker.connection(connection),
            subscriptions: withTurns { $0.subscriptions(of: connection).own },
            waker: wakers[connection],
            jitterSeed: .random(in: .min ... .max)
        )
        defer { session.stop() }
        var feedChanges = 0
        while !mustStop {
            board.intakeMoved(connection)
            let turn = session.readTurn(limits: IntakeLimits(), waitMilliseconds: 200)
            withTurns { turns in
                turns.append(turn, from: connection)
                if let news = turns.takeNews() { board.intake(news.connection, feeds: news.feeds) }
            }
            let journalled = connection == 0 ? appendRequests() : []
            let begin = Clocks.monotonic
            var messages: [String: Int64] = [:]
            while !withTurns({ turns in
                guard turns.commit() else { return false }
                messages = turns.takeJournalled()
                return true
            }) {
                // Not durable: nothing is acknowledged. The broker keeps it until the disk is back.
                if mustStop {
                    logger.error("stopping while the journal cannot be made durable: the broker keeps what came last")
                    return
                }
                board.intakeMoved(connection)
                Thread.sleep(forTimeInterval: Self.pause)
            }
            session.releaseAcknowledgements()
            if !messages.isEmpty { board.journalled(since: begin, messages: messages) }
            withTurns { turns in
                if turns.feedChanges != feedChanges {
                    feedChanges = turns.feedChanges
                    let subscriptions = turns.subscriptions(of: connection)
                    session.change(to: subscriptions.own, moving: subscriptions.moving)
                }
                let leaving = turns.takeLeaving(of: connection)
                if !leaving.isEmpty { session.leave(leaving) }
                progress.commit(through: turns.committedSequence, redelivered: turns.takeRedelivered())
            }
            requests.complete(journalled)
            while progress.waitForRoom(seconds: 0.2), !mustStop { board.intakeMoved(connection) }
        }
    }

    /// Appends what people asked for, under the lock of the turns.
    private func appendRequests() -> [(request: JournalRequests.Request, sequence: UInt64)] {
        let waiting = requests.take()
        guard !waiting.isEmpty else { return [] }
        defer { for waker in wakers.dropFirst() { waker.wake() } }
        return withTurns { turns in
            waiting.compactMap { request in turns.append(request.content).map { (request: request, sequence: $0) } }
        }
    }
}

extension DeliveryQoS {
    /// The QoS of a subscription.
    var subscription: Subscription.QoS {
        switch self {
        case .atMostOnce: .atMostOnce
        case .atLeastOnce: .atLeastOnce
        }
    }
}
