import Foundation
import GanzhiTestSupport
import Testing

extension ChildProcess {
    /// The port that a daemon serves its health at, as its log tells.
    func healthPort() throws -> Int {
        try eventually("the port in the log: \(errors.suffix(2000))") {
            errors.firstMatch(of: #/metrics and health are served listen=\S*:(\d+)/#).flatMap { Int($0.output.1) }
        }
    }
}

extension ProgramTests {
    @Test(.needsBroker) func `readiness and status topic follow the broker and tell the same reasons`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        city.broker.stop()
        let daemon = try city.launch()
        let port = try daemon.healthPort()
        func reasons() throws -> [String] {
            let answer = try HTTPAnswer("/readyz", port: port)
            #expect(answer.status == (answer.object["ready"] as? Bool == true ? 200 : 503))
            return answer.object["reasons"] as? [String] ?? []
        }
        try eventually("the loss of intake and publisher, not \(try reasons())") {
            let reasons = try reasons()
            return reasons.contains { $0.hasPrefix("intake: not connected to the broker: ") }
                && reasons.contains { $0.hasPrefix("outbox: not connected to the broker: ") }
        }
        // A broker that is away is no reason to restart the daemon.
        #expect(try HTTPAnswer("/healthz", port: port).status == 200)
        try city.broker.start()
        try eventually("readiness, not \(try reasons())") { try HTTPAnswer("/readyz", port: port).status == 200 }
        let watcher = try MosquittoClients.subscribe("ganzhi/v1/status/n1", port: city.broker.port)
        try eventually("the ready status, not \(watcher.lines)") {
            watcher.lines.last == #"{"city":"330100","node":"n1","state":"online","ready":true}"#
        }
        // Nothing more is said while nothing changes, however often the daemon looks at itself.
        func looked() throws -> Double {
            let page = try HTTPAnswer("/metrics", port: port).body
            return page.firstMatch(of: #/\nganzhi_health_time_seconds (\S+)/#).flatMap { Double($0.output.1) } ?? 0
        }
        let (said, since) = (watcher.lines, try looked())
        try eventually("three further looks") { try looked() > since + 2.5 }
        #expect(watcher.lines == said)
        #expect(daemon.errors.contains(" ready"))
        try city.stop(daemon)
        try eventually("the offline status, not \(watcher.lines)") {
            watcher.lines.last == #"{"city":"330100","node":"n1","state":"offline"}"#
        }
    }

