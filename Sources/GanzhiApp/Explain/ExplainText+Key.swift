import GanzhiModel
import GanzhiStore
import GanzhiWarnings

extension ExplainText {
    /// Where the scenario stands at a key, and why.
    func key(_ key: KeyAccount) -> [String] {
        var lines = ["At \(TerminalText.safe(key.key))\(key.place.map { ", \(TerminalText.safe($0))" } ?? ""):"]
        if !key.isInCatalogue {
            lines.append(
                "  the catalogue has no device for this key that the scenario watches"
                    + (key.nearest.map { "; did you mean “\($0)”?" } ?? "")
            )
        }
        if let unknown = key.unknown { return lines + ["  \(unknown)"] }
        lines += standing(key)
        lines += distances(key)
        if let episode = key.episode { lines += self.episode(episode) }
        return lines
    }

    // MARK: Now

    private func standing(_ key: KeyAccount) -> [String] {
        guard let standing = key.standing else { return ["  no warning stands"] }
        var lines = [
            "  \(coloured(standing.level)) stands since \(LocalTime.text(standing.changed, in: zone))"
                + (standing.raised == standing.changed ? "" : ", raised \(LocalTime.text(standing.raised, in: zone))")
                + " (episode \(standing.episode))"
        ]
        if standing.isStale { lines.append("  it is stale: its evidence has fallen silent") }
        if !standing.suppressedBy.isEmpty {
            lines.append("  not published: \(TerminalText.safe(standing.suppressedBy))")
        }
        for suppression in standing.suppressions {
            lines.append(
                TerminalText.safe(
                    "    \(suppression.id) by \(suppression.author) until "
                        + "\(LocalTime.text(suppression.until, in: zone)): \(suppression.reason)"
                )
            )
        }
        return lines
    }

    private func distances(_ key: KeyAccount) -> [String] {
        guard let newest = key.newest else {
            return ["  its measures are not known: they are kept while a level is pending or stands"]
        }
        var lines = ["  measures last kept, \(LocalTime.text(newest.instant, in: zone)):"]
        lines += newest.values.map { "    \($0.name) \(Figure.measured($0.value, $0.unit))" }
        for distance in key.distances {
            lines.append("    \(coloured(distance.level)) \(distance.truth.word)")
            lines += distance.comparisons.map { "      \($0.sentence)" }
        }
        return lines
    }

    // MARK: An episode

    private func episode(_ episode: KeyAccount.Episode) -> [String] {
        var lines = ["", "Episode \(episode.id):"]
        for event in episode.events {
            let change = event.previous == event.level || event.previous == "none" ? "" : " from \(event.previous)"
            lines.append(
                "  \(LocalTime.text(event.instant, in: zone))  \(event.event)\(change)"
                    + (event.level == "none" ? "" : " to \(coloured(event.level))") + ", decided \(event.decided)"
            )
            if let reason = event.reason { lines.append("    because \(TerminalText.safe(reason))") }
            if let deciding = event.deciding {
                lines.append("    because \(deciding)" + (event.isOfToday ? " (as the scenario says today)" : ""))
            }
            lines += event.evidence.map { "    \(evidence($0))" }
            let truths = account.levels.map(\.level).compactMap { level in
                event.conditions[level].map { "\(level) \($0.word)" }
            }
            if !truths.isEmpty { lines.append("    \(truths.joined(separator: ", "))") }
            for suppressed in event.suppressed {
                let words = [suppressed.kind, suppressed.id, suppressed.scenario, suppressed.reason].compactMap(\.self)
                lines.append("    not published: \(TerminalText.safe(words.joined(separator: " ")))")
            }
        }
        return lines + chart(episode)
    }

    private func evidence(_ evidence: WarningContent.Evidence) -> String {
        let unit = evidence.unit ?? ""
        let held = evidence.thresholds.map { "\($0.comparison) \(Figure.threshold($0.value, unit))" }
        return TerminalText.safe(
            "\(evidence.measure) \(Figure.precise(evidence.value))\(unit.isEmpty ? "" : " \(unit)")"
                + (held.isEmpty ? "" : " held against \(held.joined(separator: ", "))")
                + ": \(evidence.count) reading\(evidence.count == 1 ? "" : "s"), coverage \(Figure.percent(evidence.coverage)), good "
                + Figure.percent(evidence.good)
        )
    }

    private func chart(_ episode: KeyAccount.Episode) -> [String] {
        guard let first = episode.trace.first?.instant, let last = episode.trace.last?.instant else {
            return ["", "  Its measures are not kept any more."]
        }
        let charts = reading.comparedNames.compactMap { chart(of: $0, episode, span: (first, last)) }
        let (indent, levelWord) = ("  ", "level")
        let axisWidth = charts.map(\.axisWidth).max().map { max($0, levelWord.count) } ?? levelWord.count
        let labelWidth = charts.map(\.labelWidth).max() ?? 0
        let columns = max(Self.leastColumns, width - indent.count - axisWidth - labelWidth - 4)
        var lines: [String] = []
        for chart in charts {
            lines += ["", "\(indent)\(chart.name)"]
            lines += chart.lines(columns: columns, axisWidth: axisWidth, isColoured: isColoured).map { indent + $0 }
        }
        let levels = TraceChart.levels(
            episode.trace.map { ($0.instant, $0.level) },
            span: (first, last),
            columns: columns,
            isColoured: isColoured
        )
        lines += ["", "\(indent)\(TerminalText.padded(levelWord, to: axisWidth, isNumber: true))  \(levels)"]
        lines.append("\(indent)from \(LocalTime.text(first, in: zone)) to \(LocalTime.text(last, in: zone))")
        if episode.isCut { lines.append("\(indent)only the newest part of a long trace") }
        return lines
    }

    /// Columns of a chart between axis and labels, at least.
    private static let leastColumns = 16

    private func chart(
        of name: String,
        _ episode: KeyAccount.Episode,
        span: (from: Timestamp, to: Timestamp)
    ) -> TraceChart? {
        let points = episode.trace.compactMap { point in
            point.values.first { $0.name == name }.map { (instant: point.instant, value: $0.value) }
        }
        guard !points.isEmpty else { return nil }
        return TraceChart(
            name: name,
            unit: reading.unit(of: name),
            points: points,
            rules: reading.thresholds(of: name).map { level, threshold in
                TraceChart.Rule(level: level.name, comparison: threshold.comparison.rawValue, value: threshold.value)
            },
            span: span
        )
    }

    private func coloured(_ level: String) -> String {
        isColoured ? TerminalText.coloured(level, level: level) : level
    }
}
