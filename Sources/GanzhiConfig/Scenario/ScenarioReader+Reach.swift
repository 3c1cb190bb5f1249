import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings

/// Warnings about conditions that are true or false whatever comes.
extension ScenarioReader {
    /// Checks every condition of the ladder.
    func checkReach(_ scenario: Scenario) {
        var knowledge = Knowledge(self)
        for level in levels {
            let name = "`\(level.rung.level.name)`"
            check(
                level.when,
                never: "\(name) can never be reached",
                always: "\(name) is raised by any evaluation and can never be cleared",
                &knowledge
            )
            guard let until = level.until else { continue }
            check(
                until,
                never: "\(name) never eases",
                always: "\(name) eases as soon as its `when` does not hold",
                &knowledge
            )
            checkEasing(level, until, &knowledge)
        }
        guard let clear else { return }
        check(
            clear,
            never: "a warning is never cleared",
            always: "a warning is cleared as soon as no level holds",
            &knowledge
        )
    }

    private func check(
        _ read: ReadCondition,
        never: String,
        always: String,
        _ knowledge: inout Knowledge
    ) {
        let verdict = ConditionBoxes.verdict(read.condition, &knowledge)
        var isExplained = false
        for part in read.parts where isCause(part, &knowledge) {
            guard ConditionBoxes.verdict(part.condition, &knowledge) == .never else { continue }
            isExplained = true
            read.value.report(
                "“\(part.condition)” is never true, as \(reason(part, &knowledge))"
                    + (verdict == .never ? ", so \(never)." : "; the rest of the condition decides alone."),
                "Correct the number, or remove it.",
                offset: part.place,
                severity: .warning
            )
        }
        switch verdict {
        case .maybe: break
        case .never where isExplained: break
        case .never:
            read.value.report(
                "The condition contradicts itself, so \(never).",
                "Correct one of the numbers, or write `or` where either is enough.",
                severity: .warning
            )
        case .always:
            let cause = read.parts.first { ConditionBoxes.verdict($0.condition, &knowledge) == .always }
            let why = cause.map { reason($0, &knowledge) } ?? ""
            read.value.report(
                "The condition is true whatever comes\(why.isEmpty ? "" : ", as \(why)"), so \(always).",
                "Correct the number, or ask for something else.",
                offset: cause?.place,
                severity: .warning
            )
        }
    }

    /// Whether a fault of a part is its own, and not that of what it asks of members.
    private func isCause(_ part: ConditionPart, _ knowledge: inout Knowledge) -> Bool {
        let questions: [Condition]
        switch part.kind {
        case .comparison(let left, _, let right): questions = [left, right].compactMap(\.operand.question)
        case .atLeast(_, of: let question, _, _): questions = [question]
        case .between, .on: questions = []
        }
        return !questions.flatMap(\.comparisons).contains {
            ConditionBoxes.verdict(.compare($0.left, $0.comparison, $0.right), &knowledge) == .never
        }
    }

    /// Why a part is true or false whatever comes.
    private func reason(_ part: ConditionPart, _ knowledge: inout Knowledge) -> String {
        switch part.kind {
        case .comparison(let left, _, let right):
            let sides = [left, right].map(\.operand)
            for side in sides where side.measure != nil || side.question != nil {
                return knowledge.explainedDomain(of: side).reason
            }
            return ""
        case .atLeast(_, of: let question, _, _):
            let isNever = ConditionBoxes.verdict(question, &knowledge) == .never
            return isNever
                ? "the condition in its brackets is never true" : knowledge.memberLimit(question)?.reason ?? ""
        case .between: return "these hours are the whole day"
        case .on: return ""
        }
    }

    /// Warns where a level begins to ease while it still holds.
    private func checkEasing(_ level: ReadLevel, _ until: ReadCondition, _ knowledge: inout Knowledge) {
        guard ConditionBoxes.verdict(until.condition, &knowledge) == .maybe,
            ConditionBoxes.verdict(level.when.condition, &knowledge) == .maybe,
            ConditionBoxes.overlap(level.when.condition, until.condition, &knowledge)
        else { return }
        until.value.report(
            "`until` can be true while the `when` of `\(level.rung.level.name)` is (line \(level.when.value.place.line)), "
                + "so the level can ease at once when it ends.",
            "Move it a little beyond `when`, such as `depth < 35 cm` for `depth >= 40 cm`.",
            severity: .warning
        )
    }
}
