import GanzhiModel
import GanzhiPipeline
public import GanzhiWarnings
import GanzhiWindow

/// The automaton of one scenario at one key, as the design's numbered sentences say it.
struct ReferenceLadder {
    /// When a condition was true.
    private struct Run {
        var start: Int64
        var lastTrue: Int64
    }

    /// A change of level.
    struct Change {
        var type: String
        var level: String
        var previous: String
        var evidence: [Reference.Watch.Result]
        var conditions: [String: String]
    }

    private let measures: [String]
    private let ladder: Ladder
    private let when: [Condition]
    private let until: [Condition]
    private let clear: Condition
    /// Whether any threshold has a unit.
    private let namesUnits: Bool
    private var whenRuns: [Run?]
    private var untilRuns: [Run?]
    private var clearRun: Run?
    /// The rung that stands, from 0.
    private var current: Int?
    /// Level and previous level of the last event.
    private(set) var lastEvent = (level: "none", previous: "none")
    /// Sequence of the last event within its episode.
    private(set) var sequence = 0
    /// Running time at which the last known evaluation was decided.
    private var lastKnown: Int64 = .min
    private var isStale = false

    init(_ scenario: Scenario) {
        measures = scenario.measures.map(\.name)
        ladder = scenario.ladder
        when = ladder.rungs.map(\.when)
        until = ladder.rungs.map { $0.until ?? .not($0.when) }
        let anyWhen = ladder.rungs.dropFirst().reduce(ladder.rungs[0].when) { .or($0, $1.when) }
        clear = ladder.clear ?? .not(anyWhen)
        let operands = (when + until + [clear]).flatMap(\.comparisons).flatMap { [$0.left, $0.right] }
        namesUnits = operands.contains { if case .number(_, let unit) = $0 { !unit.isEmpty } else { false } }
        whenRuns = when.map { _ in nil }
        untilRuns = when.map { _ in nil }
    }

    mutating func evaluate(
        at instant: Int64,
        now: Int64,
        isFresh: Bool,
        results: [Reference.Watch.Result?],
        unit: String?
    ) -> Change? {
        let isBound = unit != nil || !namesUnits
        func truth(_ condition: Condition) -> Bool? {
            guard isFresh, isBound else { return nil }
            return kleene(condition, unit: unit) { name in
                guard let result = results[measures.firstIndex(of: name)!] else { return nil }
                return result.coverage < ladder.minimumCoverage ? nil : result.value
            }
        }
        let whenTruths = when.map(truth)
        let untilTruths = until.map(truth)
        let clearTruth = truth(clear)
        if (whenTruths + untilTruths + [clearTruth]).contains(where: { $0 != nil }) {
            lastKnown = now
            isStale = false
        }

        let holding = when.indices.filter {
            holds(&whenRuns[$0], whenTruths[$0], at: instant, for: ladder.rungs[$0].hold)
        }
        let untilHolds = until.indices.map {
            holds(&untilRuns[$0], untilTruths[$0], at: instant, for: ladder.clearHold)
        }
        let clearHolds = holds(&clearRun, clearTruth, at: instant, for: ladder.clearHold)

        func change(_ type: String, to rung: Int?, deciding: [Condition]) -> Change {
            let previous = current.map { ladder.rungs[$0].level.name } ?? "none"
            let level = rung.map { ladder.rungs[$0].level.name } ?? "none"
            let conditions = zip(ladder.rungs, whenTruths).map { rung, truth in
                (rung.level.name, truth.map { $0 ? "true" : "false" } ?? "unknown")
            }
            return Change(
                type: type,
                level: level,
                previous: previous,
                evidence: evidence(for: deciding, in: results, unit: unit),
                conditions: Dictionary(uniqueKeysWithValues: conditions)
            )
        }

        var result: Change?
        if let highest = holding.last, highest > current ?? -1 {
            result = change(current == nil ? "raised" : "escalated", to: highest, deciding: [when[highest]])
            if current == nil { sequence = 0 }
            current = highest
            clearRun = nil
            untilRuns = until.map { _ in nil }
        } else if let standing = current {
            if holding.isEmpty, clearHolds {
                result = change("cleared", to: nil, deciding: ladder.clear.map { [$0] } ?? when)
                current = nil
            } else if standing > 0, !holding.contains(where: { $0 >= standing }), untilHolds[standing] {
                let deciding = ladder.rungs[standing].until ?? when[standing]
                result = change("eased", to: standing - 1, deciding: [deciding])
                current = standing - 1
                untilRuns = until.map { _ in nil }
            }
        }
        if let result {
            lastEvent = (result.level, result.previous)
            sequence += 1
        }
        return result
    }

