import GanzhiModel
import Logging

/// Says in the log when the daemon becomes ready and when it no longer is.
struct ReadinessLog {
    private let logger: Logger
    private var wasReady = false

    init(logger: Logger) { self.logger = logger }

    /// Looks at a health.
    mutating func note(_ health: Health) {
        let isReady = health.isReady
        guard isReady != wasReady else { return }
        wasReady = isReady
        if isReady {
            logger.info(
                "ready",
                metadata: [
                    "series": "\(health.series)", "block": "\(health.positions.committed)",
                    "events": "\(health.lastSerial)",
                    "standing": "\(health.standing.values.reduce(0, +))",
                    "memory": "\(MemoryEstimate.text(Int(health.residentBytes)))",
                ]
            )
        } else if health.phase != .stopping {
            logger.warning("not ready", metadata: ["reasons": "\(health.reasons.joined(separator: "; "))"])
        }
    }
}
