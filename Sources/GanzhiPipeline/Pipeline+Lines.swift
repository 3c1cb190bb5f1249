import GanzhiModel
import GanzhiWindow

extension Pipeline {
    /// Writes the windows of one block as lines: those that end at its evaluations, and those reported beside them.
    ///
    /// In the order (end, scenario, key, measure as declared, revision). A value that a number cannot say is no result.
    mutating func writeLines(_ evaluations: Range<Int>, reports: Range<Int>) {
        guard var lines = windowLines.take() else { return }
        defer { windowLines = lines }
        for index in evaluations where output.evaluations[index].firstWindow >= 0 {
            let evaluation = output.evaluations[index]
            for scenario in routing.scenariosOfPlan[Int(evaluation.plan)] {
                for (measure, slot) in routing.scenarios[scenario].slots.enumerated() {
                    let result = Int(evaluation.firstWindow) + slot.window
                    guard slot.endsWithEvaluations, output.windows[result].end == evaluation.instant else { continue }
                    lines.entries.append(
                        WindowLines.Entry(
                            end: evaluation.instant,
                            scenario: scenario,
                            series: evaluation.series,
                            measure: measure,
                            result: result,
                            value: Int(evaluation.firstValue) + slot.aggregate
                        )
                    )
                }
            }
        }
        for index in reports {
            let report = output.reports[index]
            for scenario in routing.scenariosOfPlan[Int(report.plan)] {
                for (measure, slot) in routing.scenarios[scenario].slots.enumerated()
                where slot.window == Int(report.window) {
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
}
