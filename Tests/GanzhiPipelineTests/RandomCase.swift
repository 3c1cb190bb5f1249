import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow

/// A random generation and random lines, the same for the same seed.
///
/// Values are eighths, so that sums and means are exact in whatever order they are added and a threshold is met or
/// missed by the same readings in both engines.
struct RandomCase {
    var generation: Generation
    var lines: [ReferenceLine]
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        generation = Generation()
        lines = []
        let devices = (1...Int.random(in: 1...3, using: &random)).map { "d\($0)" }
        let catalogue = Catalogue(
            metrics: [
                MetricDefinition(
                    id: "water_level",
                    unit: chance(0.8) ? "m" : nil,
                    range: ValueRange(min: -2, max: 2)
                )
            ],
            devices: devices.filter { _ in chance(0.4) }.map {
                DeviceDefinition(id: $0, expectedInterval: .milliseconds(pick([1000, 3000, 10_000, 60_000])))
            }
        )
        var scenarios: [Scenario] = []
        let count = chance(0.5) ? 1 : 2
        while scenarios.count < count {
            var scenario = self.scenario(id: scenarios.isEmpty ? "s" : pick(["a", "t"]), device: devices[0])
            if let first = scenarios.first, chance(0.3) {
                // The same plan under another ladder: its panes are shared.
                (scenario.every, scenario.lateness, scenario.idle) = (first.every, first.lateness, first.idle)
                (scenario.quietCounts, scenario.measures) = (first.quietCounts, first.measures)
                (scenario.watch, scenario.ladder) = (first.watch, ladder(first.measures, first.every, first.idle))
            }
            if (try? scenario.plan()) != nil { scenarios.append(scenario) }
        }
        generation = Generation(catalogue: catalogue, scenarios: scenarios)
        lines = input(devices: devices, scenario: scenarios[0])
    }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices.randomElement(using: &random)! }

    // MARK: Scenarios

    private mutating func scenario(id: String, device: String) -> Scenario {
        let every = TimeSpan.seconds(pick([1, 2, 5, 10, 30, 60]))
        let step = every.microseconds
        let lateness = TimeSpan(microseconds: pick([0, 0, step / 2, step, 3 * step, 7_000_000]))
        let idle = TimeSpan(microseconds: pick([step, 5 * step, 30_000_000, 300_000_000]))
        let measures = (0..<pick([1, 2, 2, 3])).map { index in
            let size = pick([step, step, 2 * step, 5 * step, 10 * step, step + 7_000_000, step / 2, step * 3 / 2])
            return Measure(
                name: "m\(index)",
                function: pick(WindowFunction.allCases),
                window: WindowSpec(
                    size: TimeSpan(microseconds: size),
                    every: TimeSpan(microseconds: step * pick([1, 1, 1, 2, 3, 5]))
                )
            )
        }
        return Scenario(
            id: id,
            watch: WatchSelector(metric: "water_level", where: chance(0.2) ? ["device": device] : [:]),
            every: every,
            lateness: lateness,
            idle: idle,
            quietCounts: chance(0.25),
            measures: measures,
            ladder: ladder(measures, every, idle)
        )
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
            minimumCoverage: pick([0, 0, 0, 0.5, 0.8, 1])
        )
    }

    private mutating func condition(_ measures: [Measure], bias: Int, depth: Int) -> Condition {
        guard depth > 0 else {
            let comparison: Condition.Comparison =
                chance(0.1) ? pick([.equal, .notEqual]) : pick([.greaterOrEqual, .greater])
            let measured = pick(measures)
            let measure = Condition.Operand.measure(measured.name)
            if chance(0.1) { return .compare(measure, comparison, .measure(pick(measures).name)) }
            let eighths = 4 * bias + pick([-4, -2, 0, 1, 2])
            let hasUnit = measured.function != .count && chance(0.6)
            let number: Condition.Operand =
                hasUnit && chance(0.5)
                ? .number("\(Double(eighths) * 12.5)", unit: "cm")
                : .number("\(Double(eighths) / 8)", unit: hasUnit ? "m" : "")
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

    // MARK: Input

    private mutating func input(devices: [String], scenario: Scenario) -> [ReferenceLine] {
        let step = max(1000, scenario.every.microseconds / 1000)
        let base = pick([0, -40 * step, 1_700_000_000_000])
        let isStated = pick([true, false])
        let isMixed = chance(0.2)
        let disorder = pick([0, 0.1, 0.3])
        let pace = pick([0.1, 0.3, 1, 2])
        let swing = pick([2, 4, 10])
        let longGap =
            pick([scenario.idle, scenario.ladder.silence, scenario.measures[0].window.size]).microseconds / 1000
        var clocks = [Int64](repeating: base, count: devices.count)
        var levels = [Int](repeating: 0, count: devices.count)
        var newest = base
        var recent: [ReferenceLine.Item] = []
        var lines: [ReferenceLine] = []

        func item() -> ReferenceLine.Item {
            let device = Int.random(in: devices.indices, using: &random)
            if !recent.isEmpty, chance(0.06) {
                var again = pick(recent)
                if chance(0.4) { again.value = Double(levels[device]) / 8 }
                return again
            }
            var pause = Int64(Double(step) * pace * Double.random(in: 0...2, using: &random))
            if chance(0.04) { pause = longGap * pick([1, 1, 2, 3]) + pick([0, 1, -1, step]) }
            clocks[device] += pause
            // A silent device comes back to the time of the others.
            if chance(0.02) { clocks[device] = max(clocks[device], newest) }
            var time = clocks[device]
            if chance(0.3) { time = floorTo(time, step) }
            clocks[device] = max(clocks[device], time)
            if chance(disorder) {
                let back = scenario.lateness.microseconds / 1000 + 2 * step + (chance(0.3) ? 8 * step : 0)
                time -= Int64.random(in: 0...back, using: &random)
            }
            if chance(0.3) { levels[device] += Int.random(in: -swing...swing, using: &random) }
            levels[device] = min(18, max(-8, levels[device]))
            newest = max(newest, time)
            var item = ReferenceLine.Item(
                time: time,
                device: devices[device],
                metric: chance(0.02) ? "rain" : "water_level",
                value: chance(0.01) ? nil : Double(levels[device]) / 8
            )
            if chance(0.1), let value = item.value { (item.value, item.unit) = (value * 100, "cm") }
            if chance(0.05) { item.value = pick([-2, 2, -2.125, 2.125, 99, 0, -0.0]) }
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
