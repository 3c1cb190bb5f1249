import GanzhiModel
import GanzhiTestSupport
import GanzhiWindow

/// Plans and readings for tests of the engine without what stands around it.
struct EngineFixture {
    /// One series' reading, an hour of which comes in blocks of some readings.
    static func readings(series: Int, count: Int, seed: UInt64) -> [Reading] {
        var random = SeededGenerator(seed: seed)
        var clocks = [Int64](repeating: 1_700_000_000_000_000, count: series)
        return (0..<count).map { _ in
            let id = Int.random(in: 0..<series, using: &random)
            clocks[id] += Int64.random(in: 1...20, using: &random) * 1_000_000
            let back = Int64.random(in: 0..<10, using: &random) == 0 ? Int64.random(in: 0...90, using: &random) : 0
            return Reading(
                channel: UInt32(id),
                time: Timestamp(microseconds: clocks[id] - back * 1_000_000),
                value: Double(Int64.random(in: -80...80, using: &random)) / 8,
                quality: Int64.random(in: 0..<20, using: &random) == 0 ? .bad : .good
            )
        }
    }

    static let functions: [WindowFunction] = [
        .count, .sum, .min, .max, .mean, .stddev(), .variance(sample: true), .first, .last, .delta, .rate, .slope,
        .twa, .quantile(0.9), .distinct, .above(1), .below(1), .circularMean,
    ]

    /// Every function over windows of every kind, with revisions where they are possible.
    static func plans(eager: Bool = false) throws -> [Plan] {
        func plan(_ window: WindowSpec, revise: TimeSpan) throws -> Plan {
            try Plan(
                every: .seconds(30),
                lateness: .seconds(20),
                revise: revise,
                eager: eager,
                aggregates: functions.map { Plan.Aggregate($0, window) }
            )
        }
        return [
            try plan(.hopping(.minutes(5), every: .seconds(30)), revise: .minutes(2)),
            try plan(.hopping(.minutes(10), every: .minutes(2)), revise: .zero),
            try plan(.sliding(.minutes(1)), revise: .zero), try plan(.session(gap: .seconds(45)), revise: .zero),
        ]
    }

    /// What the engine says about some readings, one line per result, in an order that does not depend on how they came;
    /// eager evaluations are left out.
    ///
    /// - Parameters:
    ///   - cut: Blocks per batch; a block holds seven readings.
    ///   - shards: Engines that share the series.
    static func lines(_ readings: [Reading], series: Int, cut: Int, shards: Int, eager: Bool = false) throws
        -> [String]
    {
        let plans = try plans(eager: eager)
        var lines: [String] = []
        for shard in 0..<shards {
            var engine = WindowEngine(plans: plans)
            var numbers: [UInt32: UInt32] = [:]
            for id in 0..<series where id % shards == shard {
                numbers[UInt32(id)] = UInt32(engine.seriesCount)
                engine.register(expectedInterval: id % 2 == 0 ? nil : .seconds(10), watchedBy: Array(plans.indices))
            }
            let names = Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) })
            var output = WindowOutput()
            var block = 0
            func take() {
                for index in output.reports.indices {
                    let report = output.reports[index]
                    let window = output.windows[Int(report.result)]
                    let count = plans[Int(report.plan)].aggregates.count
                    let values = (0..<count).map { output.values[Int(report.firstValue) + $0] }
                    lines.append(
                        "\(names[report.series]!) \(report.plan) report \(window.start.microseconds) "
                            + "\(window.end.microseconds) \(window.count) \(window.bad) \(window.coverage) "
                            + "\(window.revision) \(values)"
                    )
                }
                for index in output.evaluations.indices {
                    let evaluation = output.evaluations[index]
                    guard evaluation.firstWindow >= 0, !evaluation.isEager else { continue }
                    let count = plans[Int(evaluation.plan)].aggregates.count
                    let values = (0..<count).map { output.values[Int(evaluation.firstValue) + $0] }
                    let window = output.windows[Int(evaluation.firstWindow)]
                    lines.append(
                        "\(names[evaluation.series]!) \(evaluation.plan) evaluation \(evaluation.instant.microseconds) "
                            + "\(evaluation.isFresh) \(window.end.microseconds) \(window.count) \(window.bad) "
                            + "\(window.coverage) \(values)"
                    )
                }
                output.removeAll()
            }
            var now = Timestamp.never
            var slices: [BlockSlice] = []
            var running: [Int64] = []
            var pending: [Reading] = []
            while block < readings.count {
                let part = readings[block..<min(block + 7, readings.count)]
                for reading in part { now = max(now, reading.time) }
                let own = part.compactMap { reading -> Reading? in
                    numbers[reading.channel].map { channel in
                        var reading = reading
                        reading.channel = channel
                        return reading
                    }
                }
                slices.append(BlockSlice(now: now, feed: 0, count: own.count))
                running.append(now.microseconds)
                pending += own
                block += 7
                if slices.count == cut || block >= readings.count {
                    engine.process(slices, running: running, feedCount: 1, readings: pending, into: &output)
                    take()
                    slices = []
                    running = []
                    pending = []
                }
            }
            while engine.finishNext(into: &output) { take() }
        }
        return lines.sorted()
    }
}
