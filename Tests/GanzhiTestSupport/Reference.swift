import GanzhiCatalogue
import GanzhiModel
public import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// Windows and ladders as the design's text says them, slowly and obviously: the oracle of the engine.
///
/// Every reading is kept for ever; every result is filtered out of all of them; every multiple of `every` is visited.
/// Nothing is shared with the engine but the types that people's settings are made of. Times are microseconds.
///
/// Where the text leaves room, this is how it is read here:
///
/// Coverage and results
/// - *Slots of `every`* in a coverage are those of the window's own `every`, where a measure has one; of a sliding window
///   and a session the scenario's, days then being 24 hours. A sliding window's slots hold their ends as it does.
/// - Readings in a coverage are good and uncertain ones, as bad ones are no evidence; expected = size ÷ interval, not
///   rounded.
/// - The size that is held against the interval is that of the window itself: 23 hours on a day that has no more.
/// - A window with nothing but bad readings has no result and is not reported.
/// - Neither has a window whose value is beyond what a `Double` holds.
/// - A measure with a coarser `every` keeps the result of its last end; if that window was empty, it has none until the
///   next one. Readings that come after that end was final do not change it, but where they revise it.
/// - The time that a value of a sliding window is held ends with the window, at its newest reading, which has no weight.
///
/// Lateness
/// - With `every` greater than a window's size there are readings that no window holds; they are applied, never late.
/// - Partly late is judged within one plan: some measure's windows that would hold the reading are all beyond change, but
///   not those of all measures of that plan. Only applied readings are counted so, even where the plan with that measure
///   revised it.
/// - A bad reading is late when a good one at its time would be; it revises too, as the share of good readings changes.
/// - A window that holds nothing but bad readings is not reported again either, and its next report is no revision.
/// - Each reading that revises brings a line of its own, even if one block brings several.
/// - A duplicate or late reading is heard: it puts off idleness.
///
/// Days, sliding windows and sessions
/// - Day windows of several days end at days whose number is a multiple; day 0 is 1970-01-01 in the zone, and a date that
///   the zone leaves out has no number. A size of several days counts such days back.
/// - Day begins need not be instants of a scenario's `every` below a day; the result of the last one before stands.
/// - A sliding or session result that ends at an instant stands at that instant already.
/// - A bad reading that was late for a session measure is in no session, though a later one may span its time; nor is one
///   before the end of a session that was closed in any other.
/// - Evaluation begins with the first multiple of `every` that is not before the first watermark.
///
/// Ladders and time
/// - *The last evaluation*, a stale event's instant, is the last multiple of `every` up to which the key's inputs are
///   final, known or not.
/// - The end of the input closes each key up to the last end of a window that holds a reading of that key, bad ones
///   included; of a sliding measure this is the time of the newest reading, of a session measure the end of the last
///   session that is open.
/// - A measure with a result but under `evidence.coverage` is unknown, yet stands in the evidence: it has a result.
/// - Received time of a reading is *now* of its block.
/// - Where the catalogue names no unit, a metric's first stated one holds from the block that states it; before, a
///   ladder with a unit in any threshold is unknown as a whole.
public struct Reference {
    /// A reading that was heard and is no duplicate.
    struct Heard {
        var time: Int64
        var value: Double
        var isBad: Bool
        /// *Now* of its block.
        var received: Int64
    }

    /// A device's metric.
    struct Series {
        var device: String
        var metric: String
        var heard: [Heard] = []
        /// Running time at which it was heard last.
        var lastHeard: Int64 = .min
    }

    private let scenarios: [Scenario]
    private let catalogue: Catalogue
    private let calendar: DayCalendar
    private var series: [Series] = []
    /// Scenario by scenario and series by series, what became of the readings.
    private var watches: [Watch] = []
    /// Canonical units of metrics, `m` or `cm`.
    private var units: [String: String]
    private var outcome = ReferenceOutcome()
    private var now: Int64 = .min
    private var block = 0
    // Of the block at hand, in no order.
    private var windows: [(window: ReferenceOutcome.Window, measure: Int)] = []
    private var transitions: [ReferenceOutcome.Transition] = []

    /// Replays lines.
    public static func replay(_ lines: [ReferenceLine], through generation: Generation) -> ReferenceOutcome {
        var reference = Reference(
            scenarios: generation.scenarios.filter { $0.stage != .retired },
            catalogue: generation.catalogue,
            calendar: generation.calendar
        )
        for line in lines { reference.take(line) }
        reference.finish()
        return reference.outcome
    }

