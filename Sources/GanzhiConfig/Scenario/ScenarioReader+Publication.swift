import GanzhiModel
import GanzhiPipeline

/// What keeps warnings from being published.
extension ScenarioReader {
    /// Reads the ids of scenarios that are inhibited, each once.
    func readInhibits(_ value: YAMLValue) -> [YAMLValue] {
        var seen: Set<String> = []
        return (value.list(of: "ids of scenarios") ?? []).filter { value in
            guard let id = value.identifier("the id of a scenario") else { return false }
            return seen.insert(id).inserted
        }
    }

    /// Reads the times of maintenance.
    func readMaintenance(_ value: YAMLValue) -> [Scenario.Maintenance] {
        (value.list(of: "times of maintenance") ?? []).compactMap { value in
            guard let mapping = value.mapping(.scenarioMaintenance) else { return nil }
            let maintenance = Scenario.Maintenance(
                hours: mapping["between"].flatMap(readHours),
                days: mapping["on"]?.choice(of: DayType.self),
                from: mapping["from"].flatMap(readInstant),
                to: mapping["to"].flatMap(readInstant),
                reason: mapping["reason"]?.text("why, in words") ?? ""
            )
            if let from = maintenance.from, let to = maintenance.to, to <= from {
                mapping["to"]?.report(
                    "It is over at \(to.rfc3339), before it begins at \(from.rfc3339).",
                    "Exchange the two times."
                )
            }
            if maintenance.days == .holiday { mapping["on"].map { checkHolidays($0) } }
            if ["between", "on", "from", "to"].allSatisfy({ mapping[$0] == nil }) {
                value.report(
                    "It says no time, so the scenario would never be published.",
                    "Give one or more of `between`, `on`, `from` and `to`, or set `stage: trial`."
                )
            }
            return maintenance
        }
    }

    /// Reads when changes of a level are flapping.
    func readFlapping(_ value: YAMLValue) -> Scenario.Flapping {
        var flapping = Scenario.Flapping()
        guard let mapping = value.mapping(.scenarioFlapping) else { return flapping }
        if let changes = mapping["changes"]?.wholeNumber(in: 1...1000) { flapping.changes = changes }
        if let within = mapping["within"]?.duration(above: .zero) { flapping.within = within }
        return flapping
    }

    /// Warns where holidays are asked for and nothing says which days they are.
    func checkHolidays(_ value: YAMLValue, offset: Int? = nil) {
        guard days.holidays.isEmpty else { return }
        value.report(
            "Nothing says which days are holidays, so no day is one.",
            "List them in the config, such as `calendar: {holidays: [2026-10-01..2026-10-07]}`.",
            offset: offset,
            severity: .warning
        )
    }

    private func readHours(_ value: YAMLValue) -> LocalHours? {
        let example = "Write for example `between: 22:00 and 06:00`."
        return value.read("local hours", example) { text throws(Fault) in
            guard let hours = LocalHours(text) else {
                throw Fault("\(ScalarText.quoted(text)) are no hours of the day.", example)
            }
            return hours
        }
    }

    private func readInstant(_ value: YAMLValue) -> Timestamp? {
        let example = "Write date, time and offset from UTC, such as `2026-10-01T08:00:00+08:00`."
        return value.read("a time", example) { text throws(Fault) in
            guard let time = Timestamp(rfc3339: text) else {
                throw Fault("\(ScalarText.quoted(text)) is not a time.", example)
            }
            return time
        }
    }
}
