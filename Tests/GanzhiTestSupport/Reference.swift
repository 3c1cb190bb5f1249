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
/// - *Slots of `every`* in a coverage are those of the window's own `every`, where a measure has one.
/// - Readings in a coverage are good and uncertain ones, as bad ones are no evidence; expected = size ÷ interval, not
///   rounded.
/// - A window with nothing but bad readings has no result and is not reported.
/// - Neither has a window whose value is beyond what a `Double` holds.
/// - A measure with a coarser `every` keeps the result of its last end; if that window was empty, it has none until the
///   next one. Readings that come after that end was final do not change it.
/// - With `every` greater than a window's size there are readings that no window holds; they are applied, never late.
/// - Partly late is judged within one plan: some measure's windows that would hold the reading are all final, but not
///   those of all measures of that plan.
/// - A duplicate or late reading is heard: it puts off idleness.
/// - *The last evaluation*, a stale event's instant, is the last multiple of `every` up to which the key's inputs are
///   final, known or not.
/// - The end of the input closes each key up to the last end of a window that holds a reading of that key, bad ones
///   included.
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
            catalogue: generation.catalogue
        )
        for line in lines { reference.take(line) }
        reference.finish()
        return reference.outcome
    }

    private init(scenarios: [Scenario], catalogue: Catalogue) {
        self.scenarios = scenarios
        self.catalogue = catalogue
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
            return left.measure < right.measure
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
        if !fates.isEmpty, fates.allSatisfy({ $0 == .late }) { return count("readings.late") }
        count("readings.applied")
        if !catalogue.devices.isEmpty, catalogue.device(item.device) == nil { count("readings.unknown-device") }
        if fates.contains(.partlyLate) { count("readings.partly-late") }
        for (index, fate) in zip(watching, fates) where fate != .late {
            watches[index].applied.append(reading)
            watches[index].advance(to: time - watches[index].lateness)
            evaluate(index)
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
                    expectedInterval: definition?.expectedInterval?.microseconds
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
        let every = watches[index].every
        let newest = watches[index].applied.map(\.time).max()!
        watches[index].advance(to: floored(newest, every) + every)
        if watches[index].scenario.quietCounts { watches[index].advance(to: now - idle) }
        evaluate(index)
    }

    /// Visits every multiple of `every` that has become final.
    private mutating func evaluate(_ index: Int) {
        let every = watches[index].every
        while watches[index].evaluated + every <= watches[index].watermark {
            watches[index].evaluated += every
            let instant = watches[index].evaluated
            let key = watches[index].key
            let scenario = watches[index].scenario
            for (number, measure) in scenario.measures.enumerated()
            where floored(instant, measure.window.every.microseconds) == instant {
                let result = watches[index].result(of: measure, at: instant)
                watches[index].results[number] = result
                if let result {
                    windows.append((result.line(scenario: scenario.id, key: key), number))
                }
            }
            let change = watches[index].ladder.evaluate(
                at: instant,
                now: now,
                isFresh: watches[index].isFresh(at: instant),
                results: watches[index].results,
                unit: units[scenario.watch.metric]
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