    /// Takes an evaluation into a run and says whether the condition now holds for a time.
    private func holds(_ run: inout Run?, _ truth: Bool?, at instant: Int64, for hold: TimeSpan) -> Bool {
        if let begun = run, instant - begun.lastTrue > ladder.silence.microseconds { run = nil }
        if truth == false { run = nil }
        guard truth == true else { return false }
        run = Run(start: run?.start ?? instant, lastTrue: instant)
        return instant - run!.start >= hold.microseconds
    }

    /// Marks a standing warning stale, once, and says whether it did.
    mutating func goesStale(now: Int64) -> Bool {
        guard current != nil, !isStale, now - lastKnown > ladder.silence.microseconds else { return false }
        isStale = true
        sequence += 1
        return true
    }

    private func evidence(
        for deciding: [Condition],
        in results: [Reference.Watch.Result?],
        unit: String?
    ) -> [Reference.Watch.Result] {
        zip(measures, results).compactMap { name, result in
            guard var result, deciding.contains(where: { $0.measures.contains(name) }) else { return nil }
            result.thresholds = deciding.flatMap { thresholds(in: $0, of: name, unit: unit) }
            return result
        }
    }

    private func thresholds(in condition: Condition, of measure: String, unit metricUnit: String?) -> [ReferenceOutcome
        .Threshold]
    {
        condition.comparisons.compactMap { left, comparison, right in
            switch (left, right) {
            case (.measure(measure), .number(let digits, let unit)):
                ReferenceOutcome.Threshold(
                    comparison: comparison.rawValue,
                    value: threshold(digits, unit, in: metricUnit)
                )
            case (.number(let digits, let unit), .measure(measure)):
                ReferenceOutcome.Threshold(
                    comparison: mirrored(comparison),
                    value: threshold(digits, unit, in: metricUnit)
                )
            default: nil
            }
        }
    }
}

/// A condition by plain recursion over three-valued logic; `nil` is unknown.
///
/// - Parameters:
///   - metricUnit: Unit of the values, `m` or `cm`; thresholds in the other one are converted, per second and squared too.
///   - value: The value of a measure.
public func kleene(_ condition: Condition, unit metricUnit: String? = nil, _ value: (String) -> Double?) -> Bool? {
    func operand(_ operand: Condition.Operand) -> Double? {
        switch operand {
        case .measure(let name): value(name)
        case .number(let digits, let unit): threshold(digits, unit, in: metricUnit)
        }
    }
    switch condition {
    case .compare(let left, let comparison, let right):
        guard let left = operand(left), let right = operand(right) else { return nil }
        return switch comparison {
        case .greaterOrEqual: left >= right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .less: left < right
        case .equal: left == right
        case .notEqual: left != right
        }
    case .not(let inner): return kleene(inner, unit: metricUnit, value).map { !$0 }
    case .and(let left, let right):
        let (left, right) = (kleene(left, unit: metricUnit, value), kleene(right, unit: metricUnit, value))
        if left == false || right == false { return false }
        return left == true && right == true ? true : nil
    case .or(let left, let right):
        let (left, right) = (kleene(left, unit: metricUnit, value), kleene(right, unit: metricUnit, value))
        if left == true || right == true { return true }
        return left == false && right == false ? false : nil
    }
}

private func threshold(_ digits: String, _ unit: String, in metricUnit: String?) -> Double {
    switch (unit, metricUnit) {
    case ("cm", "m"), ("cm/s", "m"): Double(digits + "e-2")!
    case ("m", "cm"), ("m/s", "cm"): Double(digits + "e2")!
    case ("cm2", "m"): Double(digits + "e-4")!
    case ("m2", "cm"): Double(digits + "e4")!
    default: Double(digits)!
    }
}

private func mirrored(_ comparison: Condition.Comparison) -> String {
    switch comparison {
    case .greaterOrEqual: "<="
    case .lessOrEqual: ">="
    case .greater: "<"
    case .less: ">"
    case .equal: "=="
    case .notEqual: "!="
    }
}
