import GanzhiModel
import GanzhiWindow

extension Pipeline {
    /// Writes the windows of one block as lines: those that end at its evaluations, and those reported beside them.
    ///
    /// In the order (end, scenario, key, measure as declared, revision). A value that a number cannot say is no result.
    /// Windows are keyed by device, those of members of a group too.
    mutating func writeLines(_ evaluations: Range<Int>, _ groups: Range<Int>, reports: Range<Int>) {
        guard var lines = windowLines.take() else { return }
        defer { windowLines = lines }
        for index in evaluations where output.evaluations[index].firstWindow >= 0 && !output.evaluations[index].isEager
        {
            let evaluation = output.evaluations[index]
            let results = WindowLines.Results(
                end: evaluation.instant,
                series: evaluation.series,
                firstWindow: Int(evaluation.firstWindow),
                firstValue: Int(evaluation.firstValue)
            )
            for scenario in routing.scenariosOfPlan[Int(evaluation.plan)] {
                append(results, ofInput: 0, scenario: scenario, to: &lines)
            }
        }
        for index in groups where !output.groups[index].isEager {
            let group = output.groups[index]
            for place in 0..<Int(group.memberCount) {
                let member = output.members[Int(group.firstMember) + place]
                let results = WindowLines.Results(
                    end: group.instant,
                    series: member.series,
                    firstWindow: Int(member.firstWindow),
                    firstValue: Int(member.firstValue)
                )
                let input = routing.plans[Int(member.plan)].input!.input
                for scenario in routing.scenariosOfCohort[Int(group.cohort)] {
                    append(results, ofInput: input, scenario: scenario, to: &lines)
                }
            }
        }
        for index in reports {
            let report = output.reports[index]
            let input = routing.plans[Int(report.plan)].input
            let scenarios =
                input.map { routing.scenariosOfCohort[$0.cohort] } ?? routing.scenariosOfPlan[Int(report.plan)]
            for scenario in scenarios {
                for (measure, slot) in routing.scenarios[scenario].slots.enumerated()
                where slot.window == Int(report.window) && slot.input == input?.input ?? 0 {
                    lines.entries.append(
                        WindowLines.Entry(
                            end: output.windows[Int(report.result)].end,
                            scenario: scenario,
                            series: report.series,
                            measure: measure,
                            result: Int(report.result),
                            value: Int(report.firstValue) + slot.placeInWindow
                        )
                    )
                }
            }
        }
        lines.entries.removeAll {
            output.windows[$0.result].count == 0 || !output.values[$0.value].isFinite
        }
        if lines.entries.count > 1 { lines.entries.sort { precedes($0, $1) } }
        for entry in lines.entries {
            let scenario = routing.scenarios[entry.scenario].scenario
            lines.append(
                scenario: scenario.id,
                key: channels[Int(entry.series)].device,
                measure: scenario.measures[entry.measure].name,
                window: output.windows[entry.result],
                value: output.values[entry.value]
            )
        }
        lines.entries.removeAll(keepingCapacity: true)
    }

    /// Adds the windows of one series that end at an instant.
    private func append(
        _ results: WindowLines.Results,
        ofInput input: Int,
        scenario: Int,
        to lines: inout WindowLines
    ) {
        for (measure, slot) in routing.scenarios[scenario].slots.enumerated() where slot.input == input {
            let result = results.firstWindow + slot.window
            guard slot.endsWithEvaluations, output.windows[result].end == results.end else { continue }
            lines.entries.append(
                WindowLines.Entry(
                    end: results.end,
                    scenario: scenario,
                    series: results.series,
                    measure: measure,
                    result: result,
                    value: results.firstValue + slot.aggregate
                )
            )
        }
    }

    private func precedes(_ left: WindowLines.Entry, _ right: WindowLines.Entry) -> Bool {
        if left.end != right.end { return left.end < right.end }
        if left.scenario != right.scenario { return left.scenario < right.scenario }
        if left.series != right.series { return keyPrecedes(left.series, right.series) }
        if left.measure != right.measure { return left.measure < right.measure }
        return output.windows[left.result].revision < output.windows[right.result].revision
    }

    /// Whether the key of a series comes before that of another, by code point.
    func keyPrecedes(_ left: UInt32, _ right: UInt32) -> Bool {
        if let ranks { return ranks[Int(left)] < ranks[Int(right)] }
        return channels[Int(left)].device.precedesByCodePoint(channels[Int(right)].device)
    }

    /// Works out the order of all keys at once, for the end of input, where every series has something to tell.
    mutating func rankKeys() {
        let order = channels.indices.sorted { channels[$0].device.precedesByCodePoint(channels[$1].device) }
        var ranks = [UInt32](repeating: 0, count: order.count)
        var rank: UInt32 = 0
        for (place, series) in order.enumerated() {
            if place > 0, channels[order[place - 1]].device != channels[series].device { rank += 1 }
            ranks[series] = rank
        }
        self.ranks = ranks
        windows.setEndOrder(order)
    }
}
