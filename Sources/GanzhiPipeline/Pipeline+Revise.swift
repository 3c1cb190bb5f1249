import GanzhiCatalogue
import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

extension Pipeline {
    /// Looks at revised windows, and drafts a correction for each past transition that they no longer support.
    ///
    /// - Parameters:
    ///   - reports: Reports of one block that have not been looked at.
    ///   - window: Those before this place of the output's windows are due.
    ///   - inCohorts: Whether reports of cohorts' plans are looked at, or of others.
    /// - Returns: The first report that is not due.
    mutating func revise(
        _ reports: Range<Int>,
        before window: Int,
        inCohorts: Bool,
        block: Int?
    ) -> Int {
        guard routing.revises else { return reports.upperBound }
        var index = reports.lowerBound
        while index < reports.upperBound, Int(output.reports[index].result) < window {
            let end = endOfReading(index, reports.upperBound, before: window)
            for report in index..<end {
                let plan = routing.plans[Int(output.reports[report].plan)]
                guard plan.plan.revise > .zero, (plan.input != nil) == inCohorts else { continue }
                // What one reading revises at a key is looked at together.
                let first = (index..<end).first { isSameKey(report, $0) }
                if first == report { revise((index..<end).filter { isSameKey(report, $0) }, plan, block: block) }
            }
            index = end
        }
        return index
    }

    /// The end of the reports of one reading: they follow each other, and tell no window twice.
    private func endOfReading(_ first: Int, _ limit: Int, before window: Int) -> Int {
        var end = first + 1
        while end < limit, Int(output.reports[end].result) < window,
            output.reports[end].series == output.reports[first].series,
            !(first..<end).contains(where: { isSameWindow($0, end) })
        { end += 1 }
        return end
    }

    private func isSameWindow(_ one: Int, _ other: Int) -> Bool {
        let (left, right) = (output.reports[one], output.reports[other])
        return left.plan == right.plan && left.window == right.window
            && output.windows[Int(left.result)].end == output.windows[Int(right.result)].end
    }

    /// Whether two reports of one series are about the same key.
    private func isSameKey(_ one: Int, _ other: Int) -> Bool {
        let (left, right) = (Int(output.reports[one].plan), Int(output.reports[other].plan))
        guard let cohort = routing.plans[left].input?.cohort else { return left == right }
        return routing.plans[right].input?.cohort == cohort
    }

    private mutating func revise(_ reports: [Int], _ plan: PipelineRouting.PlanKey, block: Int?) {
        let report = output.reports[reports[0]]
        let key: Int
        let scenarios: [Int]
        if let input = plan.input {
            let cohort = routing.cohorts[input.cohort]
            guard
                let name = cohort.per.name(ofDevice: channels[Int(report.series)].device, in: generation.catalogue),
                let number = cohort.number(ofKey: name)
            else { return }
            (key, scenarios) = (number, routing.scenariosOfCohort[input.cohort])
        } else {
            (key, scenarios) = (Int(report.row), routing.scenariosOfPlan[Int(report.plan)])
        }
        for scenario in scenarios where !routing.scenarios[scenario].past.isEmpty(key: key) {
            var kept: [PastTransitions.Entry] = []
            for var entry in routing.scenarios[scenario].past.take(key: key) {
                let facts = facts(of: scenario, key: key, series: report.series, heard: entry.heard)
                if support(&entry, reports, scenario, facts, key, block) { kept.append(entry) }
            }
            routing.scenarios[scenario].past.put(kept, key: key)
        }
    }

    /// Whether a transition still stands with revised windows; drafts a correction where it does not.
    private mutating func support(
        _ entry: inout PastTransitions.Entry,
        _ reports: [Int],
        _ scenario: Int,
        _ facts: GroupFacts,
        _ key: Int,
        _ block: Int?
    ) -> Bool {
        var isRevised = false
        for report in reports where revise(&entry.inputs, output.reports[report]) { isRevised = true }
        guard isRevised, let program = routing.scenarios[scenario].program else { return true }
        let instant = entry.instant
        routing.scenarios[scenario].fill(
            &values,
            from: entry.inputs,
            facts,
            at: clock.local(endingAt: instant),
            clock,
            scratch: &scratch
        )
        if program.supports(entry.transition, values) { return true }
        draftCorrection(entry, scenario, facts, key, program, block)
        return false
    }

    /// Puts a revised window into what a transition rested on, and says whether it did.
    private func revise(_ inputs: inout KeyInputs, _ report: WindowReport) -> Bool {
        let entry = routing.plans[Int(report.plan)]
        guard
            let member = inputs.revise(
                series: report.series,
                input: entry.input?.input ?? 0,
                window: Int(report.window),
                output.windows[Int(report.result)]
            )
        else { return false }
        let plan = entry.plan
        var place = 0
        for aggregate in plan.aggregates.indices
        where plan.aggregates[aggregate].window == plan.windows[Int(report.window)] {
            inputs.setValue(output.values[Int(report.firstValue) + place], at: member.firstValue + aggregate)
            place += 1
        }
        return true
    }

    private mutating func draftCorrection(
        _ entry: PastTransitions.Entry,
        _ scenario: Int,
        _ facts: GroupFacts,
        _ key: Int,
        _ program: LadderProgram,
        _ block: Int?
    ) {
        let state = routing.scenarios[scenario].book.state(of: key)
        let isCurrent = state.episode == entry.episode
        let over = routing.scenarios[scenario].past.episode(entry.episode, key: key)
        guard isCurrent || over != nil else { return }
        let sequence =
            isCurrent
            ? routing.scenarios[scenario].book.nextSequence(of: key)
            : routing.scenarios[scenario].past.nextSequence(ofEpisode: entry.episode, key: key)
        drafts.append(
            EventDraft(
                kind: .corrected(entry.sequence),
                scenario: scenario,
                key: key,
                instant: state.lastInstant,
                decided: decided(at: block),
                block: sequenceOfBlock(block),
                sequence: sequence,
                episode: entry.episode,
                raised: isCurrent ? state.raised : over!.raised,
                rung: isCurrent && state.rung >= 0 ? Int(state.rung) : nil,
                previous: isCurrent ? state.previous : over!.previous,
                isStale: state.isStale,
                isCurrent: isCurrent,
                evidence: routing.scenarios[scenario].evidence(
                    for: program.deciding(entry.transition),
                    entry.inputs,
                    facts,
                    values
                ),
                truths: program.when.map { $0.evaluate(values) }
            )
        )
    }
}
