import Foundation
import GanzhiTestSupport
import Testing

@testable import GanzhiCockpit

/// The files that name metrics name those that exist, and all of them.
@Suite struct DocumentationTests {
    private func text(_ path: String) throws -> String {
        try String(contentsOf: SharedData.checkout.appending(path: path), encoding: .utf8)
    }

    private let samples = Set(
        MetricDefinition.all.flatMap { metric in
            metric.kind == .histogram
                ? ["_bucket", "_sum", "_count"].map { metric.name + $0 } : [metric.sampleName]
        }
    )

    private func metrics(in text: String) -> Set<String> {
        Set(text.matches(of: #/\bganzhi_[a-z_]+/#).map { String($0.output) })
    }

    @Test func `the table of metrics is the code's`() throws {
        let page = try text("Sources/GanzhiCockpit/GanzhiCockpit.docc/GanzhiCockpit.md")
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `ganzhi_") }.map(String.init)
        let expected = MetricDefinition.all.map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: " ")
            return
                "| `\(metric.sampleName)` | \(metric.kind.rawValue) | \(labels.isEmpty ? "-" : labels) | \(metric.help) |"
        }
        #expect(rows == expected)
    }

    @Test func `names say unit and kind as Prometheus wants them`() {
        for metric in MetricDefinition.all {
            #expect(metric.name.wholeMatch(of: #/ganzhi_[a-z]+(_[a-z]+)*/#) != nil, "\(metric.name)")
            #expect(!metric.name.hasSuffix("_total") && metric.help.hasSuffix("."), "\(metric.name)")
            if metric.kind == .histogram { #expect(metric.name.hasSuffix("_seconds"), "\(metric.name)") }
            let allowed: Set = ["feed", "column", "reason", "level", "part"]
            #expect(Set(metric.labels).isSubset(of: allowed), "\(metric.name)")
        }
        #expect(Set(MetricDefinition.all.map(\.name)).count == MetricDefinition.all.count)
    }

    @Test func `the dashboard asks for metrics that exist, and for every one of them`() throws {
        let dashboard = try text("deploy/grafana/ganzhi.json")
        let object = try JSONSerialization.jsonObject(with: Data(dashboard.utf8)) as? [String: Any]
        let panels = try #require(object?["panels"] as? [[String: Any]])
        let queries = panels.flatMap { ($0["targets"] as? [[String: Any]] ?? []).compactMap { $0["expr"] as? String } }
        let asked = queries.reduce(into: Set<String>()) { $0.formUnion(metrics(in: $1)) }
        #expect(asked.subtracting(samples) == [])
        for metric in MetricDefinition.all {
            #expect(asked.contains { $0.hasPrefix(metric.name) }, "no panel shows \(metric.name)")
        }
    }

    @Test(arguments: ["ganzhi.rules.yml", "ganzhi.rules.test.yml"])
    func `alerts look at metrics that exist`(file: String) throws {
        let text = try text("deploy/prometheus/\(file)")
        #expect(metrics(in: text).subtracting(samples) == [])
    }

    private static let promtool = ChildProcess.find("promtool")
    private static let absence = "promtool is not installed (apt install prometheus)"

    @Test(.enabled(if: promtool != nil, Comment(rawValue: absence)))
    func `promtool finds no fault with config, alerts and what the alerts do`() throws {
        let promtool = try #require(Self.promtool)
        let folder = SharedData.checkout.appending(path: "deploy/prometheus").path
        for arguments in [
            ["check", "config", folder + "/prometheus.yml"],
            ["check", "rules", "--lint-fatal", folder + "/ganzhi.rules.yml"],
            ["test", "rules", folder + "/ganzhi.rules.test.yml"],
        ] {
            let result = try ChildProcess.run(promtool, arguments)
            #expect(result.status == 0, "\(result.text) \(result.errors)")
        }
    }

    @Test(.enabled(if: promtool != nil, Comment(rawValue: absence)))
    func `promtool finds no fault with a page of metrics`() throws {
        let registry = MetricsRegistry()
        var metrics = HealthMetrics(registry)
        metrics.show(.sample())
        let folder = try TemporaryFolder()
        let page = try folder.write(MetricsText.text(of: registry, .prometheus), to: "page")
        let result = try ChildProcess.run(try #require(Self.promtool), ["check", "metrics"], input: page)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    }

    @Test func `every alert says in two languages what is seen and what to do, and is tested both ways`() throws {
        let rules = try text("deploy/prometheus/ganzhi.rules.yml")
        let tests = try text("deploy/prometheus/ganzhi.rules.test.yml")
        let alerts = rules.matches(of: #/- alert: (\w+)/#).map { String($0.output.1) }
        #expect(alerts.count > 10)
        for key in ["labels: {severity:", "summary:", "summary_zh:", "action:", "action_zh:"] {
            #expect(rules.components(separatedBy: key).count - 1 == alerts.count, "\(key)")
        }
        for alert in alerts {
            #expect(tests.contains("alertname: \(alert)}"), "\(alert) is not shown to stay silent")
            #expect(tests.contains("alertname=\"\(alert)\""), "\(alert) is not shown to fire")
        }
    }
}
