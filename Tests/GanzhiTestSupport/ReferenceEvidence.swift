import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

extension ReferenceFacts {
    /// An entry of the evidence and the newest reading behind it.
    typealias Proof = (entry: ReferenceOutcome.Evidence, newest: Reference.Heard)

    /// What stands behind a decision: an entry for each operand that its conditions name and that has a value.
    ///
    /// Bare measures come first, as declared, then what is made of members, as the ladder first names it; `at least`
    /// has no value and no entry. Results under `evidence.coverage` have a part in an entry too, but for its value. Where members
    /// are asked for several measures, each member's part is the first result that it has, as declared.
    func proofs(of deciding: [Condition]) -> [Proof] {
        let named = deciding.flatMap(\.operands)
        return order.filter(named.contains).compactMap { operand in
            let all = results(behind: operand)
            guard let first = all.first, let value = value(of: operand) else { return nil }
            // Of readings at one time the one that came last is the newest.
            let newest = all.map(\.newest).max { ($0.time, $0.received) < ($1.time, $1.received) }!
            let readings = all.reduce(0) { $0 + $1.count }
            let entry = ReferenceOutcome.Evidence(
                measure: operand.description,
                value: value,
                start: first.start / 1000,
                end: first.end / 1000,
                count: readings,
                coverage: share(all.count, of: operand) ?? first.coverage,
                good: Double(readings) / Double(all.reduce(0) { $0 + $1.count + $1.bad }),
                revision: all.map(\.revision).max()!,
                thresholds: thresholds(of: operand, in: deciding),
                nearness: nearness(of: operand, all)
            )
            return (entry, newest)
        }
    }

    /// Every operand that can stand in an entry, in the order of entries.
    private var order: [Condition.Operand] {
        scenario.measures.map { .measure($0.name) }
            + scenario.ladder.conditions.flatMap(\.operands).filter {
                switch $0 {
                case .measure, .number: false
                case .members, .count, .share: true
                }
            }.reduce(into: []) { seen, operand in if !seen.contains(operand) { seen.append(operand) } }
    }

    /// The results behind an operand, one of each member that has any.
    private func results(behind operand: Condition.Operand) -> [Reference.Watch.Result] {
        switch operand {
        case .number: []
        case .measure(let name): of(name).first?.results[name].map { [$0] } ?? []
        case .members(_, of: let name): of(name).compactMap { $0.results[name] }
        case .count(of: let inner), .share(of: let inner):
            asked(inner).compactMap { member in
                scenario.measures.filter { inner.measures.contains($0.name) }.compactMap { member.results[$0.name] }
                    .first
            }
        }
    }

    private func of(_ measure: String) -> [Member] {
        members[scenario.input(ofMeasure: scenario.measures.firstIndex { $0.name == measure }!)]
    }

    private func value(of operand: Condition.Operand) -> Double? {
        switch operand {
        case .number: nil
        case .measure(let name): of(name).first?.results[name]?.value
        case .members(let function, of: let name): value(function, of: name)
        case .count(of: let inner): count(inner).map { Double($0.lowerBound) }
        case .share(of: let inner): count(inner).map { Double($0.lowerBound) / Double(asked(inner).count) }
        }
    }

    /// The share of the members of an operand's input that have a result; `nil` for a bare measure.
    private func share(_ owners: Int, of operand: Condition.Operand) -> Double? {
        switch operand {
        case .number, .measure: nil
        case .members(_, of: let name): Double(owners) / Double(of(name).count)
        case .count(of: let inner), .share(of: let inner): Double(owners) / Double(asked(inner).count)
        }
    }

    private func thresholds(of operand: Condition.Operand, in deciding: [Condition]) -> [ReferenceOutcome.Threshold] {
        deciding.flatMap { $0.numbers(against: operand) }.map { comparison, digits, unit in
            ReferenceOutcome.Threshold(
                comparison: comparison.rawValue,
                value: threshold(digits, unit, in: self.unit(of: operand))
            )
        }
    }

    /// What is made of several values may be as far off as they are together.
    private func nearness(of operand: Condition.Operand, _ results: [Reference.Watch.Result])
        -> ReferenceOutcome
        .Nearness
    {
        switch operand {
        case .measure: results[0].nearness
        case .members: .floor(results.reduce(0) { $0 + $1.nearness.distance(from: $1.value) })
        case .number, .count, .share: .share(1e-9)
        }
    }
}

extension ReferenceOutcome.Nearness {
    /// How far from a value another computation may end up.
    fileprivate func distance(from value: Double) -> Double {
        switch self {
        case .share(let share): share * abs(value)
        case .floor(let floor): max(1e-9 * abs(value), floor)
        case .rootOfFloor(let floor): max(1e-9 * abs(value), floor.squareRoot())
        case .angle: 1e-7
        }
    }
}