    @Test(.needsBroker, .enabled(if: MetricsReader.isInstalled, Comment(rawValue: MetricsReader.absence)))
    func `metrics, ledger and readiness speak of one health`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        let port = try daemon.healthPort()
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 10))
        try MosquittoClients.publish(["nonsense"], to: "ganzhi/v1/readings/330106/x", port: city.broker.port)
        func page() throws -> MetricsReader {
            try MetricsReader(try HTTPAnswer("/metrics", port: port).body, isOpenMetrics: false)
        }
        let books = try city.waitForBooks(messages: 11)
        #expect(books.isBalanced)
        let metrics = try eventually("the same books in the metrics") {
            let page = try page()
            let ledger = "ganzhi_ledger_total"
            let column = ["feed": "readings", "column": "messages.received"]
            return page.value(ledger, column) == 11
                && page.value("ganzhi_outbox_pending") == 0 && page.value("ganzhi_ready") == 1 ? page : nil
        }
        func total(_ column: String, _ reason: String? = nil) -> Int? {
            var labels = ["feed": "readings", "column": column]
            if let reason { labels["reason"] = reason }
            return metrics.value("ganzhi_ledger_total", labels).map { Int($0) }
        }
        for (name, count) in books.messages where name != "pending" && name != "off" && name != "rejected" {
            #expect(total("messages.\(name)") == count, "\(name)")
        }
        for (name, count) in books.readings where name != "off" {
            #expect(total("readings.\(name)") == count, "\(name)")
        }
        for (key, count) in books.reasons {
            let parts = key.split(separator: " ").map(String.init)
            #expect(total(parts[0], parts[1]) == count)
        }
        #expect(metrics.value("ganzhi_messages_pending", ["feed": "readings"]) == 0)
        #expect(metrics.value("ganzhi_warnings_standing", ["level": "yellow"]) == 1)
        #expect(metrics.value("ganzhi_series") == 1)
        let serial = try #require(try city.events().last?.serial)
        #expect(metrics.value("ganzhi_events_total") == Double(serial))
        // Every event was handed out and acknowledged: the warning under two topics.
        let handedOut = try #require(metrics.value("ganzhi_outbox_handed_out_total"))
        #expect(handedOut >= 2 && metrics.value("ganzhi_outbox_completed_total") == handedOut)
        #expect(metrics.value("ganzhi_event_delay_seconds_count") == metrics.value("ganzhi_events_total"))
        #expect(metrics.value("ganzhi_publish_delay_seconds_count") == handedOut)
        // An event's first commit needs one in the journal.
        let commits = try #require(metrics.value("ganzhi_journal_commit_seconds_count"))
        #expect(commits > 0 && metrics.value("ganzhi_store_commit_seconds_count") ?? 0 > 0)
        #expect(metrics.value("ganzhi_resident_memory_bytes") ?? 0 > 1e6)
        #expect(metrics.value("ganzhi_disk_free_bytes") ?? 0 <= metrics.value("ganzhi_disk_size_bytes") ?? 0)
        // Ticks move both ends of the queue, without any message.
        let journalled = try #require(metrics.value("ganzhi_journal_blocks_total"))
        try eventually("further blocks in journal, engine and store") {
            let page = try page()
            return ["journal", "engine", "store"].allSatisfy {
                page.value("ganzhi_\($0)_blocks_total") ?? 0 > journalled
            }
        }
        // The books of a daemon that was started again go on.
        try city.stop(daemon)
        let next = try city.start()
        let nextPort = try next.healthPort()
        try eventually("the books after a restart") {
            let page = try MetricsReader(try HTTPAnswer("/metrics", port: nextPort).body, isOpenMetrics: false)
            return page.value("ganzhi_ledger_total", ["feed": "readings", "column": "messages.received"]) == 11
        }
        #expect(try city.ledger()?.messages == books.messages)
        try city.stop(next)
        // Without a daemon they are the store's.
        #expect(try city.ledger()?.messages == books.messages)
    }

    @Test(.needsBroker) func `a taken port, or none, keeps no daemon from its work`() throws {
        let (descriptor, port) = try Mosquitto.listen()
        defer { close(descriptor) }
        let taken = try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue,
            http: #"{listen: "127.0.0.1:\#(port)"}"#
        )
        let none = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue, http: "off")
        for city in [taken, none] {
            let daemon = try city.start()
            try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
            try city.waitForEvent("warning.raised")
            let isSaid = daemon.errors.contains("metrics and health are not served")
            #expect(isSaid == (city === taken))
            try city.stop(daemon)
        }
    }

    private static let prometheus = ChildProcess.find("prometheus")

    @Test(
        .needsBroker,
        .enabled(if: prometheus != nil, "prometheus is not installed (apt install prometheus)")
    )
    func `a real Prometheus scrapes the daemon`() throws {
        let prometheus = try #require(Self.prometheus)
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        let port = try daemon.healthPort()
        let rules = SharedData.checkout.appending(path: "deploy/prometheus/ganzhi.rules.yml").path
        let config = try city.folder.write(
            """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ["\(rules)"]
            scrape_configs:
              - job_name: ganzhi
                static_configs: [{targets: ["127.0.0.1:\(port)"]}]

            """,
            to: "prometheus.yml"
        )
        let (descriptor, free) = try Mosquitto.listen()
        close(descriptor)
        let server = try ChildProcess(
            prometheus,
            [
                "--config.file=\(config.path)", "--web.listen-address=127.0.0.1:\(free)",
                "--storage.tsdb.path=\(city.path("tsdb"))",
            ]
        )
        defer {
            server.send(SIGTERM)
            _ = try? server.wait()
        }
        func query(_ expression: String) throws -> String {
            guard let answer = try? HTTPAnswer("/api/v1/query?query=\(expression)", port: free) else { return "" }
            return answer.body
        }
        try eventually("a scrape: \(server.errors.suffix(1000)) \(try query("up"))") {
            try query("ganzhi_ready").contains(#","1"]}"#) && query("up").contains(#","1"]}"#)
        }
        #expect(try query("count(scrape_samples_scraped%20>%2050)").contains(#","1"]}"#))
        // It asks for OpenMetrics, and keeps help and unit.
        let metadata = try HTTPAnswer("/api/v1/targets/metadata?metric=ganzhi_journal_commit_seconds", port: free)
        #expect(metadata.body.contains(#""unit":"seconds""#))
        try city.stop(daemon)
    }
}
