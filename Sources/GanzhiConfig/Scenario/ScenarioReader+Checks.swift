import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

extension ScenarioReader {
    /// Checks what needs the scenario as a whole: names, units, times, and what the catalogue knows.
    func check(_ scenario: Scenario) {
        checkSeries()
        checkKey()
        checkConditions()
        if let silence = time.silence, let idle = time.idle, silence < idle {
            (time.mapping?["silence"] ?? time.place(of: "idle"))?.report(
                "`silence` (\(silence)) is shorter than `idle` (\(idle)): a warning would be stale before its silent "
                    + "devices are given up.",
                "Set `silence` to \(idle) or more, or `idle` to \(silence) or less."
            )
        }
        if let from = time.from, from > .zero, let every = time.every, !every.isMultiple(of: .days(1)),
            !scenario.measures.contains(where: { $0.window.isDaily })
        {
            time.place(of: "from")?.report(
                "`from` says when days begin, but no window here ends with days.",
                "Remove it, or give a measure an `every` of whole days, such as `\"sum(1d, every: 1d)\"`.",
                severity: .warning
            )
        }
        if let every = time.every, let idle = time.idle, every.isMultiple(of: .days(1)), idle < every {
            time.place(of: "idle")?.report(
                "`idle` (\(idle)) is shorter than `every` (\(every)): a device that is silent for \(idle) closes its day, "
                    + "and what it says later that day is late.",
                "Set `idle` to \(every), or evaluate more often and give the measures an `every` of \(every).",
                severity: .warning
            )
        }
        if time.every != nil { checkPlans(scenario) }
        checkHolds(scenario)
        checkAgainstCatalogue(scenario)
    }

    /// Checks that the windows over each series make a plan.
    private func checkPlans(_ scenario: Scenario) {
        for (number, input) in (watch?.inputs ?? []).enumerated() {
            // Numbers that cannot be converted have been reported by themselves.
            let functions = scenario.measures(ofInput: number).map { scenario.measures[$0] }
            var counted = scenario
            counted.measures = functions.map {
                Measure(name: $0.name, series: $0.series, function: $0.function, window: $0.window)
            }
            do throws(Problem) {
                _ = try counted.plan(ofInput: number, calendar: .shanghai, unit: nil)
            } catch {
                let owner = input.entry.map { "Series “\($0.key)”: " } ?? ""
                time.place(of: "every")?.report(owner + error.message, error.remedy)
            }
        }
    }

    /// Warns of durations that evaluations are too rare for.
    private func checkHolds(_ scenario: Scenario) {
        guard let every = time.every, !scenario.eager else { return }
        let holds = levels.map { ($0.keys["for"], $0.rung.hold) } + [(clearHold, scenario.ladder.clearHold)]
        for (value, hold) in holds where hold > .zero && hold < every {
            value?.report(
                "`for` (\(hold)) is shorter than `every` (\(every)), so it is the same as \(every): between two "
                    + "evaluations nothing is decided.",
                "Write \(every), or `0s` to act at the first evaluation.",
                severity: .warning
            )
        }
    }

    private func checkAgainstCatalogue(_ scenario: Scenario) {
        let known = catalogue.catalogue
        var longest: (device: String, interval: TimeSpan)?
        for (number, input) in (watch?.inputs ?? []).enumerated() {
            let selector = input.input.selector
            if !known.metrics.isEmpty, known.metric(selector.metric) == nil {
                input.metric.report(
                    "The catalogue knows no metric \(ScalarText.quoted(selector.metric)).",
                    didYouMean(selector.metric, among: known.metrics.map(\.id))
                        ?? "Add it to the catalogue, or watch one that it has.",
                    severity: .warning
                )
            }
            let devices = matching(selector)
            if devices.count == 0, !known.devices.isEmpty {
                input.conditions.report(
                    "No device of the catalogue matches, so this \(input.entry == nil ? "scenario" : "series") watches "
                        + "nothing.",
                    "Check `where` against the type, district and labels of the devices.",
                    severity: .warning
                )
            }
            let slowest = checkIntervals(ofInput: number, devices.waits)
            if let slowest, slowest.interval > longest?.interval ?? .zero { longest = slowest }
        }
        if let longest, scenario.ladder.silence < longest.interval {
            time.place(of: "silence")?.report(
                "`silence` (\(scenario.ladder.silence)) is shorter than the \(longest.interval) that \(longest.device) "
                    + "may wait between two readings: its warnings will be stale without cause.",
                "Set `silence` above \(longest.interval).",
                severity: .warning
            )
        }
    }

    /// Warns of windows shorter than the wait between two readings.
    ///
    /// - Returns: The device that waits longest.
    private func checkIntervals(
        ofInput input: Int,
        _ waits: [(device: String, interval: TimeSpan)]
    ) -> (device: String, interval: TimeSpan)? {
        guard let longest = waits.first else { return nil }
        for (measure, entry) in measures
        where self.input(of: measure) == input && measure.window.kind != .session
            && measure.window.size < longest.interval
        {
            let count = waits.prefix { $0.interval > measure.window.size }.count
            entry.value.report(
                "`\(measure.name)` looks at \(measure.window.size), but \(longest.device) reports every "
                    + "\(longest.interval)\(count > 1 ? " and \(count - 1) others are slower too" : ""): many windows will be "
                    + "empty.",
                "Use a window of \(longest.interval) or more.",
                severity: .warning
            )
        }
        return longest
    }
}
