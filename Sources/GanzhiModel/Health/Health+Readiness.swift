extension Health {
    /// How long a thread, or this value itself, may stand still before the daemon is taken for stuck.
    public static let longestStillness = TimeSpan.seconds(30)
    /// How long positions may stand still, although ticks move them once a second, before the daemon is not ready.
    public static let longestPause = TimeSpan.seconds(10)
    /// Blocks that may wait between journal and engine before the daemon is still catching up.
    public static let longestQueue: UInt64 = 100_000

    /// Whether the daemon does what it is for: it reads feeds, judges them in time, commits and publishes.
    public var isReady: Bool { reasons.isEmpty }

    /// Why it is not ready, for people; empty where it is.
    public var reasons: [String] {
        switch phase {
        case .starting: return ["starting: the journal has not been read yet"]
        case .recovering(let block, let total): return ["recovering: block \(block) of \(total)"]
        case .stopping: return ["stopping"]
        case .running: break
        }
        var reasons: [String] = []
        let troubled = Set(troubles.filter(\.preventsReadiness).map(\.part))
        if !intake.isUp, !troubled.contains("intake") {
            reasons.append("intake: " + Self.text(intake))
        }
        for feed in feeds.keys.sorted() where intake.isUp && feeds[feed] == .down {
            reasons.append("feed \(feed): not subscribed; look at the daemon's log for the broker's reason")
        }
        if !publisher.isUp, !troubled.contains("outbox") {
            reasons.append("outbox: " + Self.text(publisher))
        }
        for trouble in troubles where trouble.preventsReadiness {
            reasons.append("\(trouble.part): \(trouble.reason)")
        }
        if journalStill > Self.longestPause, !troubled.contains("journal") {
            reasons.append("journal: nothing was made durable for \(Self.seconds(journalStill)) s")
        }
        if commitStill > Self.longestPause, !troubled.contains("store") {
            reasons.append("store: nothing was committed for \(Self.seconds(commitStill)) s")
        }
        if backlog > Self.longestQueue {
            reasons.append("catching up: \(backlog) blocks of the journal wait")
        }
        return reasons
    }

    private static func text(_ connection: Connection) -> String {
        "not connected to the broker" + (connection.reason.isEmpty ? "" : ": \(connection.reason)")
    }

    private static func seconds(_ span: TimeSpan) -> Int64 { span.microseconds / 1_000_000 }

    /// Durable blocks that windows and ladders have not taken yet.
    public var backlog: UInt64 {
        positions.journalled > positions.processed ? positions.journalled - positions.processed : 0
    }

    /// Why the process makes no progress and should be restarted, as seen at a time; empty where it does.
    ///
    /// A broker or a disk that is away is no reason: a restart does not mend them.
    public func stuck(at time: Timestamp) -> [String] {
        var reasons = still.filter { $0.value > Self.longestStillness }.sorted { $0.key < $1.key }
            .map { "\($0.key): the thread has not moved for \(Self.seconds($0.value)) s" }
        if time - taken > Self.longestStillness {
            reasons.append("health: nothing was looked at for \(Self.seconds(time - taken)) s")
        }
        return reasons
    }
}
