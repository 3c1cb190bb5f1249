import Foundation
import GanzhiCatalogue
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// What a ladder's conditions look at, at one instant of one key.
///
/// Where the text leaves room, this is how it is read here:
///
/// - `at least … within` without any registered member is unknown, as `count` is.
/// - A key of which no member has a result is unknown where `quiet: counts`, though a clock alone could decide.
/// - A ladder with a unit in a threshold on a metric whose unit is not known yet is unknown as a whole.
struct ReferenceFacts {
    /// One series of the key, as one of its inputs.
    struct Member {
        var device: String
        var place: Place?
        /// Results by measure.
        var results: [String: Reference.Watch.Result]
    }

    let scenario: Scenario
    let instant: Int64
    let clock: ReferenceClock
    /// Registered members, input by input, by name of device.
    var members: [[Member]]
    /// Units of the inputs' metrics.
    let units: [String?]
    /// Whether any member has a good or uncertain reading in the step before.
    let isFresh: Bool

    /// The truth of a condition; `nil` is unknown.
    func truth(_ condition: Condition) -> Bool? {
        let isSilent = !isFresh && members.joined().allSatisfy(\.results.isEmpty)
        guard isFresh || scenario.quietCounts, !isSilent, isBound else { return nil }
        return truth(condition, of: nil)
    }

    /// Whether every number with a unit is held against a metric with one.
    private var isBound: Bool {
        scenario.ladder.conditions.allSatisfy { condition in
            condition.comparisons.allSatisfy { left, _, right in
                isBound(left, against: right) && isBound(right, against: left)
            }
        }
    }

    private func isBound(_ number: Condition.Operand, against operand: Condition.Operand) -> Bool {
        guard case .number(_, let unit) = number, !unit.isEmpty else { return true }
        switch operand {
        case .measure(let name), .members(_, of: let name): return units[input(of: name)] != nil
        case .number, .count, .share: return true
        }
    }

    private func input(of measure: String) -> Int {
        scenario.input(ofMeasure: scenario.measures.firstIndex { $0.name == measure }!)
    }

    // MARK: Members

    /// The members that a condition is asked of.
    func asked(_ condition: Condition) -> [Member] {
        members[input(of: scenario.measures.first { condition.measures.contains($0.name) }!.name)]
    }

    /// A member's result where it counts.
    func result(_ measure: String, of member: Member) -> Reference.Watch.Result? {
        member.results[measure].flatMap { $0.coverage < scenario.ladder.minimumCoverage ? nil : $0 }
    }

    /// The truth of a condition for a key, or for one of its members.
    private func truth(_ condition: Condition, of member: Member?) -> Bool? {
        kleene(condition) { leaf in
            switch leaf {
            case .compare(let left, let comparison, let right):
                guard let low = range(left, against: right, of: member),
                    let high = range(right, against: left, of: member)
                else { return nil }
                return holds(low, comparison, high)
            case .atLeast(let least, of: let inner, within: let distance):
                return atLeast(least, inner, distance)
            case .between(let hours): return clock.isWithin(hours, endingAt: instant)
            case .on(let type): return clock.isOn(type, endingAt: instant)
            case .not, .and, .or: preconditionFailure("\(leaf) is no leaf.")
            }
        }
    }

    /// Between which numbers an operand lies; `nil` is unknown.
    private func range(
        _ operand: Condition.Operand,
        against other: Condition.Operand,
        of member: Member?
    ) -> ClosedRange<Double>? {
        switch operand {
        case .number(let digits, let unit):
            let value = threshold(digits, unit, in: self.unit(of: other))
            return value...value
        case .measure(let name):
            let member = member ?? members[input(of: name)].first
            return member.flatMap { result(name, of: $0)?.value }.map { $0...$0 }
        case .members(let function, of: let name):
            return value(function, of: name).map { $0...$0 }
        case .count(of: let inner):
            return count(inner).map { Double($0.lowerBound)...Double($0.upperBound) }
        case .share(of: let inner):
            let all = Double(asked(inner).count)
            return count(inner).map { Double($0.lowerBound) / all...Double($0.upperBound) / all }
        }
    }

    /// Unit of the metric behind an operand.
    func unit(of operand: Condition.Operand) -> String? {
        switch operand {
        case .measure(let name), .members(_, of: let name): units[input(of: name)]
        case .number, .count, .share: nil
        }
    }

    /// A measure over the members that have a result.
    func value(_ function: Condition.GroupFunction, of measure: String) -> Double? {
        let values = members[input(of: measure)].compactMap { result(measure, of: $0)?.value }
        guard !values.isEmpty else { return nil }
        return switch function {
        case .mean: values.reduce(0, +) / Double(values.count)
        case .min: values.min()!
        case .max: values.max()!
        case .sum: values.reduce(0, +)
        }
    }

    /// Of how many members a condition is true: of those at least, and at most of the unknown ones too.
    func count(_ condition: Condition) -> ClosedRange<Int>? {
        let truths = asked(condition).map { truth(condition, of: $0) }
        guard !truths.isEmpty else { return nil }
        return truths.count { $0 == true }...truths.count { $0 != false }
    }

    private func atLeast(_ least: Int, _ condition: Condition, _ distance: Condition.Distance?) -> Bool? {
        guard let distance else {
            return count(condition).flatMap { holds(ends($0), .greaterOrEqual, Double(least)...Double(least)) }
        }
        let members = asked(condition)
        guard !members.isEmpty else { return nil }
        let truths = members.map { truth(condition, of: $0) }
        /// Whether somebody has so many about them, those included, who may be counted.
        func isCrowded(_ counts: (Bool?) -> Bool) -> Bool {
            members.indices.contains { centre in
                counts(truths[centre])
                    && least
                        <= members.indices.count { other in
                            counts(truths[other])
                                && (other == centre || isNear(members[centre], members[other], metres(distance)))
                        }
            }
        }
        if isCrowded({ $0 == true }) { return true }
        return isCrowded { $0 != false } ? nil : false
    }

    private func ends(_ range: ClosedRange<Int>) -> ClosedRange<Double> {
        Double(range.lowerBound)...Double(range.upperBound)
    }

    private func metres(_ distance: Condition.Distance) -> Double {
        Double(distance.number + (distance.unit == "km" ? "e3" : ""))!
    }

    /// Whether a great circle from one to the other is so short; haversine.
    private func isNear(_ one: Member, _ other: Member, _ metres: Double) -> Bool {
        guard let fromNorth = one.place?.latitude, let fromEast = one.place?.longitude,
            let toNorth = other.place?.latitude, let toEast = other.place?.longitude
        else { return false }
        func halfSine(_ degrees: Double) -> Double { sin(degrees * .pi / 360) }
        func cosine(_ degrees: Double) -> Double { cos(degrees * .pi / 180) }
        let (north, east) = (halfSine(toNorth - fromNorth), halfSine(toEast - fromEast))
        let chord = north * north + cosine(fromNorth) * cosine(toNorth) * east * east
        return 2 * 6_371_008.8 * asin(min(1, chord.squareRoot())) <= metres
    }
}

extension Ladder {
    /// The conditions that are written down: `when` from the lowest level up, then `until`, then `clear`.
    var conditions: [Condition] { rungs.map(\.when) + rungs.compactMap(\.until) + (clear.map { [$0] } ?? []) }
}
