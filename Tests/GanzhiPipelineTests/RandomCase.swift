import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow

/// A random generation and random lines, the same for the same seed.
///
/// Values are multiples of an eighth, or of 45 where they are directions, so that sums and means are exact in whatever
/// order they are added and a threshold is met or missed by the same readings in both engines. Thresholds of functions
/// that are not exact lie where no value comes near.
struct RandomCase {
    var generation: Generation
    var lines: [ReferenceLine]
    private var random: SeededGenerator
    /// What values are multiples of.
    private var grain = 0.125
    private var hasUnit = true

    /// How a scenario's windows are cut.
    private enum Theme: CaseIterable {
        /// By `every`, and perhaps revised.
        case hopping
        /// By readings too.
        case mixed
        /// By days, evaluated each day.
        case daily
        /// By days and shorter spans, evaluated within the day.
        case hourly
    }

    /// Zones and an instant, in seconds, around which their clocks change.
    private static let zones: [(calendar: DayCalendar, changes: [Int64])] = [
        ("Asia/Shanghai", [515_527_200, 684_867_600, 1_772_946_000]),
        ("America/New_York", [1_772_953_200, 1_793_512_800]),
        ("Australia/Lord_Howe", [1_775_314_800, 1_791_041_400]),
        ("Europe/London", [1_774_746_000, 1_792_890_000]),
        ("Pacific/Apia", [1_325_246_400, 1_333_238_400, 1_348_963_200]),
        ("UTC", [0]),
    ].map { (DayCalendar(zone: $0), $1) }

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        generation = Generation()
        lines = []
        if chance(0.2) { grain = 45 }
        hasUnit = chance(0.8)
        let theme = pick([Theme.hopping, .hopping, .hopping, .mixed, .mixed, .mixed, .daily, .hourly])
        let zone = pick(Self.zones)
        let change = pick(zone.changes)
        // Few changes are enough, and keep the settings of a failure readable.
        let near = zone.calendar.changes.filter { abs($0.at - change) < 500 * 86_400 }
        let before = zone.calendar.changes.last { $0.at < change - 500 * 86_400 }
        let calendar = DayCalendar(
            zone: zone.calendar.zone,
            firstOffset: before?.offset ?? zone.calendar.firstOffset,
            changes: near
        )
        let isDaily = theme == .daily || theme == .hourly
        let devices = (1...Int.random(in: 1...3, using: &random)).map { "d\($0)" }
        let intervals: [Int64] = isDaily ? [3_600_000, 18_000_000, 86_400_000] : [1000, 3000, 10_000, 60_000]
        let catalogue = Catalogue(
            metrics: [
                MetricDefinition(
                    id: "water_level",
                    unit: hasUnit ? "m" : nil,
                    range: ValueRange(min: -16 * grain, max: 16 * grain)
                )
            ],
            devices: devices.filter { _ in chance(0.4) }.map {
                DeviceDefinition(id: $0, expectedInterval: .milliseconds(pick(intervals)))
            }
        )
        var scenarios: [Scenario] = []
        let count = chance(0.5) ? 1 : 2
        while scenarios.count < count {
            let id = scenarios.isEmpty ? "s" : pick(["a", "t"])
            var scenario = self.scenario(id: id, device: devices[0], theme)
            if let first = scenarios.first, chance(0.3) {
                // The same plan under another ladder: its panes are shared.
                scenario = first
                scenario.id = id
                scenario.ladder = ladder(first.measures, first.every, first.idle)
            }
            if (try? scenario.plan(calendar: calendar, unit: hasUnit ? "m" : nil)) != nil { scenarios.append(scenario) }
        }
        generation = Generation(calendar: calendar, catalogue: catalogue, scenarios: scenarios)
        let days = isDaily ? (change * 1000, [before?.offset ?? 0] + near.map(\.offset)) : nil
        lines = input(devices: devices, scenario: scenarios[0], around: days)
    }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices.randomElement(using: &random)! }

    // MARK: Scenarios

    private mutating func scenario(id: String, device: String, _ theme: Theme) -> Scenario {
        let every: TimeSpan =
            switch theme {
            case .daily: .days(pick([1, 1, 1, 2, 7]))
            case .hourly: .hours(pick([1, 6, 12]))
            case .hopping, .mixed: .seconds(pick([1, 2, 5, 10, 30, 60]))
            }
        let step = every.microseconds
        let lateness = TimeSpan(microseconds: pick([0, 0, step / 2, step, 3 * step, 7_000_000]))
        let idle = TimeSpan(microseconds: pick([step, 5 * step, 30_000_000, 300_000_000]))
        let measures = (0..<pick([1, 2, 2, 3])).map { index in
            let function = function()
            let unit = unit(of: function)
            return Measure(name: "m\(index)", function: function, unit: unit, window: window(every, theme))
        }
        let isHopping = measures.allSatisfy { $0.window.kind == .hopping }
        let revise = pick([0, 0, step, 3 * step, 5 * step / 2, 30 * step])
        return Scenario(
            id: id,
            watch: Watch(metric: "water_level", where: chance(0.2) ? ["device": device] : [:]),
            every: every,
            lateness: lateness,
            idle: idle,
            revise: TimeSpan(microseconds: isHopping ? revise : 0),
            from: .minutes(chance(0.5) ? 0 : pick([480, 30, 90, 150, 1439])),
            quietCounts: chance(0.25),
            measures: measures,
            ladder: ladder(measures, every, idle)
        )
    }

    private mutating func function() -> WindowFunction {
        let number = Double(Int.random(in: -8...16, using: &random)) * grain
        return pick([
            .count, .sum, .min, .max, .mean, .first, .last, .delta, .rate, .rate, .slope, .twa, .twa, .distinct,
            .circularMean, .variance(sample: chance(0.5)), .stddev(sample: chance(0.5)), .above(number), .below(number),
            .quantile(pick([0, 0.25, 0.5, 0.95, 1])),
        ])
    }

    /// Unit of a function's number.
    private mutating func unit(of function: WindowFunction) -> String {
        switch function {
        case .above, .below: hasUnit ? pick(["", "m", "cm"]) : ""
        default: ""
        }
    }

    private mutating func window(_ every: TimeSpan, _ theme: Theme) -> WindowSpec {
        let step = every.microseconds
        let days = TimeSpan.days(1).microseconds
        let odd: Int64 = theme == .daily || theme == .hourly ? 25_200_000_000 : 7_000_000
        if theme != .hopping, chance(theme == .mixed ? 0.6 : 0.3) {
            let sizes: [Int64] = [step / 4, step / 2, step, 2 * step, 3 * step, odd]
            let size = TimeSpan(microseconds: pick(sizes))
            return chance(0.5) ? .sliding(size) : .session(gap: size)
        }
        if theme == .daily || theme == .hourly && chance(0.6) {
            let hop = pick([1, 1, 1, 2, 3]) * max(step, days)
            return .hopping(.days(pick([1, 1, 2, 3, 7])), every: TimeSpan(microseconds: hop))
        }
        let sizes: [Int64] = [step, step, 2 * step, 5 * step, 10 * step, step + odd, step / 2, step * 3 / 2]
        let size = pick(sizes)
        let hop = step * pick([1, 1, 1, 2, 3, 5])
        return .hopping(TimeSpan(microseconds: size), every: TimeSpan(microseconds: hop % days == 0 ? step : hop))
    }

    private mutating func ladder(_ measures: [Measure], _ every: TimeSpan, _ idle: TimeSpan) -> Ladder {
        let step = every.microseconds
        let levels = Level.allCases.filter { _ in chance(0.6) }
        let rungs = (levels.isEmpty ? [pick(Level.allCases)] : levels).map { level in
            Ladder.Rung(
                level: level,
                when: condition(measures, bias: Int(level.rawValue), depth: pick([0, 0, 1, 2, 3])),
                hold: TimeSpan(microseconds: pick([0, 0, step, 3 * step, 10_000_000])),
                until: chance(0.3) ? condition(measures, bias: 0, depth: pick([0, 1])) : nil
            )
        }
        let silence = idle.microseconds + pick([0, 0, step, 60_000_000])
        return Ladder(
            rungs: rungs,
            clear: chance(0.5) ? condition(measures, bias: -1, depth: pick([0, 1])) : nil,
            clearHold: TimeSpan(microseconds: pick([0, step, 2 * step, 60_000_000])),
            silence: TimeSpan(microseconds: silence),
            minimumCoverage: pick([0, 0, 0, 0.47, 0.81, 1])
        )
    }

    private mutating func condition(_ measures: [Measure], bias: Int, depth: Int) -> Condition {
        guard depth > 0 else {
            let comparison: Condition.Comparison =
                chance(0.1) ? pick([.equal, .notEqual]) : pick([.greaterOrEqual, .greater])
            let measured = pick(measures)
            let measure = Condition.Operand.measure(measured.name)
            let other = pick(measures)
            if chance(0.1), Self.isExact(measured.function), Self.isExact(other.function) {
                return .compare(measure, comparison, .measure(other.name))
            }
            var bound = Double(4 * bias + pick([-4, -2, 0, 1, 2])) * grain
            switch measured.function {
            case .quantile: bound += grain / 2
            case let function where !Self.isExact(function): bound += 0.012_345_678_9
            default: break
            }
            let (metres, centimetres, hundred): (String, String, Double) =
                switch measured.function.dimension {
                case .number: ("", "", 1)
                case .value, .difference: ("m", "cm", 100)
                case .perSecond: ("m/s", "cm/s", 100)
                case .squared: ("m2", "cm2", 10_000)
                }
            let number: Condition.Operand =
                chance(0.3)
                ? .number("\(bound * hundred)", unit: centimetres)
                : .number("\(bound)", unit: chance(0.4) ? metres : "")
            let isDown = bias <= 0 || chance(0.1)
            if chance(0.2) { return .compare(number, isDown ? comparison : comparison.mirrored, measure) }
            return .compare(measure, isDown ? comparison.mirrored : comparison, number)
        }
        func inner() -> Condition { condition(measures, bias: bias, depth: depth - 1) }
        return switch pick([0, 1, 2, 2]) {
        case 0: .not(condition(measures, bias: -bias, depth: depth - 1))
        case 1: .and(inner(), inner())
        default: .or(inner(), inner())
        }
    }

    /// Whether two ways to compute it come to the same.
    private static func isExact(_ function: WindowFunction) -> Bool {
        switch function {
        case .count, .sum, .min, .max, .mean, .first, .last, .delta, .distinct: true
        default: false
        }
    }

    // MARK: Input

    /// - Parameter days: Where days matter, an instant about which readings lie and the zone's offsets, in seconds.
    private mutating func input(
        devices: [String],
        scenario: Scenario,
        around days: (instant: Int64, offsets: [Int64])?
    ) -> [ReferenceLine] {
        let step = max(1000, scenario.every.microseconds / 1000)
        var base: Int64 = pick([0, -40 * step, 1_700_000_000_000])
        if let days { base = days.instant - Int64.random(in: 0...20, using: &random) * step }
        let isStated = pick([true, false])
        let isMixed = chance(0.2)
        let disorder = pick([0, 0.1, 0.3])
        let pace = pick([0.1, 0.3, 1, 2])
        let swing = pick([2, 4, 10])
        let longGap =
            pick([scenario.idle, scenario.ladder.silence, scenario.measures[0].window.size]).microseconds / 1000
        let from = scenario.from.microseconds / 1000
        let size = scenario.measures[0].window.size.microseconds / 1000
        var clocks = [Int64](repeating: base, count: devices.count)
        var levels = [Int](repeating: 0, count: devices.count)
        var newest = base
        var recent: [ReferenceLine.Item] = []
        var lines: [ReferenceLine] = []

        func item() -> ReferenceLine.Item {
            let device = Int.random(in: devices.indices, using: &random)
            if !recent.isEmpty, chance(0.06) {
                var again = pick(recent)
                if chance(0.4) { again.value = Double(levels[device]) * grain }
                return again
            }
            var pause = Int64(Double(step) * pace * Double.random(in: 0...2, using: &random))
            if chance(0.04) { pause = longGap * pick([1, 1, 2, 3]) + pick([0, 1, -1, step]) }
            clocks[device] += pause
            // A silent device comes back to the time of the others.
            if chance(0.02) { clocks[device] = max(clocks[device], newest) }
            var time = clocks[device]
            if chance(0.3) {
                // Borders of steps, of days where there are such, and distances at which windows just end.
                let offset = days.map { pick($0.offsets) * 1000 - from } ?? 0
                time = chance(0.5) ? floorTo(time, step) : floorTo(time, days == nil ? step : 86_400_000) - offset
                if chance(0.2) { time += size + pick([0, 0, 1, -1]) }
            }
            clocks[device] = max(clocks[device], time)
            if chance(disorder) {
                let known = (scenario.lateness.microseconds + min(scenario.revise.microseconds, 8_000 * step)) / 1000
                let back = known + 2 * step + (chance(0.3) ? 8 * step : 0)
                time -= Int64.random(in: 0...back, using: &random)
            }
            if chance(0.3) { levels[device] += Int.random(in: -swing...swing, using: &random) }
            levels[device] = min(18, max(-8, levels[device]))
            newest = max(newest, time)
            var item = ReferenceLine.Item(
                time: time,
                device: devices[device],
                metric: chance(0.02) ? "rain" : "water_level",
                value: chance(0.01) ? nil : Double(levels[device]) * grain
            )
            if chance(0.1), let value = item.value { (item.value, item.unit) = (value * 100, "cm") }
            if chance(0.05) { item.value = pick([-16 * grain, 16 * grain, -17 * grain, 17 * grain, 99, 0, -0.0]) }
            if chance(0.05) { item.unit = "m" }
            if item.value == 99 { item.unit = nil }
            recent.append(item)
            if recent.count > 12 { recent.removeFirst() }
            return item
        }

        func floorTo(_ time: Int64, _ span: Int64) -> Int64 { time - ((time % span) + span) % span }

        for _ in 0..<Int.random(in: 10...120, using: &random) {
            var items = (0..<(chance(0.1) ? Int.random(in: 1...5, using: &random) : 1)).map { _ in item() }
            if isMixed ? chance(0.5) : isStated {
                let delay: Int64 = chance(0.1) ? 20 * step : pick([0, 0, 1, 500, step])
                let received = (items.compactMap(\.time).max() ?? newest) + delay - (chance(0.05) ? 5 * step : 0)
                for index in items.indices { items[index].received = received - Int64(index) }
                if chance(0.03) { items[0].time = nil }
                if chance(0.03) { items[0].time = received + pick([60_000, 60_001, 90_000, 3_600_000]) }
            }
            if items.count == 1, chance(0.8) {
                lines.append(ReferenceLine(.reading(items[0])))
            } else {
                lines.append(ReferenceLine(.array(items)))
            }
            if chance(0.02) { lines.append(ReferenceLine(.garbage)) }
            if chance(0.03) { lines.append(ReferenceLine(.nameless(received: chance(0.5) ? newest + longGap : nil))) }
        }
        return lines
    }
}
