import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// A scenario's conditions with their numbers in canonical units, and what values say of them.
struct LadderReading {
    let scenario: Scenario
    /// The compiled ladder; `nil` where the catalogue does not say in which unit a metric is.
    let program: LadderProgram?
    /// Unit of each measure; empty where it has none, or none is known.
    let units: [String]
    private let generation: Generation

    init(_ scenario: Scenario, in generation: Generation) {
        self.scenario = scenario
        self.generation = generation
        let catalogue = generation.catalogue
        let metricUnits = scenario.measures.indices.map { measure in
            catalogue.metric(scenario.watch.inputs[scenario.input(ofMeasure: measure)].selector.metric)?.unit
        }
        units = zip(scenario.measures, metricUnits).map { $0.function.dimension.unit(ofMetricIn: $1 ?? "") }
        program = try? LadderProgram(scenario.ladder, measures: scenario.measures.map(\.name)) { number, unit, side in
            try Thresholds.convert(number, unit: unit, against: side, measures: scenario.measures) { metricUnits[$0] }
        }
    }

    private typealias Cursor = ArraySlice<ConditionProgram.Threshold>

    // MARK: Slots

    /// How traces and evidence name a slot.
    func name(ofSlot slot: Int) -> String {
        guard let program else { return "" }
        return slot < program.slots.measures.count
            ? program.slots.measures[slot] : program.slots.terms.first { $0.slot == slot }?.text ?? ""
    }

    /// The unit of what a name stands for; empty for plain numbers.
    func unit(of name: String) -> String {
        if let measure = scenario.measures.firstIndex(where: { $0.name == name }) { return units[measure] }
        guard case .members(_, let measure)? = program?.slots.terms.first(where: { $0.text == name })?.term else {
            return ""
        }
        return units[measure]
    }

    /// The numbers that a name is held against, each with the level that it is for.
    func thresholds(of name: String) -> [(level: Level, threshold: ConditionProgram.Threshold)] {
        guard let program else { return [] }
        return zip(scenario.ladder.rungs, program.when).flatMap { rung, condition in
            condition.thresholds.filter { self.name(ofSlot: $0.slot) == name }.map { (rung.level, $0) }
        }
    }

    /// What conditions compare, by name: the measures and groups that charts show.
    var comparedNames: [String] {
        guard let program else { return scenario.measures.map(\.name) }
        let conditions = program.when + program.until.compactMap(\.self) + (program.clear.map { [$0] } ?? [])
        return Set(conditions.flatMap(\.slots)).sorted().filter { slot in
            switch program.slots.terms.first(where: { $0.slot == slot })?.term {
            case nil, .members, .count, .share: true
            // Truths, not numbers.
            case .atLeast, .between, .on: false
            }
        }.map(name)
    }

    // MARK: Canonical units

    /// A condition with its numbers in canonical units, what is compared on the left.
    func canonical(_ condition: Condition, _ compiled: ConditionProgram?) -> Condition {
        guard let compiled else { return condition }
        var thresholds = compiled.thresholds[...]
        return canonical(condition, &thresholds)
    }

    private func canonical(_ condition: Condition, _ thresholds: inout Cursor) -> Condition {
        switch condition {
        case .compare(let left, let comparison, .number): canonical(left, comparison, &thresholds)
        case .compare(.number, let comparison, let right): canonical(right, comparison.mirrored, &thresholds)
        case .compare, .between, .on: condition
        case .not(let inner): .not(canonical(inner, &thresholds))
        case .and(let left, let right): .and(canonical(left, &thresholds), canonical(right, &thresholds))
        case .or(let left, let right): .or(canonical(left, &thresholds), canonical(right, &thresholds))
        case .atLeast(let least, let inner, let distance):
            switch program?.slots.terms.first(where: { $0.text == condition.description })?.term {
            case .atLeast(_, let compiled, _)?: .atLeast(least, of: canonical(inner, compiled), within: distance)
            default: condition
            }
        }
    }

    private func canonical(
        _ operand: Condition.Operand,
        _ comparison: Condition.Comparison,
        _ thresholds: inout Cursor
    ) -> Condition {
        let threshold = thresholds.removeFirst()
        let term = program?.slots.terms.first { $0.slot == threshold.slot }?.term
        let left: Condition.Operand =
            switch (operand, term) {
            case (.count(let inner), .count(let compiled)?): .count(of: canonical(inner, compiled))
            case (.share(let inner), .share(let compiled)?): .share(of: canonical(inner, compiled))
            default: operand
            }
        return .compare(
            left,
            comparison,
            .number(Figure.text(threshold.value), unit: unit(of: name(ofSlot: threshold.slot)))
        )
    }

    // MARK: Values

    /// What values say of a condition: its truth, and of each comparison how far it is from holding.
    ///
    /// - Parameters:
    ///   - values: By name, as traces hold them.
    ///   - instant: The evaluation's instant, for conditions that ask the clock.
    func judge(
        _ condition: Condition,
        _ compiled: ConditionProgram,
        values: [String: Double],
        at instant: Timestamp
    ) -> (truth: Truth, comparisons: [ComparisonAccount]) {
        var judge = Judge(reading: self, values: values, instant: instant, thresholds: compiled.thresholds[...])
        let truth = judge.truth(of: condition, isNegated: false)
        return (truth, judge.comparisons)
    }

