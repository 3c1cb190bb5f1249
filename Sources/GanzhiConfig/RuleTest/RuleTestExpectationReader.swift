import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// Reads what a rule test expects.
///
/// - `at` (duration since the start, or RFC 3339; required): the event's instant.
/// - `scenario` (id): which; may be left out where one is tested.
/// - `key` (text, required): the key within the scenario.
/// - `event` (word, required): what happens.
/// - `level` (level): what stands then; required for `raised`, `escalated`, `eased`.
/// - `previous` (level or `none`), `reason` (text), `evidence` (value by measure): compared where given.
struct RuleTestExpectationReader {
    let generation: Generation
    let start: Timestamp

    func read(_ value: YAMLValue) -> WarningExpectation? {
        guard let mapping = value.named("the expected event").mapping(.ruleTestExpectation) else { return nil }
        let instant = mapping.required("at", "Write when, such as `at: 4m`.").flatMap(readInstant)
        let key = mapping.required("key", "Write the key, such as `key: d1`.")?.text("a key")
        let kind = mapping.required("event", "Write for example `event: raised`.")?.choice(
            of: WarningExpectation.Kind.self
        )
        let scenario = readScenario(mapping)
        let versions = generation.scenarios.filter { $0.id == scenario }
        let level = mapping["level"].map { readLevel($0, of: versions) }
        if let kind, kind.leadsToLevel, level == nil || level == "none" {
            (mapping["level"] ?? mapping.value).report(
                "“\(kind.rawValue)” leads to a level\(level == nil ? ", and none is given" : "").",
                "Write which, such as `level: \(versions.first?.ladder.rungs.first?.level.name ?? "blue")`."
            )
        }
        let previous = mapping["previous"].map { readLevel($0, of: versions) }
        let reason = mapping["reason"].map { $0.text("a reason") }
        let evidence = mapping["evidence"].flatMap { readEvidence($0, of: versions) }
        guard let instant, let key, let kind, let scenario else { return nil }
        return WarningExpectation(
            line: value.place.line,
            instant: instant,
            scenario: scenario,
            key: key,
            kind: kind,
            level: level ?? nil,
            previous: previous ?? nil,
            reason: reason ?? nil,
            evidence: evidence ?? [:]
        )
    }

    private func readInstant(_ value: YAMLValue) -> Timestamp? {
        value.read("a time", "Write for example `4m`.") { text throws(Fault) in
            if let span = Elapsed.span(text) { return start + span }
            guard let time = Timestamp(rfc3339: text) else {
                throw Fault(
                    "\(ScalarText.quoted(text)) is no time.",
                    "Write how long after the start, such as `4m` or `1h30m`, or a time such as `2026-06-20T06:04:00Z`."
                )
            }
            return time
        }
    }

    private func readScenario(_ mapping: YAMLMapping) -> String? {
        let ids = Set(generation.scenarios.map(\.id)).sorted { $0.precedesByCodePoint($1) }
        guard let value = mapping["scenario"] else {
            if let only = ids.first, ids.count == 1 { return only }
            mapping.value.report(
                "Several scenarios are tested, so it is open which of them is meant.",
                "Write `scenario:` with one of \(ScalarText.list(ids))."
            )
            return nil
        }
        return value.read("a scenario", "Write its id.") { text throws(Fault) in
            guard ids.contains(text) else {
                throw Fault(
                    "No scenario under test is called \(ScalarText.quoted(text)).",
                    didYouMean(text, among: ids) ?? "Write one of \(ScalarText.list(ids))."
                )
            }
            return text
        }
    }

    private func readLevel(_ value: YAMLValue, of versions: [Scenario]) -> String? {
        value.read("a level", "Write for example `blue`.") { text throws(Fault) in
            let levels = Set(versions.flatMap { $0.ladder.rungs.map(\.level) }).sorted().map(\.name)
            guard text == "none" || versions.isEmpty || levels.contains(text) else {
                throw Fault(
                    "\(ScalarText.quoted(text)) is no level of “\(versions[0].id)”.",
                    didYouMean(text, among: levels) ?? "Write one of \(ScalarText.list(levels + ["none"]))."
                )
            }
            return text
        }
    }

    // MARK: Evidence

    private func readEvidence(_ value: YAMLValue, of versions: [Scenario]) -> [String: Double]? {
        guard let mapping = value.mapping(orElse: "Write for example `evidence: {depth: 0.31}`.") else { return nil }
        let names = versions.flatMap(Self.evidence)
        var values: [String: Double] = [:]
        for entry in mapping.entries {
            guard let scenario = versions.first(where: { Self.evidence(of: $0).contains(entry.key) }) else {
                if versions.isEmpty { continue }
                mapping.report(
                    at: entry,
                    "\(ScalarText.quoted(entry.key)) is nothing that “\(versions[0].id)” can have as evidence.",
                    didYouMean(entry.key, among: names) ?? "Write one of \(ScalarText.list(names))."
                )
                continue
            }
            values[entry.key] = entry.value.read("a value", "Write for example `0.31` or `31 cm`.") {
                text throws(Fault) in
                try readValue(text, of: entry.key, scenario)
            }
        }
        return values
    }

    /// What events of a scenario can name as evidence: measures, and what conditions make of them over a group.
    private static func evidence(of scenario: Scenario) -> [String] {
        var conditions = scenario.ladder.rungs.map(\.when) + scenario.ladder.rungs.compactMap(\.until)
        if let clear = scenario.ladder.clear { conditions.append(clear) }
        let operands = conditions.flatMap { $0.comparisons.flatMap { [$0.left, $0.right] } }
        let groups = operands.compactMap { operand -> String? in
            switch operand {
            case .members, .count, .share: operand.description
            case .measure, .number: nil
            }
        }
        return scenario.measures.map(\.name) + groups
    }

    /// A value in the unit in which events give it.
    private func readValue(_ text: String, of name: String, _ scenario: Scenario) throws(Fault) -> Double {
        let quantity = try ScalarText.quantity(text)
        guard let unit = quantity.unit else { return quantity.number.doubleValue ?? 0 }
        let measure = scenario.measures.firstIndex { $0.name == name || name.hasSuffix(" of \($0.name)") }
        let function = measure.map { scenario.measures[$0].function } ?? .count
        let metric = measure.map { scenario.watch.inputs[scenario.input(ofMeasure: $0)].selector.metric }
        let metricUnit = metric.flatMap { generation.catalogue.metric($0)?.unit }
        do throws(Thresholds.Fault) {
            return try Thresholds.convert(
                quantity.number.description,
                unit: unit.description,
                function: function,
                metricUnit: metricUnit
            )
        } catch {
            throw Fault(
                "\(ScalarText.quoted(text)) cannot be held against “\(name)”"
                    + (metricUnit.map { ", which is in \(function.dimension.unit(ofMetricIn: $0))." } ?? "."),
                "Write the number in the unit that events have, without a unit."
            )
        }
    }
}
