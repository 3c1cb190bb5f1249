import GanzhiModel

extension Health {
    /// A daemon at work, ready, with something in every figure.
    static func sample() -> Health {
        var health = Health(
            taken: Timestamp(milliseconds: 1_781_935_930_000),
            started: Timestamp(milliseconds: 1_781_930_000_500)
        )
        health.phase = .running
        health.still = ["intake": .milliseconds(200), "engine": .milliseconds(20)]
        health.intake = Connection(isUp: true)
        health.publisher = Connection(isUp: true)
        health.feeds = ["readings": .drained, "gate \"7\"\\\n": .up]
        health.positions.journalled = 1200
        health.positions.processed = 1150
        health.positions.committed = 1100
        health.now = Timestamp(milliseconds: 1_781_935_928_500)
        health.newestInstant = Timestamp(milliseconds: 1_781_935_920_000)
        health.series = 41
        health.ledger = [
            LedgerKey(feed: "readings", column: .messagesReceived): 100,
            LedgerKey(feed: "readings", column: .messagesDecoded): 90,
            LedgerKey(feed: "readings", column: .messagesRejected, reason: "syntax"): 7,
            LedgerKey(feed: "readings", column: .messagesRejected, reason: "no-time"): 3,
            LedgerKey(feed: "readings", column: .readingsDecoded): 400,
            LedgerKey(feed: "readings", column: .readingsApplied): 380,
            LedgerKey(feed: "readings", column: .readingsLate): 19,
        ]
        health.pending = ["readings": 5]
        health.lastSerial = 17
        health.standing = [.blue: 2, .red: 1]
        health.outbox.pending = 4
        health.outbox.dropped = 2
        health.outbox.handedOut = 30
        health.outbox.completed = 25
        health.outbox.refused = 1
        health.outbox.oldest = .milliseconds(1500)
        health.checkpoint = Checkpoint(position: 900, taken: Timestamp(milliseconds: 1_781_935_900_000))
        health.residentBytes = 64 << 20
        health.disk = Disk(free: 3 << 30, size: 10 << 30)
        for seconds in [0.0004, 0.0005, 0.003, 0.2, 7, 100] { health.journalCommits.add(seconds: seconds) }
        health.storeCommits.add(seconds: 0.01)
        health.eventDelays.add(seconds: 0.5)
        health.publishDelays.add(seconds: -1)
        health.parts = ["checkpoint", "journal", "store"]
        health.troubles = [Trouble(part: "checkpoint", reason: "No space.", preventsReadiness: false)]
        return health
    }
}
