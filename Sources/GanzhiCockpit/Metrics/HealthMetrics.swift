import Metrics
public import GanzhiModel

/// Shows the daemon's health as metrics, through swift-metrics.
public struct HealthMetrics {
    private let registry: MetricsRegistry
    /// What identifies a sample.
    private struct Key: Hashable {
        var name: String
        var labels: [String]
    }
    private var counters: [Key: (counter: Counter, total: Int64)] = [:]
    private var gauges: [Key: (gauge: Gauge, round: Int)] = [:]
    private var round = 0

    /// Creates what fills a registry.
    public init(_ registry: MetricsRegistry = .ofProcess) { self.registry = registry }

    /// Brings the metrics up to date.
    ///
    /// - Complexity: O(samples).
    public mutating func show(_ health: Health) {
        round += 1
        showState(health)
        showBooks(health)
        showProgress(health)
        showEvents(health)
        showMeans(health)
        for (key, entry) in gauges where entry.round != round {
            entry.gauge.destroy()
            gauges[key] = nil
        }
    }

    private mutating func showState(_ health: Health) {
        set(.ready, health.isReady ? 1 : 0)
        set(.startTime, Self.unix(health.started))
        set(.healthTime, Self.unix(health.taken))
        var remaining: UInt64 = 0
        if case .recovering(let block, let total) = health.phase, total > block { remaining = total - block }
        set(.recoveryBlocks, Double(remaining))
        let troubled = Set(health.troubles.map(\.part))
        for part in health.parts { set(.trouble, at: [part], troubled.contains(part) ? 1 : 0) }
        set(.connected, at: ["intake"], health.intake.isUp ? 1 : 0)
        set(.connected, at: ["outbox"], health.publisher.isUp ? 1 : 0)
        for (feed, state) in health.feeds { set(.feedUp, at: [feed], state == .down ? 0 : 1) }
    }

    private mutating func showBooks(_ health: Health) {
        let feeds = Set(health.ledger.keys.map(\.feed)).union(health.pending.keys).union(health.feeds.keys)
        for feed in feeds {
            let pending = health.pending[feed] ?? 0
            set(.pending, at: [feed], Double(pending))
            for column in LedgerColumn.allCases {
                let reasonless = health.ledger[LedgerKey(feed: feed, column: column)] ?? 0
                let total = reasonless + (column == .messagesReceived ? pending : 0)
                count(.ledger, at: [feed, column.rawValue, ""], total)
            }
            for (column, amount) in health.imbalance(of: feed) {
                set(.imbalance, at: [feed, column.rawValue], Double(amount))
            }
        }
        for (key, total) in health.ledger where !key.reason.isEmpty {
            count(.ledger, at: [key.feed, key.column.rawValue, key.reason], total)
        }
    }

    private mutating func showProgress(_ health: Health) {
        count(.journalled, Int64(clamping: health.positions.journalled))
        count(.processed, Int64(clamping: health.positions.processed))
        count(.committed, Int64(clamping: health.positions.committed))
        histogram(.journalCommits, health.journalCommits)
        histogram(.storeCommits, health.storeCommits)
        let waits = health.backlog > 0 ? health.now.map { health.taken - $0 } : nil
        set(.lag, max(0, Self.seconds(waits ?? .zero)))
        if let instant = health.newestInstant { set(.watermarkLag, Self.seconds(health.taken - instant)) }
        set(.series, Double(health.series))
    }

    private mutating func showEvents(_ health: Health) {
        count(.events, Int64(clamping: health.lastSerial))
        for level in Level.allCases { set(.standing, at: [level.name], Double(health.standing[level] ?? 0)) }
        histogram(.eventDelays, health.eventDelays)
        histogram(.publishDelays, health.publishDelays)
        count(.handedOut, health.outbox.handedOut)
        count(.completed, health.outbox.completed)
        count(.refused, health.outbox.refused)
        count(.dropped, health.outbox.dropped)
        set(.waiting, Double(health.outbox.pending))
        set(.oldest, Self.seconds(health.outbox.oldest))
    }

    private mutating func showMeans(_ health: Health) {
        if let checkpoint = health.checkpoint {
            set(.checkpointAge, Self.seconds(health.taken - checkpoint.taken))
            set(.checkpointBlock, Double(checkpoint.position))
        }
        set(.resident, Double(health.residentBytes))
        if let disk = health.disk {
            set(.diskFree, Double(disk.free))
            set(.diskSize, Double(disk.size))
        }
    }

    private static func seconds(_ span: TimeSpan) -> Double { Double(span.microseconds) / 1e6 }

    private static func unix(_ time: Timestamp) -> Double { Double(time.microseconds) / 1e6 }

    // MARK: Samples

    private mutating func set(_ metric: MetricDefinition, at labels: [String] = [], _ value: Double) {
        let key = Key(name: metric.name, labels: labels)
        let gauge =
            gauges[key]?.gauge
            ?? Gauge(label: metric.name, dimensions: Array(zip(metric.labels, labels)), factory: registry)
        gauge.record(value)
        gauges[key] = (gauge, round)
    }

    /// Counters of swift-metrics take what was added since, and these are known by their totals.
    private mutating func count(_ metric: MetricDefinition, at labels: [String] = [], _ total: Int64) {
        let key = Key(name: metric.name, labels: labels)
        var entry =
            counters[key]
            ?? (Counter(label: metric.name, dimensions: Array(zip(metric.labels, labels)), factory: registry), 0)
        if total > entry.total {
            entry.counter.increment(by: total - entry.total)
            entry.total = total
        }
        counters[key] = entry
    }

    private func histogram(_ metric: MetricDefinition, _ counts: DurationCounts) {
        registry.histogram(metric.name, []).replace(by: counts)
    }
}