    private init(scenarios: [Scenario], catalogue: Catalogue, calendar: DayCalendar) {
        self.scenarios = scenarios
        self.catalogue = catalogue
        self.calendar = calendar
        units = Dictionary(
            uniqueKeysWithValues: catalogue.metrics.compactMap { metric in metric.unit.map { (metric.id, $0) } }
        )
    }

    // MARK: Blocks

    private mutating func take(_ line: ReferenceLine) {
        let items: [ReferenceLine.Item]
        let stated: Int64?
        var isRejected = false
        switch line.content {
        case .reading(let item): (items, stated) = ([item], item.received)
        case .array(let all): (items, stated) = (all, all.compactMap(\.received).max())
        case .garbage: (items, stated, isRejected) = ([], nil, true)
        case .nameless(let received): (items, stated, isRejected) = ([], received, true)
        }
        if stated == nil, items.contains(where: { $0.time == nil }) { isRejected = true }

        block += 1
        count("messages.received")
        let received = stated ?? (isRejected ? nil : items.compactMap(\.time).max())
        if let received { now = max(now, received * 1000) }
        if !isRejected { learnUnits(of: items, isAheadRefused: stated != nil) }
        for index in watches.indices { goIdle(index) }
        if isRejected {
            count("messages.rejected")
        } else {
            count("messages.decoded")
            for item in items { take(item, isAheadRefused: stated != nil) }
        }
        for index in watches.indices { goStale(index) }
        closeBlock()
    }

    private mutating func finish() {
        block += 1
        for index in watches.indices {
            guard let end = watches[index].lastEndHoldingAReading else { continue }
            watches[index].watermark = max(watches[index].watermark, end)
            evaluate(index)
        }
        closeBlock()
    }

    /// Puts what the block brought forth in the order in which it leaves.
    private mutating func closeBlock() {
        windows.sort { left, right in
            if left.window.end != right.window.end { return left.window.end < right.window.end }
            if left.window.scenario != right.window.scenario {
                return left.window.scenario.precedesByCodePoint(right.window.scenario)
            }
            if left.window.key != right.window.key {
                return left.window.key.precedesByCodePoint(right.window.key)
            }
            if left.measure != right.measure { return left.measure < right.measure }
            return left.window.revision < right.window.revision
        }
        transitions.sort { left, right in
            if left.instant != right.instant { return left.instant < right.instant }
            if left.scenario != right.scenario { return left.scenario.precedesByCodePoint(right.scenario) }
            if left.key != right.key { return left.key.precedesByCodePoint(right.key) }
            return left.sequence < right.sequence
        }
        outcome.windows += windows.map(\.window)
        outcome.transitions += transitions
        windows = []
        transitions = []
    }

    private mutating func count(_ name: String) { outcome.counts[name, default: 0] += 1 }

    private mutating func learnUnits(of items: [ReferenceLine.Item], isAheadRefused: Bool) {
        for item in items where item.value != nil && !isAhead(item, isAheadRefused) {
            if units[item.metric] == nil { units[item.metric] = item.unit }
        }
    }

    private func isAhead(_ item: ReferenceLine.Item, _ isAheadRefused: Bool) -> Bool {
        isAheadRefused && item.time.map { $0 * 1000 > now + 60_000_000 } ?? false
    }

    // MARK: Readings

