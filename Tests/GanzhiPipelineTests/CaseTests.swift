import GanzhiCatalogue
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWindow
import Testing

/// The sentences of `Tests/Cases`, held against the reference and against the engine.
struct CaseTests {
    @Test func `every case of the tables comes out as written, in the reference and in the engine`() throws {
        let cases = try CaseFile.all()
        #expect(cases.count >= 120)
        for sentence in cases {
            if sentence.isRefused {
                #expect(throws: (any Error).self, "\(sentence.name)") {
                    try ReferenceOutcome.ofEngine(sentence.lines, through: sentence.generation)
                }
                continue
            }
            Self.compare(sentence, with: Reference.replay(sentence.lines, through: sentence.generation), "reference")
            do {
                for cut in [1, 2, 1000] {
                    var outcome = try ReferenceOutcome.ofEngine(
                        sentence.lines,
                        through: sentence.generation,
                        flushingEvery: cut
                    )
                    outcome.windows.removeAll { !sentence.hasWindows(of: $0.scenario) }
                    Self.compare(sentence, with: outcome, "engine, flushing every \(cut)")
                    let expected = Reference.replay(sentence.lines, through: sentence.generation)
                    if let difference = expected.difference(to: outcome) {
                        Issue.record("\(sentence.name)\nreference and engine: \(difference)")
                    }
                }
            } catch {
                Issue.record("\(sentence.name)\nengine: \(error)")
            }
        }
    }

    private static func compare(_ sentence: CaseFile.Case, with outcome: ReferenceOutcome, _ name: String) {
        var faults: [String] = []
        for index in 0..<max(sentence.windows.count, outcome.windows.count) {
            let expected = index < sentence.windows.count ? sentence.windows[index] : nil
            let actual = index < outcome.windows.count ? outcome.windows[index] : nil
            if let expected, let actual, expected.agrees(with: actual) { continue }
            faults.append("window \(index):\n  \(expected?.text ?? "none")\n  \(actual?.text ?? "none")")
        }
        for (column, count) in sentence.ledger.sorted(by: <) where outcome.counts[column, default: 0] != count {
            faults.append("\(column): \(count), not \(outcome.counts[column, default: 0])")
        }
        if let events = sentence.events {
            let expected = events.map { "\($0.instant) \($0.key) \($0.type) \($0.level)" }
            let actual = outcome.transitions.map { "\($0.instant) \($0.key) \($0.type) \($0.level)" }
            if expected != actual { faults.append("events:\n  \(expected)\n  \(actual)") }
        }
        if faults.isEmpty { return }
        Issue.record("\(sentence.name)\nexpected first, \(name) second:\n\(faults.joined(separator: "\n"))")
    }
}

extension CaseFile.Case {
    /// Whether the windows of a scenario are compared: those of groups and of several versions are not.
    func hasWindows(of scenario: String) -> Bool {
        let versions = generation.scenarios.filter { $0.id == scenario }
        return versions.count == 1 && versions[0].watch.isSingle
    }
}

extension CaseFile.ExpectedWindow {
    func agrees(with line: ReferenceOutcome.Window) -> Bool {
        (scenario, key, measure, start, end, revision)
            == (line.scenario, line.key, line.measure, line.start, line.end, line.revision)
            && isNear(line.value, value) && isNear(line.good, good)
            && count.map { $0 == line.count } ?? true && coverage.map { isNear(line.coverage, $0) } ?? true
    }

    /// Quantiles may be 1 % off, and are so in the engine; the mean of directions may come close from both sides of 0.
    private func isNear(_ actual: Double, _ expected: Double) -> Bool {
        let distance = abs(actual - expected)
        return switch function {
        case .quantile: distance <= 0.0101 * abs(expected)
        case .circularMean: min(distance, 360 - distance) <= 1e-7
        default: distance <= max(1e-9 * abs(expected), 1e-12)
        }
    }

    var text: String {
        "\(scenario) \(key) \(measure) \(start)…\(end) = \(value)\(count.map { ", count \($0)" } ?? "")"
            + "\(coverage.map { ", coverage \($0)" } ?? ""), good \(good), revision \(revision)"
    }
}

extension ReferenceOutcome.Window {
    fileprivate var text: String {
        "\(scenario) \(key) \(measure) \(start)…\(end) = \(value), count \(count), coverage \(coverage), good \(good), "
            + "revision \(revision)"
    }
}