    private struct Judge {
        let reading: LadderReading
        let values: [String: Double]
        let instant: Timestamp
        var thresholds: Cursor
        var comparisons: [ComparisonAccount] = []

        mutating func truth(of condition: Condition, isNegated: Bool) -> Truth {
            switch condition {
            case .compare(let left, let comparison, .number):
                return truth(of: left, comparison, isNegated: isNegated)
            case .compare(.number, let comparison, let right):
                return truth(of: right, comparison.mirrored, isNegated: isNegated)
            case .compare(let left, let comparison, let right):
                return truth(of: left, comparison, right, isNegated: isNegated)
            case .not(let inner): return !truth(of: inner, isNegated: !isNegated)
            case .and(let left, let right):
                let first = truth(of: left, isNegated: isNegated)
                return first && truth(of: right, isNegated: isNegated)
            case .or(let left, let right):
                let first = truth(of: left, isNegated: isNegated)
                return first || truth(of: right, isNegated: isNegated)
            case .atLeast:
                let truth = values[condition.description].flatMap { Truth(rawValue: UInt8($0)) } ?? .unknown
                return note(condition, truth, isNegated: isNegated)
            case .between, .on:
                return note(condition, reading.clock(condition, endingAt: instant), isNegated: isNegated)
            }
        }

        private mutating func truth(
            of operand: Condition.Operand,
            _ comparison: Condition.Comparison,
            isNegated: Bool
        ) -> Truth {
            let threshold = thresholds.removeFirst()
            let name = reading.name(ofSlot: threshold.slot)
            let isLeast =
                switch operand {
                case .count, .share: true
                case .measure, .number, .members: false
                }
            let value = values[name]
            let truth = value.map { comparison.truth($0, threshold.value, isLeast: isLeast) } ?? .unknown
            let asked = isNegated ? comparison.opposite : comparison
            comparisons.append(
                ComparisonAccount(
                    operand: name,
                    comparison: asked.rawValue,
                    threshold: threshold.value,
                    unit: reading.unit(of: name),
                    value: value,
                    isLeast: isLeast && value != nil ? true : nil,
                    holds: .init(isNegated ? !truth : truth)
                )
            )
            return truth
        }

        private mutating func truth(
            of left: Condition.Operand,
            _ comparison: Condition.Comparison,
            _ right: Condition.Operand,
            isNegated: Bool
        ) -> Truth {
            let (one, other) = (values[left.description], values[right.description])
            let truth = one.flatMap { one in other.map { comparison.truth(one, $0, isLeast: false) } } ?? .unknown
            comparisons.append(
                ComparisonAccount(
                    operand: left.description,
                    comparison: (isNegated ? comparison.opposite : comparison).rawValue,
                    threshold: other,
                    other: right.description,
                    unit: reading.unit(of: left.description),
                    value: one,
                    holds: .init(isNegated ? !truth : truth)
                )
            )
            return truth
        }

        private mutating func note(_ condition: Condition, _ truth: Truth, isNegated: Bool) -> Truth {
            comparisons.append(
                ComparisonAccount(
                    operand: isNegated ? "not \(condition)" : condition.description,
                    holds: .init(isNegated ? !truth : truth)
                )
            )
            return truth
        }
    }

    /// Whether the local time of what ends at an instant is as a condition asks.
    private func clock(_ condition: Condition, endingAt instant: Timestamp) -> Truth {
        guard let zone = TimeZone(identifier: generation.calendar.zone) else { return .unknown }
        let last = instant - TimeSpan(microseconds: 1)
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(last.microseconds) / 1e6))
        let local = last + .seconds(Int64(offset))
        let midnight = local.floored(to: .days(1))
        switch condition {
        case .between(let hours): return hours.contains(local - midnight) ? .true : .false
        case .on(let type):
            let day = Int(midnight.microseconds / TimeSpan.days(1).microseconds)
            return generation.days.isDay(day, of: type) ? .true : .false
        case .compare, .not, .and, .or, .atLeast: return .unknown
        }
    }
}

extension Condition.Comparison {
    /// The comparison that is true where this one is false.
    fileprivate var opposite: Condition.Comparison {
        switch self {
        case .greaterOrEqual: .less
        case .less: .greaterOrEqual
        case .greater: .lessOrEqual
        case .lessOrEqual: .greater
        case .equal: .notEqual
        case .notEqual: .equal
        }
    }

    /// The truth of a comparison with a value, or with one of which only the least is known, as traces hold counts.
    fileprivate func truth(_ value: Double, _ threshold: Double, isLeast: Bool) -> Truth {
        let holds =
            switch self {
            case .greaterOrEqual: value >= threshold
            case .greater: value > threshold
            case .lessOrEqual: value <= threshold
            case .less: value < threshold
            case .equal: value == threshold
            case .notEqual: value != threshold
            }
        guard isLeast else { return holds ? .true : .false }
        return switch self {
        case .greaterOrEqual, .greater: holds ? .true : .unknown
        case .lessOrEqual, .less: holds ? .unknown : .false
        case .equal, .notEqual: .unknown
        }
    }
}