    private mutating func take(_ item: ReferenceLine.Item, isAheadRefused: Bool) {
        count("readings.decoded")
        guard let sent = item.value else { return count("readings.rejected") }
        if isAhead(item, isAheadRefused) { return count("readings.quarantined") }
        let time = item.time.map { $0 * 1000 } ?? now
        let value: Double =
            switch (item.unit, units[item.metric]) {
            case ("cm", "m"): sent / 100
            case ("m", "cm"): sent * 100
            default: sent
            }
        let range = catalogue.metric(item.metric)?.range
        let isBad = value < range?.min ?? -.infinity || value > range?.max ?? .infinity

        let number = self.number(device: item.device, metric: item.metric)
        series[number].lastHeard = now
        if series[number].heard.suffix(8).contains(where: { $0.time == time && $0.value == value }) {
            return count("readings.duplicate")
        }
        let reading = Heard(time: time, value: value, isBad: isBad, received: now)
        series[number].heard.append(reading)

        let watching = watches.indices.filter { watches[$0].series == number }
        let fates = watching.map { watches[$0].judge(time) }
        let entries = fates.map(\.entry)
        if entries.isEmpty || entries.contains(.applied) {
            count("readings.applied")
            if !catalogue.devices.isEmpty, catalogue.device(item.device) == nil { count("readings.unknown-device") }
        } else {
            count(entries.contains(.revised) ? "readings.revised" : "readings.late")
        }
        if fates.contains(where: { $0.entry != .late && $0.missesAMeasure }) { count("readings.partly-late") }
        for (index, fate) in zip(watching, fates) where fate.entry != .late {
            emit(watches[index].apply(reading), of: index)
            watches[index].advance(to: time - watches[index].lateness)
            evaluate(index)
        }
    }

    private mutating func emit(_ reported: [(result: Watch.Result, measure: Int)], of index: Int) {
        for (result, measure) in reported {
            let line = result.line(scenario: watches[index].scenario.id, key: watches[index].key)
            windows.append((line, measure))
        }
    }

    /// The series of a device's metric; a new one is watched from its first reading on.
    private mutating func number(device: String, metric: String) -> Int {
        if let known = series.firstIndex(where: { $0.device == device && $0.metric == metric }) { return known }
        series.append(Series(device: device, metric: metric))
        let definition = catalogue.device(device)
        for scenario in scenarios where scenario.watch.matches(device: device, metric: metric, in: catalogue) {
            watches.append(
                Watch(
                    scenario: scenario,
                    series: series.count - 1,
                    key: device,
                    expectedInterval: definition?.expectedInterval?.microseconds,
                    calendar: calendar
                )
            )
        }
        return series.count - 1
    }

    // MARK: Time

    /// Applied before the readings of a block.
    private mutating func goIdle(_ index: Int) {
        let heard = series[watches[index].series]
        let idle = watches[index].scenario.idle.microseconds
        guard watches[index].hasBegun, now - heard.lastHeard >= idle else { return }
        watches[index].advance(to: watches[index].idleWatermark)
        if watches[index].scenario.quietCounts { watches[index].advance(to: now - idle) }
        evaluate(index)
    }

    /// Closes every window and visits every instant that has become final.
    private mutating func evaluate(_ index: Int) {
        for step in watches[index].takeSteps() {
            emit(watches[index].close(step.closings), of: index)
            guard let instant = step.instant else { continue }
            watches[index].evaluated = instant
            let change = watches[index].ladder.evaluate(
                at: instant,
                now: now,
                isFresh: watches[index].isFresh(at: instant),
                results: watches[index].results,
                unit: units[watches[index].scenario.watch.metric]
            )
            guard let change else { continue }
            transitions.append(
                transition(
                    index,
                    type: change.type,
                    level: change.level,
                    previous: change.previous,
                    evidence: change.evidence,
                    conditions: change.conditions
                )
            )
        }
    }

    private mutating func goStale(_ index: Int) {
        guard watches[index].ladder.goesStale(now: now) else { return }
        let (level, previous) = watches[index].ladder.lastEvent
        transitions.append(
            transition(index, type: "stale", level: level, previous: previous, evidence: [], conditions: [:])
        )
    }

    private func transition(
        _ index: Int,
        type: String,
        level: String,
        previous: String,
        evidence: [Watch.Result],
        conditions: [String: String]
    ) -> ReferenceOutcome.Transition {
        let watch = watches[index]
        let newest = evidence.map(\.newest).max { $0.time < $1.time }
        return ReferenceOutcome.Transition(
            type: type,
            scenario: watch.scenario.id,
            key: watch.key,
            level: level,
            previous: previous,
            instant: watch.evaluated / 1000,
            decided: now / 1000,
            observed: newest.map { $0.time / 1000 },
            received: newest.map { $0.received / 1000 },
            block: block,
            sequence: watch.ladder.sequence,
            evidence: evidence.map(\.evidence),
            conditions: conditions
        )
    }
}

/// The last multiple of a span that is not after a time.
func floored(_ time: Int64, _ span: Int64) -> Int64 {
    let remainder = ((time % span) + span) % span
    return time - remainder
}
