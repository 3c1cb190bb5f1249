import GanzhiModel
import GanzhiTestSupport
import Metrics
import Testing

@testable import GanzhiCockpit

@Suite struct MetricsTests {
    private func shown(_ healths: [Health], _ format: MetricsText.Format) -> String {
        let registry = MetricsRegistry()
        var metrics = HealthMetrics(registry)
        for health in healths { metrics.show(health) }
        return MetricsText.text(of: registry, format)
    }

    @Test(
        .enabled(if: MetricsReader.isInstalled, Comment(rawValue: MetricsReader.absence)),
        arguments: [MetricsText.Format.prometheus, .openMetrics]
    )
    func `Prometheus' own reader finds every metric, with kind, help, unit and labels`(format: MetricsText.Format)
        throws
    {
        let health = Health.sample()
        let page = try MetricsReader(shown([health], format), isOpenMetrics: format == .openMetrics)
        #expect(page.families.map(\.name) == MetricDefinition.all.map(\.name))
        for (family, definition) in zip(page.families, MetricDefinition.all) {
            #expect(family.type == definition.kind.rawValue)
            #expect(family.help == definition.help)
            #expect(family.unit == (format == .openMetrics ? definition.unit ?? "" : ""))
            let known = Set(definition.labels).union(definition.kind == .histogram ? ["le"] : [])
            for sample in family.samples { #expect(Set(sample.labels.keys).isSubset(of: known), "\(sample)") }
        }
        #expect(page.value("ganzhi_ready") == 1)
        #expect(page.value("ganzhi_start_time_seconds") == 1_781_930_000.5)
        #expect(page.value("ganzhi_feed_up", ["feed": "gate \"7\"\\\n"]) == 1)
        #expect(page.value("ganzhi_trouble", ["part": "checkpoint"]) == 1)
        #expect(page.value("ganzhi_trouble", ["part": "journal"]) == 0)
        #expect(page.value("ganzhi_journal_blocks_total") == 1200)
        #expect(page.value("ganzhi_engine_blocks_total") == 1150)
        #expect(page.value("ganzhi_store_blocks_total") == 1100)
        #expect(page.value("ganzhi_processing_lag_seconds") == 1.5)
        #expect(page.value("ganzhi_watermark_lag_seconds") == 10)
        #expect(page.value("ganzhi_outbox_oldest_seconds") == 1.5)
        #expect(page.value("ganzhi_checkpoint_age_seconds") == 30)
        #expect(page.value("ganzhi_resident_memory_bytes") == 67_108_864)
        for (level, count) in ["blue": 2.0, "yellow": 0, "orange": 0, "red": 1] {
            #expect(page.value("ganzhi_warnings_standing", ["level": level]) == count)
        }
        let bucket = "ganzhi_journal_commit_seconds_bucket"
        let expected = ["0.0005": 2.0, "0.001": 2, "0.005": 3, "0.25": 4, "5.0": 4, "10.0": 5, "60.0": 5, "+Inf": 6]
        for (bound, count) in expected { #expect(page.value(bucket, ["le": bound]) == count, "\(bound)") }
        #expect(page.value("ganzhi_journal_commit_seconds_count") == 6)
        #expect(abs((page.value("ganzhi_journal_commit_seconds_sum") ?? 0) - 107.2039) < 1e-9)
        #expect(page.value("ganzhi_publish_delay_seconds_sum") == 0)
    }

    @Test(.enabled(if: MetricsReader.isInstalled, Comment(rawValue: MetricsReader.absence)))
    func `every column of the books is a counter of every feed, and what is pending has been received`() throws {
        let page = try MetricsReader(shown([.sample()], .openMetrics), isOpenMetrics: true)
        func total(_ column: LedgerColumn, _ feed: String = "readings") -> Double? {
            let ledger = page.families.first { $0.name == "ganzhi_ledger" }
            let samples = ledger?.samples.filter {
                $0.labels["feed"] == feed && $0.labels["column"] == column.rawValue
            }
            guard let samples, !samples.isEmpty else { return nil }
            return samples.reduce(0) { $0 + $1.value }
        }
        let expected: [LedgerColumn: Double] = [
            .messagesReceived: 105, .messagesDecoded: 90, .messagesRejected: 10, .readingsDecoded: 400,
            .readingsApplied: 380, .readingsLate: 19,
        ]
        for column in LedgerColumn.allCases {
            #expect(total(column) == expected[column] ?? 0, "\(column.rawValue)")
            #expect(total(column, "gate \"7\"\\\n") == 0)
        }
        let rejected = ["feed": "readings", "column": "messages.rejected", "reason": "syntax"]
        #expect(page.value("ganzhi_ledger_total", rejected) == 7)
        #expect(page.value("ganzhi_messages_pending", ["feed": "readings"]) == 5)
        let imbalance = "ganzhi_ledger_imbalance"
        #expect(page.value(imbalance, ["feed": "readings", "column": "messages.received"]) == 0)
        #expect(page.value(imbalance, ["feed": "readings", "column": "readings.decoded"]) == 1)
    }

    @Test func `totals are totals, however often they are shown, and gauges go when their subject is gone`() {
        var later = Health.sample()
        later.ledger[LedgerKey(feed: "readings", column: .messagesDecoded)] = 95
        later.feeds["gate \"7\"\\\n"] = nil
        later.checkpoint = nil
        let page = shown([.sample(), .sample(), later], .prometheus)
        #expect(page.contains(#"ganzhi_ledger_total{column="messages.decoded",feed="readings"} 95"# + "\n"))
        #expect(page.contains(#"ganzhi_feed_up{feed="readings"} 1.0"# + "\n"))
        #expect(!page.contains("ganzhi_feed_up{feed=\"gate"))
        #expect(!page.contains("ganzhi_checkpoint_age_seconds"))
    }

    @Test func `what libraries report is shown under names that Prometheus allows, up to a limit`() {
        let registry = MetricsRegistry()
        Counter(label: "http.requests_total", dimensions: [("path", "/a")], factory: registry).increment(by: 3)
        Counter(label: "http.requests_total", dimensions: [("path", "/a")], factory: registry).increment(by: 4)
        let timer = Timer(label: "wait", dimensions: [], factory: registry)
        timer.recordMilliseconds(3)
        timer.recordMilliseconds(30)
        // A name is of one kind.
        Gauge(label: "wait", factory: registry).record(1)
        for number in 0..<(MetricsRegistry.mostSamples + 10) {
            Gauge(label: "many", dimensions: [("number", "\(number)")], factory: registry).record(number)
        }
        let lines = MetricsText.text(of: registry, .prometheus).split(separator: "\n")
        #expect(lines.contains(#"http_requests_total{path="/a"} 7"#))
        #expect(lines.contains("wait_count 2") && lines.contains("wait_sum 0.033"))
        #expect(lines.contains(#"wait_bucket{le="0.005"} 1"#))
        #expect(lines.count { $0.hasPrefix("many{") } == MetricsRegistry.mostSamples)
    }
}
