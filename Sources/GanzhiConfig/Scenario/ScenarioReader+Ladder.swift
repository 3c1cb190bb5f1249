import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

/// Warnings about ladders that can work, but not as their author means.
extension ScenarioReader {
    /// A condition that holds one measure, or one group, against one number.
    private struct Bound {
        let operand: String
        /// Whether greater values fulfil it.
        let isUpward: Bool
        let value: Double
        /// The number as written.
        let text: String
    }

    /// Compares neighbouring levels, and the lowest with `clear`.
    func checkLadder(_ root: YAMLMapping, hold: TimeSpan) {
        var thresholds = ThresholdBook(catalogue: catalogue)
        var before: [(level: ReadLevel, bound: Bound)] = []
        for level in levels {
            guard let bound = bound(level.rung.when, &thresholds) else { continue }
            if let lower = before.last(where: {
                $0.bound.operand == bound.operand && $0.bound.isUpward == bound.isUpward
            }) {
                compare(level, bound, with: lower.level, lower.bound)
            }
            before.append((level, bound))
        }
        guard !levels.isEmpty, let entry = root.entries.first(where: { $0.key == "levels" }) else { return }
        guard root["clear"] != nil else {
            root.report(
                at: entry,
                "The ladder has no `clear`: it is cleared \(hold) after no level's `when` holds any more, so a value at "
                    + "the lowest threshold raises and clears again and again.",
                "Add one a little beyond the lowest level, such as `clear: {when: depth < 8 cm, for: 15m}`.",
                severity: .warning
            )
            return
        }
        if let lowest = before.first { checkHysteresis(lowest.level, lowest.bound, &thresholds) }
    }

    private func compare(_ level: ReadLevel, _ bound: Bound, with lower: ReadLevel, _ lowerBound: Bound) {
        let place = "(line \(lower.when.value.place.line))"
        let names = (upper: level.rung.level.name, lower: lower.rung.level.name)
        if bound.isUpward ? bound.value < lowerBound.value : bound.value > lowerBound.value {
            level.when.value.report(
                "`\(names.upper)` begins at \(bound.text), before `\(names.lower)` at \(lowerBound.text) \(place): the "
                    + "lower level will never be seen by itself.",
                "Exchange the two numbers, or correct one of them.",
                severity: .warning
            )
        } else if bound.value == lowerBound.value, level.rung.hold <= lower.rung.hold {
            level.when.value.report(
                "`\(names.upper)` begins at \(bound.text), like `\(names.lower)` \(place): the lower level will never be "
                    + "seen by itself.",
                "Set another number, or a longer `for`.",
                severity: .warning
            )
        }
    }

    private func checkHysteresis(_ lowest: ReadLevel, _ raise: Bound, _ thresholds: inout ThresholdBook) {
        guard let clear, let bound = bound(clear.condition, &thresholds), bound.operand == raise.operand,
            bound.isUpward != raise.isUpward
        else { return }
        let isPast = raise.isUpward ? bound.value > raise.value : bound.value < raise.value
        guard isPast || bound.value == raise.value else { return }
        clear.value.report(
            isPast
                ? "`clear` at \(bound.text) lies beyond `\(lowest.rung.level.name)` at \(raise.text) (line "
                    + "\(lowest.when.value.place.line)), so both can hold at once."
                : "`clear` at \(bound.text) is the threshold of `\(lowest.rung.level.name)` too (line "
                    + "\(lowest.when.value.place.line)): without hysteresis a value around it raises and clears again and again.",
            "Move `clear` a little \(raise.isUpward ? "below" : "above") \(raise.text).",
            severity: .warning
        )
    }

    private func bound(_ condition: Condition, _ thresholds: inout ThresholdBook) -> Bound? {
        switch condition {
        case .compare(let operand, let comparison, .number(let digits, let unit)):
            bound(operand, comparison, digits, unit, &thresholds)
        case .compare(.number(let digits, let unit), let comparison, let operand):
            bound(operand, comparison.mirrored, digits, unit, &thresholds)
        default: nil
        }
    }

    private func bound(
        _ operand: Condition.Operand,
        _ comparison: Condition.Comparison,
        _ digits: String,
        _ unit: String,
        _ thresholds: inout ThresholdBook
    ) -> Bound? {
        guard let value = try? threshold(digits, unit, against: operand, &thresholds) else { return nil }
        let text = Condition.Operand.number(digits, unit: unit).description
        switch comparison {
        case .greaterOrEqual, .greater:
            return Bound(operand: operand.description, isUpward: true, value: value, text: text)
        case .lessOrEqual, .less: return Bound(operand: operand.description, isUpward: false, value: value, text: text)
        case .equal, .notEqual: return nil
        }
    }
}
