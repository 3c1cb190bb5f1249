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
/// One turn: read what has come, append it, one fdatasync, then the acknowledgements. Nothing else decides about them.
final class Intake: Service {
    private let settings: IntakeSettings
    private let progress: JournalProgress
    private let logger: Logger
    private let waker = Waker()
    private let isStopping = Atomic(false)
    private let journal: Mutex<JournalWriter?>
    /// Takes what people want journalled.
    let requests: JournalRequests

    /// What intake works with.
    struct IntakeSettings: Sendable {
        var broker: BrokerSettings
        var feeds: [FeedDefinition]
        var generation: String
        var journalFolder: String
    }

    init(_ settings: IntakeSettings, journal: consuming JournalWriter, progress: JournalProgress, logger: Logger) {
        self.settings = settings
        requests = JournalRequests(waker: waker)
        self.journal = Mutex(Optional(journal))
        self.progress = progress
        self.logger = logger
    }

    func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await BlockingThread.run("intake") { try self.loop() }
        } onCancelOrGracefulShutdown: {
            self.isStopping.store(true, ordering: .sequentiallyConsistent)
            self.waker.wake()
        }
    }

    private func loop() throws {
        defer {
            requests.close()
            progress.end()
        }
        guard let journal = journal.withLock({ $0.take() }) else {
            preconditionFailure("Intake runs once.")
        }
        var turns = try IntakeTurns(settings, journal: journal, logger: logger)
        let session = IntakeSession(
            settings: settings.broker,
            subscriptions: turns.subscriptions,
            waker: waker,
            jitterSeed: .random(in: .min ... .max)
        )
        try turns.begin()
        progress.commit(through: turns.committedSequence)
        while !isStopping.load(ordering: .sequentiallyConsistent) {
            let turn = session.readTurn(limits: IntakeLimits(), waitMilliseconds: 200)
            turns.append(turn)
            let journalled = requests.take().compactMap { request in
                turns.append(request.content).map { (request: request, sequence: $0) }
            }
            while !turns.commit() {
                // Not durable: nothing is acknowledged. The broker keeps it until the disk is back.
                if isStopping.load(ordering: .sequentiallyConsistent) {
                    session.stop()
                    return
                }
                Thread.sleep(forTimeInterval: 0.2)
            }
            session.releaseAcknowledgements()
            if session.subscriptions != turns.subscriptions { session.change(to: turns.subscriptions) }
            progress.commit(through: turns.committedSequence, redelivered: turns.takeRedelivered())
            requests.complete(journalled)
            while progress.waitForRoom(seconds: 0.2), !isStopping.load(ordering: .sequentiallyConsistent) {}
        }
        session.stop()
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
