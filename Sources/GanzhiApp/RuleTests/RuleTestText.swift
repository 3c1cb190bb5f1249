import Foundation
import GanzhiCatalogue
import GanzhiConfig
import GanzhiModel
import GanzhiPipeline
import GanzhiWindow
import GanzhiStore

/// How the outcome of a rule test is shown to people.
struct RuleTestText {
    private let outcome: RuleTestOutcome
    private let zone: TimeZone

    /// Values of a series that are shown on each side of what went wrong.
    private static let valuesShown = (before: 8, after: 3)

    init(_ outcome: RuleTestOutcome) {
        self.outcome = outcome
        zone = TimeZone(identifier: outcome.generation.calendar.zone) ?? .gmt
    }

    /// One line for a test that passed; what differs, and the values around, for one that failed.
    var lines: [String] {
        let name = TerminalText.safe(outcome.test.name)
        guard !outcome.hasPassed else { return ["ok      \(outcome.path): \(name)"] }
        var lines = ["FAILED  \(outcome.path):\(outcome.test.line): \(name)"]
        for refusal in outcome.refusals { lines.append("  refused a value: \(TerminalText.safe(refusal))") }
        for comparison in outcome.comparisons where !comparison.agrees {
            lines.append("  \(TerminalText.safe("\(comparison.place.scenario) at \(comparison.place.key)")):")
            lines += TerminalText.table(comparison.entries.map(row)).map { "    " + $0 }
            lines += values(around: comparison).map { "    " + $0 }
        }
        return lines
    }

    private func row(_ entry: RuleTestComparison.Entry) -> [String] {
        switch entry {
        case .agreed(let event): ["as expected"] + cells(event)
        case .unexpected(let event): ["came"] + cells(event)
        case .missing(let expectation):
            ["expected"] + times(expectation.instant) + [what(expectation) + " (line \(expectation.line))"]
        }
    }

    private func cells(_ event: WarningContent) -> [String] {
        let change = event.data.previous == event.data.level ? "" : " (from \(event.data.previous))"
        let level = event.data.level == "none" ? "" : " \(event.data.level)"
        let evidence = (event.data.evidence ?? []).map { evidence in
            ", \(evidence.measure) \(Figure.precise(evidence.value))\(evidence.unit.map { " " + $0 } ?? "")"
        }
        return times(event.data.instant) + [
            TerminalText.safe(
                "\(event.kind)\(level)\(change)\(event.data.reason.map { ", reason \($0)" } ?? "")\(evidence.joined())"
            )
        ]
    }

    private func what(_ expectation: WarningExpectation) -> String {
        let level = expectation.level.map { $0 == "none" ? "" : " \($0)" } ?? ""
        let previous = expectation.previous.map { " (from \($0))" } ?? ""
        let reason = expectation.reason.map { ", reason \($0)" } ?? ""
        let evidence = expectation.evidence.sorted { $0.key < $1.key }
            .map { ", \($0.key) \(Figure.precise($0.value))" }.joined()
        return TerminalText.safe("\(expectation.kind.rawValue)\(level)\(previous)\(reason)\(evidence)")
    }

    /// Time since the start, and on the clocks of the city.
    private func times(_ time: Timestamp) -> [String] {
        [Elapsed.text(time - outcome.test.start), LocalTime.text(time, in: zone)]
    }

    // MARK: Values

    /// The values of the key's series around the first difference.
    private func values(around comparison: RuleTestComparison) -> [String] {
        let times = comparison.entries.compactMap { entry -> Timestamp? in
            switch entry {
            case .agreed: nil
            case .missing(let expectation): expectation.instant
            case .unexpected(let event): event.data.instant
            }
        }
        guard let first = times.min() else { return [] }
        return series(of: comparison.place).map { series in
            let middle = series.values.firstIndex { $0.time >= first } ?? series.values.count
            let start = max(0, middle - Self.valuesShown.before)
            let end = min(series.values.count, middle + Self.valuesShown.after)
            var shown = series.values[start..<end].map { value in
                "\(Elapsed.text(value.time - outcome.test.start)) \(EventText.number(value.number))\(value.unit)"
            }
            if start > 0 { shown.insert("…", at: 0) }
            if end < series.values.count { shown.append("…") }
            return TerminalText.safe("\(series.device)/\(series.metric): \(shown.joined(separator: ", "))")
        }
    }

    private func series(of place: RuleTestComparison.Place) -> [RuleTest.Series] {
        let versions = outcome.generation.scenarios.filter { $0.id == place.scenario }
        return outcome.test.series.filter { series in
            versions.contains {
                $0.watch.key(ofDevice: series.device, in: outcome.generation.catalogue) == place.key
            }
        }
    }
}
