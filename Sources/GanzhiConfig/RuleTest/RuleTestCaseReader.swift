import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWindow

/// Reads one rule test.
///
/// - `name` (text, required): what it is about; unique in the file.
/// - `start` (RFC 3339, default `2026-01-01T00:00:00Z`): time of the first step of each series.
/// - `interval` (duration, default the scenarios' `every`): time between two steps.
/// - `series` (mapping, required): `device` or `device/metric` to values, see ``SeriesNotation``.
/// - `expect` (list, required): see ``RuleTestExpectationReader``.
struct RuleTestCaseReader {
    let generation: Generation
    /// Units of numbers without one, by metric as written or canonical.
    let units: [String: String]

    /// The time at which a test starts that does not say when.
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)

    private var catalogue: Catalogue { generation.catalogue }

    func read(_ value: YAMLValue) -> RuleTest? {
        guard let mapping = value.named("a test").mapping(.ruleTest) else { return nil }
        let name = mapping.required("name", "Say in a few words what it is about.")?.text("a name")
        let start = mapping["start"].map(readTime) ?? Self.start
        if let start { checkValidity(at: start, mapping) }
        let interval = mapping["interval"].map { $0.duration(above: .zero) } ?? defaultInterval(mapping)
        guard let values = mapping.required("series", "Write for example `series: {d1: 0.1x5 0.3x5}`."),
            let expected = mapping.required("expect", "Write what happens, or `expect: []` for nothing."),
            let entries = values.mapping(orElse: "Write for example `d1: 0.1x5 0.3x5`.")?.entries
        else { return nil }
        guard let start, let interval else { return nil }
        let series = entries.compactMap { readSeries($0, values, start: start, interval: interval) }
        let reader = RuleTestExpectationReader(generation: generation, start: start)
        let expectations = expected.list(of: "events")?.compactMap { reader.read($0) }
        guard let name, let expectations else { return nil }
        return RuleTest(
            name: name,
            line: value.place.line,
            start: start,
            series: series,
            expectations: expectations
        )
    }

    private func readTime(_ value: YAMLValue) -> Timestamp? {
        value.read("a time", "Write for example `2026-06-20T06:00:00Z`.") { text throws(Fault) in
            guard let time = Timestamp(rfc3339: text) else {
                throw Fault(
                    "\(ScalarText.quoted(text)) is no time.",
                    "Write a time of RFC 3339 with its offset, such as `2026-06-20T14:00:00+08:00`."
                )
            }
            return time
        }
    }

    /// Says where a scenario is not in force when a test starts, which may be meant.
    private func checkValidity(at start: Timestamp, _ mapping: YAMLMapping) {
        guard let zone = TimeZone(identifier: generation.calendar.zone) else { return }
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(start.microseconds) / 1e6))
        let day = String((start + .seconds(Int64(offset))).rfc3339.prefix(10))
        for id in Set(generation.scenarios.map(\.id)).sorted() {
            let sources = generation.scenarios.filter { $0.id == id }.map(\.source)
            let isInForce = sources.contains { ($0?.validFrom ?? "") <= day && day <= ($0?.validTo ?? "9999-99-99") }
            guard !isInForce else { continue }
            let first = sources.compactMap { $0?.validFrom }.min()
            (mapping["start"] ?? mapping.value).report(
                "“\(id)” is not in force on \(day), when the test starts: it decides nothing then.",
                "Write `start:` with a time that it is in force at\(first.map { ", such as `\($0)T12:00:00Z`" } ?? "").",
                severity: .warning
            )
        }
    }

    private func defaultInterval(_ mapping: YAMLMapping) -> TimeSpan? {
        let intervals = Set(generation.scenarios.map(\.every))
        if let only = intervals.first, intervals.count == 1 { return only }
        let list = intervals.sorted().map(\.description).joined(separator: ", ")
        mapping.value.report(
            "The scenarios are evaluated every \(list), so it is open how far apart values are.",
            "Write `interval:` with a duration, such as `interval: 30s`."
        )
        return nil
    }

    // MARK: Series

    private func readSeries(
        _ entry: YAMLMapping.Entry,
        _ series: YAMLValue,
        start: Timestamp,
        interval: TimeSpan
    ) -> RuleTest.Series? {
        guard let (device, metric) = readName(entry, series),
            let text = entry.value.scalar("values", "Write for example `0.1x5 gap10m 0.3`.")
        else { return nil }
        let notation = SeriesNotation(text, interval: interval)
        for fault in notation.faults { entry.value.report(fault.message, fault.remedy, offset: fault.offset) }
        let unit = units[metric] ?? units[canonical(metric, of: device)] ?? ""
        checkUnits(notation, device: device, metric: metric, entry)
        return RuleTest.Series(
            device: device,
            metric: metric,
            values: notation.points.map {
                RuleTest.Value(time: start + $0.offset, number: $0.number, unit: $0.unit.isEmpty ? unit : $0.unit)
            }
        )
    }

    /// Device and metric of `d1/water_level`, or of `d1` where one metric is watched.
    private func readName(_ entry: YAMLMapping.Entry, _ series: YAMLValue) -> (device: String, metric: String)? {
        let watched = watchedMetrics
        func report(_ message: String, _ remedy: String, _ severity: Problem.Severity = .error) {
            series.file.report(at: entry.keyPlace, message, remedy, severity: severity)
        }
        guard let slash = entry.key.lastIndex(of: "/") else {
            guard let metric = watched.first, watched.count == 1 else {
                report(
                    "The scenarios watch \(ScalarText.list(watched)), so it is open which of them “\(entry.key)” "
                        + "measures.",
                    "Write for example `\(entry.key)/\(watched.first ?? "water_level")`."
                )
                return nil
            }
            return checked(device: entry.key, metric: metric, report)
        }
        let (device, metric) = (String(entry.key[..<slash]), String(entry.key[entry.key.index(after: slash)...]))
        guard !device.isEmpty, watched.contains(canonical(metric, of: device)) else {
            report(
                device.isEmpty ? "No device stands before the `/`." : "No scenario under test watches “\(metric)”.",
                didYouMean(metric, among: watched)
                    ?? "Write one of: \(watched.map { "\(device)/\($0)" }.joined(separator: ", "))."
            )
            return nil
        }
        return checked(device: device, metric: metric, report)
    }

    /// Says where a series changes nothing, which may be meant.
    private func checked(
        device: String,
        metric: String,
        _ report: (String, String, Problem.Severity) -> Void
    ) -> (device: String, metric: String) {
        let canonical = canonical(metric, of: device)
        func isWatched(_ device: String) -> Bool {
            generation.scenarios.contains { scenario in
                scenario.watch.key(ofDevice: device, in: catalogue) != nil
                    && scenario.watch.inputs.contains {
                        $0.selector.matches(device: device, metric: canonical, in: catalogue)
                    }
            }
        }
        if !isWatched(device) {
            let nearest = didYouMean(device, among: catalogue.devices.lazy.map(\.id).filter { isWatched($0) })
            report(
                "No scenario under test watches “\(device)”: its values change nothing.",
                nearest ?? "Name a device that the catalogue has with what `where` asks for.",
                .warning
            )
        }
        return (device, metric)
    }

    /// The canonical metrics that scenarios watch, as they first name them.
    private var watchedMetrics: [String] {
        var metrics: [String] = []
        for input in generation.scenarios.flatMap(\.watch.inputs) {
            let metric = catalogue.canonicalMetric(input.selector.metric)
            if !metrics.contains(metric) { metrics.append(metric) }
        }
        return metrics
    }

    /// The canonical metric that a device means by a name.
    private func canonical(_ metric: String, of device: String) -> String {
        catalogue.canonicalMetric(catalogue.device(device)?.metrics[metric]?.metric ?? metric)
    }

    private func checkUnits(_ notation: SeriesNotation, device: String, metric: String, _ entry: YAMLMapping.Entry) {
        guard let canonical = catalogue.metric(canonical(metric, of: device))?.unit.flatMap({ Unit($0) }) else {
            return
        }
        for name in Set(notation.points.map(\.unit)).sorted() {
            guard let unit = Unit(name), !unit.isConvertible(to: canonical) else { continue }
            let text = entry.value.scalarText ?? ""
            entry.value.report(
                "“\(name)” is \(unit.dimension.withArticle), but “\(metric)” is in \(canonical).",
                "Use one of: \(Unit.codes(of: canonical.dimension).prefix(6).joined(separator: " ")).",
                offset: text.firstRange(of: name).map { text.distance(from: text.startIndex, to: $0.lowerBound) }
            )
        }
    }
}
