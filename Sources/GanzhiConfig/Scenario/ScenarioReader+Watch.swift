import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWindow

extension ScenarioReader {
    /// What is watched, with its places.
    struct ReadWatch {
        /// A series with where its parts stand.
        struct Input {
            let input: Watch.Input
            /// Where its name is said; `nil` for the one series of a scenario that names none.
            let entry: YAMLMapping.Entry?
            let metric: YAMLValue
            /// The conditions, or what they are missing from.
            let conditions: YAMLValue
        }

        let mapping: YAMLMapping
        let inputs: [Input]
        /// Names of series that could not be read, so that their use is no second fault.
        let refused: Set<String>
        let key: Watch.Key
        /// What says which devices share a ladder, or the whole `watch`.
        let per: YAMLValue

        /// What the scenario watches.
        var watch: Watch { Watch(inputs: inputs.map(\.input), per: key) }
    }

    /// Reads `watch`; `nil` where no series of it can be read.
    func readWatch(_ value: YAMLValue) -> ReadWatch? {
        guard let mapping = value.mapping(.scenarioWatch) else { return nil }
        let per = mapping["per"]
        let key = per?.text("`device`, `district` or a label").map { Watch.Key($0) } ?? .device
        let common = readConditions(mapping["where"])
        var inputs: [ReadWatch.Input] = []
        var refused: Set<String> = []
        if let series = mapping["series"] {
            if let metric = mapping["metric"] {
                metric.report(
                    "`watch` has a `metric` and `series`, so what it watches is said twice.",
                    "Remove `metric`, or move it into a series of its own."
                )
            }
            let example = "Name each, such as `series: {rain: {metric: rainfall}, level: {metric: water_level}}`."
            let entries = series.mapping(orElse: example)?.entries ?? []
            if series.isMapping, entries.isEmpty { series.report("`series` is empty.", example) }
            for entry in entries {
                guard let input = readSeries(entry, common, elsewhere: mapping["where"]) else {
                    refused.insert(entry.key)
                    continue
                }
                inputs.append(input)
            }
        } else if let metric = mapping.required("metric", "Write the metric's id, such as `metric: water_level`."),
            let name = metric.text("a metric")
        {
            inputs.append(
                ReadWatch.Input(
                    input: Watch.Input(selector: WatchSelector(metric: name, where: common)),
                    entry: nil,
                    metric: metric,
                    conditions: mapping["where"] ?? value
                )
            )
        }
        guard !inputs.isEmpty else { return nil }
        return ReadWatch(mapping: mapping, inputs: inputs, refused: refused, key: key, per: per ?? value)
    }

    private func readSeries(
        _ entry: YAMLMapping.Entry,
        _ common: [String: String],
        elsewhere: YAMLValue?
    ) -> ReadWatch.Input? {
        guard let mapping = entry.value.mapping(.scenarioSeries) else { return nil }
        guard Measure.isSeriesName(entry.key) else {
            entry.value.file.report(
                at: entry.keyPlace,
                "\(ScalarText.quoted(entry.key)) cannot be the name of a series.",
                "Use letters, digits, `-` and `_`, beginning with a letter; names of windows are taken."
            )
            return nil
        }
        guard let metric = mapping.required("metric", "Write the metric's id, such as `metric: water_level`."),
            let name = metric.text("a metric")
        else { return nil }
        let conditions = common.merging(readConditions(mapping["where"])) { _, own in own }
        return ReadWatch.Input(
            input: Watch.Input(name: entry.key, selector: WatchSelector(metric: name, where: conditions)),
            entry: entry,
            metric: metric,
            conditions: mapping["where"] ?? elsewhere ?? entry.value
        )
    }

    private func readConditions(_ value: YAMLValue?) -> [String: String] {
        var labels: [String: String] = [:]
        for entry in value?.mapping(orElse: "Write labels as `{site: underpass}`.")?.entries ?? [] {
            labels[entry.key] = entry.value.text("the value of a label")
        }
        return labels
    }

