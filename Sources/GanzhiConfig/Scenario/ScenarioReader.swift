import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// Reads one scenario from one file, and reports everything about it that cannot work or hardly can.
struct ScenarioReader {
    let file: YAMLFile
    let catalogue: PlacedCatalogue
    /// The city's holidays.
    let days: DayTypes

    /// What a file says, with the places that later checks need.
    struct Read {
        let scenario: Scenario
        let id: YAMLValue
        /// What says which devices share a ladder, or the whole `watch`.
        let per: YAMLValue
        /// The ids under `inhibit`.
        let inhibits: [YAMLValue]
    }

    /// A condition with its place.
    struct ReadCondition {
        let condition: Condition
        let parts: [ConditionPart]
        let value: YAMLValue
    }

    /// A level with the place of its condition.
    struct ReadLevel {
        let rung: Ladder.Rung
        let keys: YAMLMapping
        let when: ReadCondition
        let until: ReadCondition?
    }

    /// The times of a scenario; `nil` where one is missing or cannot be read.
    struct ReadTime {
        var every: TimeSpan?
        var lateness: TimeSpan?
        var idle: TimeSpan?
        var silence: TimeSpan?
        var revise: TimeSpan?
        var from: TimeSpan?
        var mapping: YAMLMapping?

        /// Where a time stands, or the mapping that it is missing from.
        func place(of key: String) -> YAMLValue? { mapping?[key] ?? mapping?.value }
    }

    /// What is watched; `nil` while it is not known.
    private(set) var watch: ReadWatch?
    /// The times as read.
    private(set) var time = ReadTime()
    /// The measures as declared, with their places.
    private(set) var measures: [(measure: Measure, entry: YAMLMapping.Entry)] = []
    /// Names of measures that could not be read, so that their use is no second fault.
    private(set) var refusedMeasures: Set<String> = []
    /// The levels that could be read, from blue to red.
    private(set) var levels: [ReadLevel] = []
    /// What clears, where it is given.
    private(set) var clear: ReadCondition?
    /// For how long it must have been true, where that is given.
    private(set) var clearHold: YAMLValue?
    /// Every condition that could be read.
    private(set) var conditions: [ReadCondition] = []

    init(_ file: YAMLFile, catalogue: PlacedCatalogue, days: DayTypes = DayTypes()) {
        self.file = file
        self.catalogue = catalogue
        self.days = days
    }

    /// Reads the file.
    ///
    /// - Returns: The scenario and where its id stands; `nil` where errors were reported to the file.
    mutating func read() -> Read? {
        guard let root = file.root()?.named("the scenario").mapping(.scenario) else { return nil }
        let idValue = root.required("scenario", "Write its id, such as `scenario: underpass-flooding`.")
        let id = idValue?.identifier("the id of a scenario")
        let watchValue = root.required("watch", "Write what it watches, such as `watch: {metric: water_level}`.")
        watch = watchValue.flatMap { readWatch($0) }
        readTime(root)
        readMeasures(root, every: time.every)
        readLevels(root)
        let clearHold = readClear(root)
        let evidence = root["evidence"]?.mapping(.scenarioEvidence)
        let ladder = Ladder(
            rungs: levels.map(\.rung),
            clear: clear?.condition,
            clearHold: clearHold,
            silence: time.silence ?? .minutes(10),
            minimumCoverage: evidence?["coverage"]?.share() ?? 0
        )
        let inhibits = root["inhibit"].map(readInhibits) ?? []
        let scenario = Scenario(
            id: id ?? "",
            title: root["title"]?.localized() ?? [:],
            owner: root["owner"]?.text("the department"),
            stage: root["stage"]?.choice(of: Scenario.Stage.self) ?? .online,
            source: root["source"].flatMap(readSource),
            watch: watch?.watch ?? Watch(metric: ""),
            every: time.every ?? .seconds(1),
            lateness: time.lateness ?? .zero,
            idle: time.idle ?? .minutes(5),
            revise: time.revise ?? .zero,
            from: time.from ?? .zero,
            eager: root["eager"]?.truth() ?? false,
            quietCounts: evidence?["quiet"]?.choice([("counts", true)]) ?? false,
            measures: measures.map(\.measure),
            ladder: ladder,
            advice: root["advice"].map(readAdvice) ?? [:],
            category: root["category"]?.choice(of: AlertCategory.self)?.rawValue,
            urgency: root["urgency"]?.choice(of: AlertUrgency.self)?.rawValue,
            expires: root["expires"]?.duration(above: .zero),
            inhibits: inhibits.compactMap(\.scalarText),
            maintenance: root["maintenance"].map(readMaintenance) ?? [],
            flapping: root["flapping"].map(readFlapping) ?? Scenario.Flapping()
        )
        check(scenario)
        checkLadder(root, hold: clearHold)
        checkReach(scenario)
        if let own = inhibits.first(where: { $0.scalarText == id }) {
            own.report("The scenario inhibits itself, so it would never be published.", "Remove it from `inhibit`.")
        }
        guard !file.hasErrors, let idValue, let watchValue else { return nil }
        return Read(scenario: scenario, id: idValue, per: watch?.per ?? watchValue, inhibits: inhibits)
    }

    private mutating func readTime(_ root: YAMLMapping) {
        let example = "Write how often it is evaluated, such as `time: {every: 30s}`."
        guard let mapping = root.required("time", example)?.mapping(.scenarioTime) else { return }
        time = ReadTime(
            every: mapping.required("every", example)?.duration(above: .zero),
            lateness: mapping["lateness"]?.duration(),
            idle: mapping["idle"].map { $0.duration(above: .zero) } ?? .minutes(5),
            silence: mapping["silence"].map { $0.duration(above: .zero) } ?? .minutes(10),
            revise: mapping["revise"].flatMap(readRevise),
            from: mapping["from"].flatMap(readHour),
            mapping: mapping
        )
    }

