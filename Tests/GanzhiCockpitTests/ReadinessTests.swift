import GanzhiModel
import Testing

@Suite struct ReadinessTests {
    private func reasons(_ change: (inout Health) -> Void) -> [String] {
        var health = Health.sample()
        change(&health)
        #expect(health.isReady == health.reasons.isEmpty)
        return health.reasons
    }

    @Test func `a daemon that reads, judges, commits and publishes is ready, small troubles or not`() {
        #expect(reasons { _ in } == [])
    }

    @Test func `before and after it works it is not ready, and says how far it is`() {
        #expect(reasons { $0.phase = .starting } == ["starting: the journal has not been read yet"])
        #expect(reasons { $0.phase = .recovering(block: 10, of: 20) } == ["recovering: block 10 of 20"])
        #expect(reasons { $0.phase = .stopping } == ["stopping"])
    }

    @Test func `a connection that is gone is told with its reason`() {
        #expect(reasons { $0.intake = .init(reason: "Refused.") } == ["intake: not connected to the broker: Refused."])
        #expect(reasons { $0.publisher = .init() } == ["outbox: not connected to the broker"])
        #expect(
            reasons { $0.feeds["readings"] = .down }
                == ["feed readings: not subscribed; look at the daemon's log for the broker's reason"]
        )
        // One reason for one cause.
        #expect(
            reasons {
                $0.intake = .init(reason: "Refused.")
                $0.feeds["readings"] = .down
            }.count == 1
        )
    }

    @Test func `a part that cannot make things durable is told by its trouble, or by standing still`() {
        let trouble = Health.Trouble(part: "journal", reason: "The disk is full.", preventsReadiness: true)
        #expect(reasons { $0.troubles.append(trouble) } == ["journal: The disk is full."])
        #expect(reasons { $0.journalStill = .seconds(10) } == [])
        #expect(reasons { $0.journalStill = .seconds(12) } == ["journal: nothing was made durable for 12 s"])
        #expect(reasons { $0.commitStill = .seconds(12) } == ["store: nothing was committed for 12 s"])
        #expect(
            reasons {
                $0.troubles.append(trouble)
                $0.journalStill = .seconds(12)
            } == ["journal: The disk is full."]
        )
    }

    @Test func `a daemon far behind its journal is catching up`() {
        #expect(reasons { $0.positions.journalled = 101_150 } == [])
        #expect(
            reasons { $0.positions.journalled = 101_151 } == ["catching up: 100001 blocks of the journal wait"]
        )
    }

    @Test func `a process is stuck when a thread, or the look at it, stands still`() {
        var health = Health.sample()
        #expect(health.stuck(at: health.taken + .seconds(30)) == [])
        #expect(health.stuck(at: health.taken + .seconds(31)) == ["health: nothing was looked at for 31 s"])
        health.still["engine"] = .seconds(45)
        #expect(health.stuck(at: health.taken) == ["engine: the thread has not moved for 45 s"])
    }
}
