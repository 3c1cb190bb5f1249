import GanzhiModel

/// Decides what a service manager is told, and when; a value that knows no clock.
///
/// Ready is a daemon that has recovered, whether or not its broker is there: a broker that is away is no reason to be
/// restarted. The watchdog is fed when both working threads have turned since it was fed last, so a daemon in which one of
/// them hangs is restarted.
///
/// - Source: sd_notify(3); the times are microseconds of CLOCK_MONOTONIC.
struct ServiceReport: Sendable {
    /// The broker's address, for the status.
    let broker: String
    /// Longest time between two feedings of the watchdog; `nil` without one.
    let watchdog: Int64?

    private var isReady = false
    private var isReloading = false
    private var status = ""
    private var statusTime = Int64.min / 2
    private var feedTime = Int64.min / 2
    private var fed: (intake: UInt64, engine: UInt64) = (0, 0)
    private var extensionTime = Int64.min / 2

    /// Shortest time between two lines of status.
    private static let statusPause: Int64 = 1_000_000
    /// How often a recovery that gets on asks for time, and for how much.
    private static let extensionPause: Int64 = 5_000_000
    private static let extensionLength: Int64 = 60_000_000

    init(broker: String, watchdog: Int64?) {
        self.broker = broker
        self.watchdog = watchdog
    }

    /// What is to be told now.
    mutating func turn(
        _ phase: Health.Phase,
        _ connection: Health.Connection,
        turns: (intake: UInt64, engine: UInt64),
        at now: Int64
    ) -> [String] {
        var lines: [String] = []
        if phase == .running, !isReady {
            isReady = true
            lines.append("READY=1")
        }
        let words = words(for: phase, connection)
        if words != status, now - statusTime >= Self.statusPause || lines.contains("READY=1") {
            (status, statusTime) = (words, now)
            lines.append("STATUS=\(words)")
        }
        if isReady {
            if let watchdog, now - feedTime >= watchdog / 2, turns.intake > fed.intake, turns.engine > fed.engine {
                (feedTime, fed) = (now, turns)
                lines.append("WATCHDOG=1")
            }
        } else if now - extensionTime >= Self.extensionPause, turns.engine > fed.engine {
            (extensionTime, fed.engine) = (now, turns.engine)
            lines.append("EXTEND_TIMEOUT_USEC=\(Self.extensionLength)")
        }
        return lines
    }

    /// A reload begins.
    mutating func beginReload(at now: Int64) -> [String] {
        guard isReady else { return [] }
        isReloading = true
        return ["RELOADING=1", "MONOTONIC_USEC=\(now)"]
    }

    /// A reload is over.
    mutating func endReload() -> [String] {
        guard isReloading else { return [] }
        isReloading = false
        return ["READY=1"]
    }

    /// The daemon ends.
    func stopping() -> [String] { ["STOPPING=1", "STATUS=stopping"] }

    private func words(for phase: Health.Phase, _ connection: Health.Connection) -> String {
        switch phase {
        case .starting: "starting"
        case .recovering(let block, let last): "recovering: block \(block) of \(last)"
        case .running where isReloading: "reloading"
        case .running where connection.isUp: "connected to \(broker)"
        case .running:
            "waiting for the broker: \(connection.reason.isEmpty ? "not connected yet" : connection.reason)"
        case .stopping: "stopping"
        }
    }
}