    private func readRevise(_ value: YAMLValue) -> TimeSpan? { value.scalarText == "off" ? .zero : value.duration() }

    /// The hour at which days begin, as `HH:MM`.
    private func readHour(_ value: YAMLValue) -> TimeSpan? {
        let example = "Write hours and minutes from `00:00` to `23:59` in quotes, such as `from: \"08:00\"`."
        return value.read("an hour of the day", example) { text throws(Fault) in
            guard let time = LocalHours.timeOfDay(text) else {
                throw Fault("\(ScalarText.quoted(text)) is not an hour of the day.", example)
            }
            return time
        }
    }

    private mutating func readMeasures(_ root: YAMLMapping, every: TimeSpan?) {
        let example = "Write at least one, such as `depth: mean(1m)`."
        guard let value = root.required("measures", example), let mapping = value.mapping(orElse: example) else {
            return
        }
        if mapping.entries.isEmpty { value.report("`measures` is empty.", example) }
        // Between `{` and `}` a comma ends the value, and the rest of the expression looks like a key.
        var isCut = false
        for entry in mapping.entries where !(isCut && entry.key.hasSuffix(")") && !entry.key.contains("(")) {
            isCut = false
            refusedMeasures.insert(entry.key)
            guard Self.isMeasureName(entry.key) else {
                mapping.report(
                    at: entry,
                    "\(ScalarText.quoted(entry.key)) cannot be the name of a measure.",
                    "Use letters, digits, `-` and `_`, beginning with a letter; "
                        + "\(ScalarText.list(ConditionParser.keywords)) are taken."
                )
                continue
            }
            guard let text = entry.value.text("a measure such as `mean(5m)`") else { continue }
            if let later = Later.inMeasure(text) {
                entry.value.report(later.message, later.remedy, offset: later.offset)
                continue
            }
            do {
                let measure = try Measure(name: entry.key, parsing: text, every: every ?? .milliseconds(1))
                measures.append((measure, entry))
                refusedMeasures.remove(entry.key)
            } catch {
                isCut = text.contains("(") && !text.contains(")")
                entry.value.report(
                    error.message,
                    isCut ? "Put quotes around an expression with a comma." : error.remedy,
                    offset: error.offset
                )
            }
        }
    }

    /// Whether conditions can use the name: one word to their parser that is neither a number nor a keyword.
    private static func isMeasureName(_ name: String) -> Bool {
        guard let first = name.first, first.isLetter || first == "_", name.count <= 64 else { return false }
        return name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
            && !ConditionParser.keywords.contains(name)
    }

    private mutating func readLevels(_ root: YAMLMapping) {
        let example = "Write at least one, such as `red: {when: depth >= 40 cm}`."
        guard let value = root.required("levels", example), let mapping = value.mapping(.scenarioLevels) else { return }
        if mapping.entries.isEmpty { value.report("`levels` is empty.", example) }
        for level in Level.allCases {
            guard let keys = mapping[level.name]?.mapping(.scenarioLevel) else { continue }
            let when = keys.required("when", "Write the condition, such as `when: depth >= 40 cm`.")
            let condition = when.flatMap { readCondition($0) }
            let hold = keys["for"]?.duration() ?? .zero
            let until = keys["until"].flatMap { readCondition($0) }
            guard let condition else { continue }
            let rung = Ladder.Rung(
                level: level,
                when: condition.condition,
                hold: hold,
                until: until?.condition
            )
            levels.append(ReadLevel(rung: rung, keys: keys, when: condition, until: until))
        }
    }

    private mutating func readClear(_ root: YAMLMapping) -> TimeSpan {
        guard let mapping = root["clear"]?.mapping(.scenarioClear) else { return .minutes(5) }
        clear = mapping["when"].flatMap { readCondition($0) }
        clearHold = mapping["for"]
        return clearHold?.duration() ?? .minutes(5)
    }

    private mutating func readCondition(_ value: YAMLValue) -> ReadCondition? {
        guard let text = value.text("a condition such as `depth >= 10 cm`") else { return nil }
        do {
            let (condition, places) = try ConditionParser.parsePlaced(text)
            let parts = ConditionPart.parts(of: condition, places: places)
            conditions.append(ReadCondition(condition: condition, parts: parts, value: value))
            return conditions.last
        } catch {
            value.report(error.message, error.remedy, offset: error.offset)
            return nil
        }
    }

    private func readSource(_ value: YAMLValue) -> Scenario.Source? {
        guard let mapping = value.mapping(.scenarioSource) else { return nil }
        let title = mapping.required("title", "Write the document's title.")?.text("the document's title")
        let kind = mapping.required("kind", "Write W (warning criterion), L (limit value) or P (local practice).")?
            .choice(of: Scenario.Source.Kind.self)
        let from = mapping["valid-from"]?.day()
        let to = mapping["valid-to"]?.day()
        if let from, let to, to < from {
            mapping["valid-to"]?.report("It ends on \(to), before it begins on \(from).", "Exchange the two days.")
        }
        guard let title, let kind else { return nil }
        return Scenario.Source(title: title, kind: kind, validFrom: from, validTo: to)
    }

    private func readAdvice(_ value: YAMLValue) -> [String: [String: String]] {
        var advice: [String: [String: String]] = [:]
        for entry in value.mapping(.scenarioAdvice)?.entries ?? [] { advice[entry.key] = entry.value.localized() }
        return advice
    }
}
