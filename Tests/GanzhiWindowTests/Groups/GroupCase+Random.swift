import GanzhiModel
import GanzhiTestSupport
import GanzhiWindow

extension GroupCase {
    private static let second: Int64 = 1_000_000

    /// A plan of a cohort: windows that hop with it and more seldom, of sizes with and without a part of a hop.
    private static func plan(every: Int, eager: Bool, quietCounts: Bool, _ random: inout SeededGenerator) throws -> Plan
    {
        let aggregates: [Plan.Aggregate] = (0..<Int.random(in: 1...3, using: &random)).flatMap { _ in
            let hop = every * ([1, 1, 1, 2, 3].randomElement(using: &random)!)
            let size = [1, 2, 3, 5, 12].randomElement(using: &random)! * hop
            let functions: [WindowFunction] = [.count, .sum, .mean, .min, .max, .last]
            let shift = Bool.random(using: &random) || size < 2 * hop ? 0 : hop / 2
            let window = WindowSpec.hopping(.seconds(Int64(size - shift)), every: .seconds(Int64(hop)))
            return functions.shuffled(using: &random).prefix(2).map { Plan.Aggregate($0, window) }
        }
        return try Plan(
            every: .seconds(Int64(every)),
            lateness: .seconds([0, 0, 1, 4, 10].randomElement(using: &random)!),
            idle: .seconds([3, 10, 30].randomElement(using: &random)!),
            revise: .seconds([0, 0, 10].randomElement(using: &random)!),
            quietCounts: quietCounts,
            eager: eager,
            aggregates: aggregates
        )
    }

    /// A random case: 1 to 3 plans, disorder, lateness, silences, returns, backlogs, gaps, jumps into the future, another
    /// generation.
    ///
    /// - Parameter isEager: Whether plans are eager, most of them at least.
    static func random(_ seed: UInt64, isEager: Bool = false) throws -> GroupCase {
        var random = SeededGenerator(seed: seed)
        let every = [1, 2, 5, 6].randomElement(using: &random)!
        let quietCounts = Int.random(in: 0..<4, using: &random) == 0
        let plans = try (0..<Int.random(in: 1...3, using: &random)).map { _ in
            let isEager = isEager && Int.random(in: 0..<6, using: &random) > 0
            return try plan(every: every, eager: isEager, quietCounts: quietCounts, &random)
        }
        let count = Int.random(in: 1...6, using: &random)
        // Most series have one plan, some more; through two of them they may belong to one group or to two.
        let groups = (0..<count).map { _ in
            let own = plans.indices.shuffled(using: &random)
                .prefix(Int.random(in: 0..<4, using: &random) == 0 ? plans.count : 1)
            return Dictionary(
                uniqueKeysWithValues: own.map { ($0, Int.random(in: 0..<4, using: &random) == 0 ? 1 : 0) }
            )
        }
        let intervals = (0..<count).map { _ in
            Bool.random(using: &random) ? nil : TimeSpan.seconds([1, 3, 4].randomElement(using: &random)!)
        }
        let blocks = blocks(series: count, &random)
        let generation =
            Bool.random(using: &random)
            ? nil
            : (
                block: Int.random(in: 0..<blocks.count, using: &random),
                kind: Bool.random(using: &random) ? Generation.goesOn : .startsAnew
            )
        return GroupCase(plans: plans, groups: groups, intervals: intervals, blocks: blocks, generation: generation)
    }

    private static func blocks(series count: Int, _ random: inout SeededGenerator) -> [Block] {
        let silent = (0..<count).filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
        var now = Int64.random(in: -40...1_700_000_000, using: &random) * second
        var running: Int64 = 0
        var offset = (0..<count).map { _ in -Int64.random(in: 0...20, using: &random) * second }
        var isAway = (0..<count).map { _ in false }
        var blocks: [Block] = []
        for _ in 0..<Int.random(in: 20...80, using: &random) {
            let step = [0, 200_000, second, 3 * second, 3 * second, 7 * second].randomElement(using: &random)!
            now += step
            running += Int.random(in: 0..<8, using: &random) == 0 ? 0 : step
            if Int.random(in: 0..<40, using: &random) == 0 {
                now += 300 * second
                running += 300 * second
            }
            var readings: [Reading] = []
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let series = Int.random(in: 0..<count, using: &random)
                if silent.contains(series) { continue }
                if Int.random(in: 0..<12, using: &random) == 0 { isAway[series].toggle() }
                if isAway[series] { continue }
                var time = now + offset[series] - Int64.random(in: 0...12, using: &random) * second / 2
                switch Int.random(in: 0..<60, using: &random) {
                case 0: offset[series] = -Int64.random(in: 0...60, using: &random) * second
                case 1: time += 1000 * second * Int64.random(in: 1...200_000, using: &random)
                default: break
                }
                readings.append(
                    Reading(
                        channel: UInt32(series),
                        time: Timestamp(microseconds: time),
                        value: Double(Int.random(in: -8...8, using: &random)) / 4,
                        quality: [.good, .good, .good, .uncertain, .bad].randomElement(using: &random)!
                    )
                )
            }
            blocks.append(Block(now: now, running: running, readings: readings))
        }
        return blocks
    }
}
