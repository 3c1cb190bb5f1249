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
/// - *The last evaluation*, a stale event's instant, is the one made last, known or not; instants at which the source does
///   not hold are none.
/// - The end of the input closes each key up to the last end of a window that holds a reading of that key, bad ones
///   included; of a sliding measure this is the time of the newest reading, of a session measure the end of the last
///   session that is open. Members whose own end is earlier take part as idle ones do.
/// - A measure with a result but under `evidence.coverage` is unknown, yet stands in the evidence: it has a result.
/// - Received time of a reading is *now* of its block.
/// - Where the catalogue names no unit, a metric's first stated one holds from the block that states it; before, a
///   ladder with a unit in any threshold is unknown as a whole.
///
/// Groups, versions and corrections
/// - Windows of groups, and those of scenarios of which there are several versions, are not reported here.
/// - A member's window that is final says what it said when it became so, with its revisions, however long after that the
///   group is evaluated; so does freshness. Windows of an eager evaluation hold all readings of their time.
/// - Versions of a scenario at one key are evaluated in the order of their instants; whichever is evaluated takes over a
///   warning that stands in another. Where it lacks the level, the one that it takes is the level of the last event.
/// - The first instant behind the last validity is one of the version in which the warning stands. Its event has neither
///   evidence nor conditions.
/// - A reading that is a member twice is evaluated eagerly once, in the panes of the first input that applied it.
/// - *What stands* in an eager evaluation ended up to the member's watermark; of an idle one, up to where the key has been
///   evaluated.
/// - All that one reading revises at a key is revised before corrections are decided, in the order of the transitions.
/// - Only windows that had a result are remembered with a transition; one that loses it is unknown.
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

    let scenarios: [Scenario]
    let catalogue: Catalogue
    private let calendar: DayCalendar
    let clock: ReferenceClock
    var series: [Series] = []
    /// Scenario by scenario and series by series, what became of the readings.
    var watches: [Watch] = []
    /// Version by version, where conditions are asked.
    var keys: [Key] = []
    /// Scenario by scenario and key by key, what stands.
    var posts: [Post] = []
    /// Canonical units of metrics, `m` or `cm`.
    var units: [String: String]
    var outcome = ReferenceOutcome()
    var now: Int64 = .min
    var block = 0
    // Of the block at hand, in no order.
    private var windows: [(window: ReferenceOutcome.Window, measure: Int)] = []
    var transitions: [ReferenceOutcome.Transition] = []

    /// Replays lines.
    public static func replay(_ lines: [ReferenceLine], through generation: Generation) -> ReferenceOutcome {
        var reference = Reference(
            scenarios: generation.scenarios.filter { $0.stage != .retired },
            catalogue: generation.catalogue,
            calendar: generation.calendar,
            days: generation.days
        )
        for line in lines { reference.take(line) }
        reference.finish()
        return reference.outcome
    }

    private init(scenarios: [Scenario], catalogue: Catalogue, calendar: DayCalendar, days: DayTypes) {
        self.scenarios = scenarios
        self.catalogue = catalogue
        self.calendar = calendar
        clock = ReferenceClock(calendar, types: days)
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
        goIdle()
        if isRejected {
            count("messages.rejected")
        } else {
            count("messages.decoded")
            for item in items { take(item, isAheadRefused: stated != nil) }
        }
        for number in posts.indices { goStale(number) }
        closeBlock()
    }

    private mutating func finish() {
        block += 1
        let ends = watches.map { $0.lastEndHoldingAReading ?? .min }
        for (index, end) in ends.enumerated() {
            watches[index].advance(to: end)
            close(index)
        }
        for number in keys.indices {
            for member in keys[number].members { keys[number].advance(to: ends[member]) }
        }
        for number in posts.indices { settle(number) }
        closeBlock()
        outcome.flappings.sort()
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
        outcome.transitions += inOrder(transitions)
        outcome.windows += windows.map(\.window)
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
        for post in posts.indices {
            take(reading, into: post, Array(zip(watching, fates)))
        }
    }

    /// Lets a reading take its effect at one scenario and key.
    private mutating func take(_ reading: Heard, into post: Int, _ fates: [(watch: Int, fate: Watch.Fate)]) {
        var earlier: [(key: Int, watch: Int)] = []
        for number in posts[post].versions {
            let own = fates.filter { keys[number].members.contains($0.watch) && $0.fate.entry != .late }
            let revised = own.map { watch, _ in (watch, watches[watch].apply(reading)) }
            for (watch, reports) in revised { emit(reports, of: watch) }
            correct(number, revised)
            for (watch, _) in own {
                watches[watch].advance(to: reading.time - watches[watch].lateness)
                close(watch)
            }
            advance(number)
            if let first = own.first(where: { $0.fate.entry == .applied }) {
                if reading.time > keys[number].newest { earlier.append((number, first.watch)) }
                keys[number].newest = max(keys[number].newest, reading.time)
            }
        }
        settle(post)
        for (number, watch) in earlier where keys[number].scenario.eager {
            let end = watches[watch].panes.next(after: reading.time)
            evaluate(number, at: end, eagerlyOn: reading.time)
        }
    }

    private mutating func emit(_ reports: [Watch.Report], of index: Int) {
        let watch = watches[index]
        let versions = scenarios.count { $0.id == watch.scenario.id }
        guard watch.scenario.watch.isSingle, versions == 1 else { return }
        for report in reports {
            guard let result = report.result else { continue }
            windows.append((result.line(scenario: watch.scenario.id, key: watch.device), report.measure))
        }
    }

    /// The series of a device's metric; a new one is watched from its first reading on.
    private mutating func number(device: String, metric: String) -> Int {
        if let known = series.firstIndex(where: { $0.device == device && $0.metric == metric }) { return known }
        series.append(Series(device: device, metric: metric))
        for scenario in scenarios {
            guard let name = scenario.watch.per.name(ofDevice: device, in: catalogue) else {
                continue
            }
            for (input, declared) in scenario.watch.inputs.enumerated()
            where declared.selector.matches(device: device, metric: metric, in: catalogue) {
                let watch = Watch(
                    scenario: scenario,
                    input: input,
                    series: series.count - 1,
                    device: device,
                    expectedInterval: catalogue.device(device)?.expectedInterval?.microseconds,
                    calendar: calendar
                )
                watches.append(watch)
                let key = number(of: scenario, key: name, instants: watch.instants)
                keys[key].members.append(watches.count - 1)
            }
        }
        return series.count - 1
    }

    /// The key of a scenario's version; its post is made with the first of them.
    private mutating func number(of scenario: Scenario, key name: String, instants: ReferenceGrid) -> Int {
        if let known = keys.firstIndex(where: { $0.name == name && $0.scenario == scenario }) { return known }
        var post = posts.firstIndex { $0.scenario == scenario.id && $0.key == name }
        if post == nil {
            posts.append(Post(scenario: scenario.id, key: name))
            post = posts.count - 1
        }
        keys.append(Key(scenario: scenario, name: name, post: post!, instants: instants))
        posts[post!].versions.append(keys.count - 1)
        return keys.count - 1
    }

    // MARK: Time

    /// Applied before the readings of a block.
    private mutating func goIdle() {
        for index in watches.indices where watches[index].hasBegun && isIdle(index) {
            watches[index].advance(to: watches[index].idleWatermark)
            if watches[index].scenario.quietCounts {
                watches[index].advance(to: now - watches[index].scenario.idle.microseconds)
            }
            close(index)
        }
        for number in keys.indices { advance(number) }
        for number in posts.indices { settle(number) }
    }

    func isIdle(_ index: Int) -> Bool {
        now - series[watches[index].series].lastHeard >= watches[index].scenario.idle.microseconds
    }

    /// Closes every window that has become final.
    private mutating func close(_ index: Int) {
        emit(watches[index].close(), of: index)
    }

    /// Moves a key's watermark up to where all members are final who are not idle; where all are, to the furthest.
    private mutating func advance(_ number: Int) {
        let members = keys[number].members
        let awake = members.filter { !isIdle($0) }.map { watches[$0].watermark }
        keys[number].advance(to: awake.min() ?? members.map { watches[$0].watermark }.max()!)
    }

    /// Evaluates what has become final at a scenario's key, in the order of instants.
    private mutating func settle(_ post: Int) {
        var due: [(instant: Int64, key: Int)] = []
        for number in posts[post].versions { due += keys[number].takeInstants().map { ($0, number) } }
        for (instant, number) in due.sorted(by: <) { evaluate(number, at: instant) }
    }
}

/// The last multiple of a span that is not after a time.
func floored(_ time: Int64, _ span: Int64) -> Int64 {
    let remainder = ((time % span) + span) % span
    return time - remainder
}
