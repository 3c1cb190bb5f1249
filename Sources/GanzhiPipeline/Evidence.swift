import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

/// What stood behind a decision: a measure, or what was made of it over the members of a group.
struct Evidence {
    /// Name of the measure, or the operand as conditions write it.
    var measure: String
    var value: Double
    /// Unit of value and thresholds; empty for plain numbers.
    var unit: String
    var start: Timestamp
    var end: Timestamp
    /// Good and uncertain readings.
    var count: Int
    /// Share of the window that is backed by readings; over a group the share of members that have a result.
    var coverage: Double
    /// Good readings as a share of all.
    var good: Double
    var revision: UInt32
    /// Event time of the newest reading behind it, and when that was received.
    var observed: Timestamp
    var received: Timestamp
    var thresholds: [ConditionProgram.Threshold]
}

extension ScenarioState {
    /// The evidence of conditions: what they name and what has a result, measures as declared first.
    func evidence(
        for deciding: [ConditionProgram],
        _ inputs: KeyInputs,
        _ facts: GroupFacts,
        _ values: [Double]
    ) -> [Evidence] {
        guard let program else { return [] }
        let thresholds = deciding.flatMap(\.thresholds)
        return Set(deciding.flatMap(\.slots)).sorted().compactMap { slot in
            let held = thresholds.filter { $0.slot == slot }
            return slot < slots.count
                ? evidence(ofMeasure: slot, inputs, held)
                : evidence(ofTerm: program.slots.terms.first { $0.slot == slot }!, inputs, facts, values, held)
        }
    }

    private func evidence(
        ofMeasure measure: Int,
        _ inputs: KeyInputs,
        _ thresholds: [ConditionProgram.Threshold]
    ) -> Evidence? {
        let slot = slots[measure]
        guard let member = inputs.members.first(where: { $0.input == slot.input }) else { return nil }
        let window = inputs.windows[member.firstWindow + slot.window]
        let value = inputs.values[member.firstValue + slot.aggregate]
        guard window.count > 0, value.isFinite else { return nil }
        return Evidence(
            measure: scenario.measures[measure].name,
            value: value,
            unit: unit(ofMeasure: measure),
            start: window.start,
            end: window.end,
            count: Int(window.count),
            coverage: window.coverage,
            good: window.goodShare,
            revision: window.revision,
            observed: window.observed,
            received: window.received,
            thresholds: thresholds
        )
    }

    private func evidence(
        ofTerm entry: LadderSlots.Entry,
        _ inputs: KeyInputs,
        _ facts: GroupFacts,
        _ values: [Double],
        _ thresholds: [ConditionProgram.Threshold]
    ) -> Evidence? {
        let unit: String
        switch entry.term {
        case .members(_, let measure): unit = self.unit(ofMeasure: measure)
        case .count, .share: unit = ""
        case .atLeast, .between, .on: return nil
        }
        guard let measure = entry.term.measures.first, values[entry.slot].isFinite else { return nil }
        let slot = slots[measure]
        // Of several measures each member tells the first that has a result.
        let windows = inputs.members.filter { $0.input == slot.input }.compactMap { member in
            entry.term.measures.lazy.map { inputs.windows[member.firstWindow + slots[$0].window] }.first {
                $0.count > 0
            }
        }
        guard let first = windows.first,
            let newest = windows.max(by: { ($0.observed, $0.received) < ($1.observed, $1.received) })
        else { return nil }
        let (good, count) = windows.reduce((0, 0)) { ($0.0 + Int($1.good), $0.1 + Int($1.count)) }
        let bad = windows.reduce(0) { $0 + Int($1.bad) }
        return Evidence(
            measure: entry.text,
            value: values[entry.slot],
            unit: unit,
            start: first.start,
            end: first.end,
            count: count,
            coverage: Double(windows.count) / Double(max(1, facts.registered[slot.input].count)),
            good: Double(good) / Double(count + bad),
            revision: windows.map(\.revision).max() ?? 0,
            observed: newest.observed,
            received: newest.received,
            thresholds: thresholds
        )
    }
}
