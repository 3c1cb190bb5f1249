import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

extension ScenarioReader {
    /// Checks what needs the scenario as a whole: names, units, times, and what the catalogue knows.
    func check(_ scenario: Scenario) {
        checkComparisons()
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
        if time.every != nil, !scenario.measures.isEmpty {
            do throws(Problem) {
                let metric = catalogue.catalogue.canonicalMetric(metric)
                _ = try scenario.plan(calendar: .shanghai, unit: catalogue.catalogue.metric(metric)?.unit)
            } catch {
                time.place(of: "every")?.report(error.message, error.remedy)
            }
        }
        if !metric.isEmpty { checkAgainstCatalogue(scenario) }
    }

    /// Checks that conditions compare declared measures with what they can be compared with.
    private func checkComparisons() {
        var thresholds = ThresholdReader(metric: metric, catalogue: catalogue)
        let declared = Dictionary(measures.map { ($0.measure.name, $0.measure) }) { first, _ in first }
        for read in conditions {
            let value = read.value
            guard let text = value.scalarText else { continue }
            let places = OperandPlaces.find(in: text, of: read.condition)
            for (sides, place) in zip(read.condition.comparisons, places) {
                let left = measure(sides.left, declared, value, place.left)
                let right = measure(sides.right, declared, value, place.right)
                switch (sides.left, sides.right) {
                case (.number(let digits, let unit), .measure):
                    if let right { check(digits, unit, beside: right, value, place.left, &thresholds) }
                case (.measure, .number(let digits, let unit)):
                    if let left { check(digits, unit, beside: left, value, place.right, &thresholds) }
                case (.measure, .measure):
                    if let left, let right { check(left, with: right, value, place.left, thresholds) }
                case (.number, .number): break
                }
            }
        }
    }

    private func measure(
        _ operand: Condition.Operand,
        _ declared: [String: Measure],
        _ value: YAMLValue,
        _ offset: Int
    ) -> Measure? {
        guard case .measure(let name) = operand else { return nil }
        if let measure = declared[name] { return measure }
        let names = measures.map(\.measure.name)
        // A measure that was refused has been reported by itself.
        guard !refusedMeasures.contains(name) else { return nil }
        value.report(
            "“\(name)” is not a measure of this scenario.",
            didYouMean(name, among: names + refusedMeasures.sorted())
                ?? (names.isEmpty
                    ? "Declare it under `measures`."
                    : "Declare it under `measures`, or use one of: \(names.joined(separator: " "))."),
            offset: offset
        )
        return nil
    }

    private func check(
        _ digits: String,
        _ unit: String,
        beside measure: Measure,
        _ value: YAMLValue,
        _ offset: Int,
        _ thresholds: inout ThresholdReader
    ) {
        do throws(Fault) {
            let place = "“\(digits) \(unit)” in line \(value.place.line)"
            _ = try thresholds.value(digits, unit: unit, beside: measure, place: place)
        } catch {
            value.report(error.message, error.remedy, offset: offset)
        }
    }

    private func check(
        _ left: Measure,
        with right: Measure,
        _ value: YAMLValue,
        _ offset: Int,
        _ thresholds: ThresholdReader
    ) {
        let metric = thresholds.unit.map { "\($0.unit)" } ?? "the metric's unit"
        let (one, other) = (left.function.dimension, right.function.dimension)
        guard one.unit(ofMetricIn: metric) != other.unit(ofMetricIn: metric) else { return }
        func said(_ dimension: WindowFunction.Dimension) -> String {
            dimension == .number ? "a plain number" : "in \(dimension.unit(ofMetricIn: metric))"
        }
        value.report(
            "`\(left.name)` is \(said(one)) and `\(right.name)` is \(said(other)); they cannot be compared.",
            "Compare each with a threshold of its own.",
            offset: offset
        )
    }

    private func checkAgainstCatalogue(_ scenario: Scenario) {
        let known = catalogue.catalogue
        let selector = scenario.watch
        if !known.metrics.isEmpty, known.metric(selector.metric) == nil {
            watchPlaces?.metric.report(
                "The catalogue knows no metric \(ScalarText.quoted(selector.metric)).",
                didYouMean(selector.metric, among: known.metrics.map(\.id))
                    ?? "Add it to the catalogue, or watch one that it has.",
                severity: .warning
            )
        }
        let metric = known.canonicalMetric(selector.metric)
        let devices = known.devices.filter { selector.matches(device: $0.id, metric: metric, in: known) }
        if devices.isEmpty, !known.devices.isEmpty {
            watchPlaces?.conditions.report(
                "No device of the catalogue matches, so this scenario watches nothing.",
                "Check `where` against the type, district and labels of the devices.",
                severity: .warning
            )
        }
        checkIntervals(scenario, devices, metric: metric)
    }

    /// Warns of windows and silences shorter than the wait between two readings.
    private func checkIntervals(_ scenario: Scenario, _ devices: [DeviceDefinition], metric: String) {
        let intervals = devices.compactMap { device -> (device: String, interval: TimeSpan)? in
            let own = device.metrics.first { name, override in
                catalogue.catalogue.canonicalMetric(override.metric ?? name) == metric
            }
            return (own?.value.expectedInterval ?? device.expectedInterval).map { (device.id, $0) }
        }
        guard let longest = intervals.max(by: { $0.interval < $1.interval }) else { return }
        for (measure, entry) in measures where measure.window.kind != .session && measure.window.size < longest.interval
        {
            let count = intervals.count { $0.interval > measure.window.size }
            entry.value.report(
                "`\(measure.name)` looks at \(measure.window.size), but \(longest.device) reports every "
                    + "\(longest.interval)\(count > 1 ? " and \(count - 1) others are slower too" : ""): many windows will be "
                    + "empty.",
                "Use a window of \(longest.interval) or more.",
                severity: .warning
            )
        }
        if scenario.ladder.silence < longest.interval {
            time.place(of: "silence")?.report(
                "`silence` (\(scenario.ladder.silence)) is shorter than the \(longest.interval) that \(longest.device) "
                    + "may wait between two readings: its warnings will be stale without cause.",
                "Set `silence` above \(longest.interval).",
                severity: .warning
            )
        }
    }
}
