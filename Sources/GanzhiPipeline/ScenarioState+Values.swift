import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

/// What members of a group are asked besides their results.
struct GroupFacts {
    /// By input the series that were ever heard at the key, in the order of their devices' names.
    var registered: [[UInt32]] = []
    /// Where the device of a series stands.
    var place: (UInt32) -> GeoPoint? = { _ in nil }
}

extension ScenarioState {
    /// Fills the slots of the ladder from what the series of a key say.
    ///
    /// - Parameters:
    ///   - values: Gets one value per slot; `nan` where it is unknown.
    ///   - inputs: What the series say.
    ///   - facts: What is known of the group.
    ///   - local: Local day and time of what ends at the instant.
    ///   - clock: The city's calendar.
    ///   - scratch: Memory for members' values, kept for the next use.
    func fill(
        _ values: inout [Double],
        from inputs: KeyInputs,
        _ facts: GroupFacts,
        at local: (day: Int, time: TimeSpan),
        _ clock: LocalClock,
        scratch: inout [Double]
    ) {
        values.removeAll(keepingCapacity: true)
        for measure in slots.indices {
            let member = inputs.members.firstIndex { $0.input == slots[measure].input }
            values.append(member.map { value(of: measure, inputs.members[$0], inputs) } ?? .nan)
        }
        guard let program else { return }
        for entry in program.slots.terms {
            switch entry.term {
            case .members(let function, let measure):
                values.append(combined(function, measure, inputs))
            case .count(let condition):
                let tally = tally(condition, inputs, facts, values, &scratch)
                values.append(tally.least)
                values.append(tally.most)
            case .share(let condition):
                let tally = tally(condition, inputs, facts, values, &scratch)
                values.append(tally.least / tally.registered)
                values.append(tally.most / tally.registered)
            case .atLeast(let least, of: let condition, within: let distance):
                let truth =
                    distance.map { atLeast(least, condition, within: $0, inputs, facts, values, &scratch) }
                    ?? atLeast(least, tally(condition, inputs, facts, values, &scratch))
                values.append(truth.slotValue)
            case .between(let hours): values.append((hours.contains(local.time) ? Truth.true : .false).slotValue)
            case .on(let type): values.append((clock.isDay(local.day, of: type) ? Truth.true : .false).slotValue)
            }
        }
    }

    /// A measure of one series; `nan` where it has no result or too little stands behind it.
    private func value(of measure: Int, _ member: KeyInputs.Member, _ inputs: KeyInputs) -> Double {
        let slot = slots[measure]
        let window = inputs.windows[member.firstWindow + slot.window]
        let isBacked = window.count > 0 && window.coverage >= minimumCoverage
        return isBacked ? inputs.values[member.firstValue + slot.aggregate] : .nan
    }

    private func combined(_ function: Condition.GroupFunction, _ measure: Int, _ inputs: KeyInputs) -> Double {
        var sum = CompensatedSum()
        var (least, greatest, count) = (Double.infinity, -Double.infinity, 0)
        for member in inputs.members where member.input == slots[measure].input {
            let value = value(of: measure, member, inputs)
            guard !value.isNaN else { continue }
            sum.add(value)
            least = min(least, value)
            greatest = max(greatest, value)
            count += 1
        }
        guard count > 0 else { return .nan }
        let value =
            switch function {
            case .mean: sum.value / Double(count)
            case .sum: sum.value
            case .min: least
            case .max: greatest
            }
        return value.isFinite ? value : .nan
    }

    // MARK: Verdicts of members

    /// Of how many members a condition is true, at least and at most; `nan` where there is no member.
    private func tally(
        _ condition: ConditionProgram,
        _ inputs: KeyInputs,
        _ facts: GroupFacts,
        _ values: [Double],
        _ scratch: inout [Double]
    ) -> (least: Double, most: Double, registered: Double) {
        let input = input(of: condition)
        let registered = facts.registered[input].count
        guard registered > 0 else { return (.nan, .nan, .nan) }
        var (yes, no) = (0, 0)
        func count(_ truth: Truth, _ members: Int) {
            switch truth {
            case .true: yes += members
            case .false: no += members
            case .unknown: break
            }
        }
        var silent = registered
        for member in inputs.members where member.input == input {
            silent -= 1
            count(verdict(condition, member, inputs, values, &scratch), 1)
        }
        if silent > 0 { count(verdict(condition, nil, inputs, values, &scratch), silent) }
        return (Double(yes), Double(registered - no), Double(registered))
    }

    private func input(of condition: ConditionProgram) -> Int { condition.measures.first.map { slots[$0].input } ?? 0 }

    /// What a condition is of a member, or of one that says nothing.
    private func verdict(
        _ condition: ConditionProgram,
        _ member: KeyInputs.Member?,
        _ inputs: KeyInputs,
        _ values: [Double],
        _ scratch: inout [Double]
    ) -> Truth {
        scratch.removeAll(keepingCapacity: true)
        // Hours and days are the key's; they come before the terms that ask members for them.
        for value in values { scratch.append(value) }
        for measure in condition.measures { scratch[measure] = member.map { value(of: measure, $0, inputs) } ?? .nan }
        return condition.evaluate(scratch)
    }

    private func atLeast(_ least: Int, _ tally: (least: Double, most: Double, registered: Double)) -> Truth {
        tally.least >= Double(least) ? .true : tally.most < Double(least) ? .false : .unknown
    }

    /// Whether a condition is true of so many members near one of them.
    ///
    /// - Complexity: O(members²) of those that it is not false of.
    private func atLeast(
        _ least: Int,
        _ condition: ConditionProgram,
        within distance: Double,
        _ inputs: KeyInputs,
        _ facts: GroupFacts,
        _ values: [Double],
        _ scratch: inout [Double]
    ) -> Truth {
        let input = input(of: condition)
        guard !facts.registered[input].isEmpty else { return .unknown }
        var candidates: [(place: GeoPoint?, isTrue: Bool)] = []
        for series in facts.registered[input] {
            let member = inputs.members.first { $0.series == series && $0.input == input }
            let truth = verdict(condition, member, inputs, values, &scratch)
            if truth != .false { candidates.append((facts.place(series), truth == .true)) }
        }
        var mayBe = false
        for centre in candidates.indices {
            var (yes, possible) = (0, 0)
            for other in candidates.indices where isNear(candidates, centre, other, distance) {
                possible += 1
                if candidates[other].isTrue { yes += 1 }
            }
            if candidates[centre].isTrue, yes >= least { return .true }
            if possible >= least { mayBe = true }
        }
        return mayBe ? .unknown : .false
    }

    private func isNear(
        _ members: [(place: GeoPoint?, isTrue: Bool)],
        _ one: Int,
        _ other: Int,
        _ distance: Double
    ) -> Bool {
        if one == other { return true }
        guard let here = members[one].place, let there = members[other].place else { return false }
        return here.distance(to: there) <= distance
    }
}
