import Foundation
import GanzhiConfig
import GanzhiModel

/// The outcome of a rule test as a line of JSON.
struct RuleTestRecord: Encodable {
    /// An event that was expected or that came.
    struct Event: Encodable {
        var at: String
        var instant: Int64
        var scenario: String
        var key: String
        var event: String
        var level: String?
        var previous: String?
        var reason: String?
        var evidence: [String: Double]?
        /// Line of the expectation; `nil` for an event that came.
        var line: Int?
    }

    var file: String
    var line: Int
    var name: String
    var passed: Bool
    /// Events that came as expected.
    var agreed: Int
    /// Events that were expected and did not come.
    var missing: [Event]
    /// Events that came and were not expected.
    var unexpected: [Event]
    /// Values that the engine refused, and why.
    var refused: [String]

    init(_ outcome: RuleTestOutcome) {
        (file, line, name) = (outcome.path, outcome.test.line, outcome.test.name)
        passed = outcome.hasPassed
        refused = outcome.refusals
        (agreed, missing, unexpected) = (0, [], [])
        for entry in outcome.comparisons.flatMap(\.entries) {
            switch entry {
            case .agreed: agreed += 1
            case .missing(let expectation): missing.append(Event(expectation, since: outcome.test.start))
            case .unexpected(let event): unexpected.append(Event(event, since: outcome.test.start))
            }
        }
    }
}

extension RuleTestRecord.Event {
    fileprivate init(_ expectation: WarningExpectation, since start: Timestamp) {
        self.init(
            at: Elapsed.text(expectation.instant - start),
            instant: expectation.instant.milliseconds,
            scenario: expectation.scenario,
            key: expectation.key,
            event: expectation.kind.rawValue,
            level: expectation.level,
            previous: expectation.previous,
            reason: expectation.reason,
            evidence: expectation.evidence.isEmpty ? nil : expectation.evidence,
            line: expectation.line
        )
    }

    fileprivate init(_ event: WarningContent, since start: Timestamp) {
        let evidence = (event.data.evidence ?? []).map { ($0.measure, $0.value) }
        self.init(
            at: Elapsed.text(event.data.instant - start),
            instant: event.data.instant.milliseconds,
            scenario: event.data.scenario,
            key: event.data.key,
            event: event.kind,
            level: event.data.level,
            previous: event.data.previous,
            reason: event.data.reason,
            evidence: evidence.isEmpty ? nil : Dictionary(evidence) { first, _ in first },
            line: nil
        )
    }
}