    // MARK: Checks

    /// Number of the series that a measure is computed over; `nil` where it names none that could be read.
    func input(of measure: Measure) -> Int? {
        guard let watch else { return nil }
        if watch.inputs.count == 1, watch.refused.isEmpty, measure.series.isEmpty { return 0 }
        return watch.inputs.firstIndex { $0.input.name == measure.series }
    }

    /// Checks that each measure names a series that there is, and that each series is measured.
    func checkSeries() {
        guard let watch else { return }
        let names = watch.inputs.map(\.input.name)
        let isNamed = watch.mapping["series"] != nil
        for (measure, entry) in measures where input(of: measure) == nil && !watch.refused.contains(measure.series) {
            guard !measure.series.isEmpty else {
                guard watch.refused.isEmpty else { continue }
                entry.value.report(
                    "`\(measure.name)` does not say which series it is computed over.",
                    "Name one first: \(names.map { "`\(measure.function.name)(\($0), …)`" }.joined(separator: " or "))."
                )
                continue
            }
            entry.value.report(
                isNamed
                    ? "This scenario watches no series “\(measure.series)”."
                    : "“\(measure.series)” names a series, but this scenario watches one that has no name.",
                isNamed
                    ? didYouMean(measure.series, among: names)
                        ?? "Use one of: \(names.joined(separator: " ")), or declare it under `watch: {series: …}`."
                    : "Leave it out, or name the series: `watch: {series: {\(measure.series): {metric: "
                        + "\(watch.inputs[0].input.selector.metric)}}}`.",
                offset: Self.placeOfSeries(in: entry.value.scalarText ?? "")
            )
        }
        // A measure that was refused may be the one that uses it.
        guard refusedMeasures.isEmpty, !measures.isEmpty else { return }
        for (number, input) in watch.inputs.enumerated() {
            guard let entry = input.entry, !measures.contains(where: { self.input(of: $0.measure) == number }) else {
                continue
            }
            file.report(
                at: entry.keyPlace,
                "No measure is computed over the series “\(entry.key)”.",
                "Remove it, or add a measure such as `mean(\(entry.key), 5m)`."
            )
        }
    }

    /// Characters before the first argument of a measure.
    private static func placeOfSeries(in text: String) -> Int {
        guard let open = text.firstIndex(of: "(") else { return 0 }
        let argument = text[text.index(after: open)...].drop(while: \.isWhitespace)
        return text.distance(from: text.startIndex, to: argument.startIndex)
    }

    /// Warns where no device has what `per` asks for.
    func checkKey() {
        guard let watch, watch.key != .device else { return }
        let known = catalogue.catalogue
        guard watch.inputs.allSatisfy({ matching($0.input.selector).largestKey == nil }) else { return }
        let labels = Set(known.devices.flatMap(\.labels.keys)).sorted { $0.precedesByCodePoint($1) }
        switch watch.key {
        case .device: break
        case .district:
            watch.per.report(
                "No device that this scenario watches has a district in the catalogue, so no ladder is ever judged.",
                "Give the devices a `district`, or use `per: device`.",
                severity: .warning
            )
        case .label(let name):
            watch.per.report(
                "No device that this scenario watches has a label \(ScalarText.quoted(name)) in the catalogue, so no "
                    + "ladder is ever judged.",
                didYouMean(name, among: ["device", "district"] + labels)
                    ?? "Use `per: device`, `per: district`, or a label of the devices"
                    + (labels.isEmpty ? "." : ", such as \(ScalarText.list(Array(labels.prefix(5))))."),
                severity: .warning
            )
        }
    }

    /// What is known of the devices of the catalogue that fit.
    func matching(_ selector: WatchSelector) -> WatchedDevices {
        catalogue.matches.devices(fitting: selector, per: watch?.key ?? .device, in: catalogue.catalogue)
    }
}
