import GanzhiModel
import GanzhiTestSupport

@testable import GanzhiWindow

/// Blocks of readings of one feed, and what an engine makes of them.
struct GroupCase {
    struct Block {
        var now: Int64
        var running: Int64
        var readings: [Reading]
    }

    var plan: Plan
    /// The group of each series.
    var groups: [Int]
    var blocks: [Block]

    /// What comes out of an engine that gets so many blocks at a time.
    func run(blocksPerCall: Int, isFinished: Bool = true) throws -> GroupRun {
        var engine = WindowEngine(plans: [plan, plan])
        for group in groups { engine.register(expectedInterval: nil, watchedBy: [0, 1], groups: [1: group]) }
        var run = GroupRun()
        var output = WindowOutput()
        var next = 0
        while next < blocks.count {
            let part = blocks[next..<min(blocks.count, next + blocksPerCall)]
            engine.process(
                part.map { BlockSlice(now: Timestamp(microseconds: $0.now), feed: 0, count: $0.readings.count) },
                running: part.map(\.running),
                feedCount: 1,
                readings: part.flatMap(\.readings),
                into: &output
            )
            run.add(output, plan: plan, firstBlock: next)
            output.removeAll()
            next += part.count
        }
        if isFinished {
            while engine.finishNext(into: &output) {}
            run.add(output, plan: plan, firstBlock: 0)
        }
        run.closedEarly = engine.groupInstantsClosedEarly
        return run
    }

    /// What the reference says, group by group.
    func reference(isFinished: Bool = true) -> (evaluations: [Int: [ReferenceGroup.Evaluation]], closedEarly: Int) {
        var evaluations: [Int: [ReferenceGroup.Evaluation]] = [:]
        var closedEarly = 0
        for group in Set(groups) {
            var reference = ReferenceGroup(plan, series: groups.indices.filter { groups[$0] == group })
            for (index, block) in blocks.enumerated() {
                reference.begin(block: index, now: block.now, running: block.running)
                for reading in block.readings where groups[Int(reading.channel)] == group {
                    reference.take(
                        ReferenceGroup.Reading(
                            time: reading.time.microseconds,
                            value: reading.value,
                            quality: reading.quality
                        ),
                        series: Int(reading.channel),
                        block: index,
                        running: block.running
                    )
                }
            }
            if isFinished { reference.finish() }
            if !reference.evaluations.isEmpty { evaluations[group] = reference.evaluations }
            closedEarly += reference.closedEarly
        }
        return (evaluations, closedEarly)
    }
}

/// What came out of an engine, group by group.
struct GroupRun: Equatable {
    var evaluations: [Int: [ReferenceGroup.Evaluation]] = [:]
    /// What was reported outside of evaluations, of series that stand alone and of the same ones in groups.
    var reports: [[Report]] = [[], []]
    var notable: [NotableReading.Outcome] = []
    var closedEarly = 0
    var areMembersInOrder = true

    struct Report: Equatable {
        var block: Int
        var series: UInt32
        var end: Int64
        var revision: UInt32
        var count: UInt32
        var value: UInt64
    }

    mutating func add(_ output: borrowing WindowOutput, plan: Plan, firstBlock: Int) {
        for index in output.reports.indices {
            let report = output.reports[index]
            let result = output.windows[Int(report.result)]
            reports[Int(report.plan)].append(
                Report(
                    block: firstBlock + Int(report.block),
                    series: report.series,
                    end: result.end.microseconds,
                    revision: result.revision,
                    count: result.count,
                    value: output.values[Int(report.firstValue)].bitPattern
                )
            )
        }
        for index in output.evaluations.indices where output.evaluations[index].plan != 0 { areMembersInOrder = false }
        for index in output.notable.indices { notable.append(output.notable[index].outcome) }
        for index in output.groups.indices {
            let evaluation = output.groups[index]
            var members: [Int: [ReferenceGroup.Window]] = [:]
            var lastSeries = -1
            for place in 0..<Int(evaluation.memberCount) {
                let member = output.members[Int(evaluation.firstMember) + place]
                if Int(member.series) <= lastSeries { areMembersInOrder = false }
                lastSeries = Int(member.series)
                members[lastSeries] = plan.windows.enumerated().map { number, window in
                    let result = output.windows[Int(member.firstWindow) + number]
                    let own = plan.aggregates.indices.filter { plan.aggregates[$0].window == window }
                    return ReferenceGroup.Window(
                        start: result.start.microseconds,
                        end: result.end.microseconds,
                        count: Int(result.count),
                        good: Int(result.good),
                        bad: Int(result.bad),
                        coverage: result.coverage,
                        values: own.map {
                            let value = output.values[Int(member.firstValue) + $0]
                            return value.isNaN ? nil : value
                        }
                    )
                }
            }
            evaluations[Int(evaluation.group), default: []].append(
                ReferenceGroup.Evaluation(
                    block: firstBlock + Int(evaluation.block),
                    instant: evaluation.instant.microseconds,
                    isFresh: evaluation.isFresh,
                    members: members
                )
            )
        }
    }
}

extension GroupCase {
    private static let second: Int64 = 1_000_000

    /// A random case: disorder, lateness, silences, returns, backlogs, gaps, jumps into the future.
    static func random(_ seed: UInt64) throws -> GroupCase {
        var random = SeededGenerator(seed: seed)
        let every = [1, 2, 5].randomElement(using: &random)!
        let aggregates: [Plan.Aggregate] = (0..<Int.random(in: 1...3, using: &random)).flatMap { _ in
            let hop = every * ([1, 1, 1, 2, 3].randomElement(using: &random)!)
            let size = [1, 2, 3, 5, 12].randomElement(using: &random)! * hop
            let functions: [WindowFunction] = [.count, .sum, .mean, .min, .max, .last]
            let shift = Bool.random(using: &random) || size < 2 * hop ? 0 : hop / 2
            let window = WindowSpec.hopping(.seconds(Int64(size - shift)), every: .seconds(Int64(hop)))
            return functions.shuffled(using: &random).prefix(2).map { Plan.Aggregate($0, window) }
        }
        let plan = try Plan(
            every: .seconds(Int64(every)),
            lateness: .seconds([0, 0, 1, 4, 10].randomElement(using: &random)!),
            idle: .seconds([3, 10, 30].randomElement(using: &random)!),
            revise: .seconds([0, 0, 10].randomElement(using: &random)!),
            quietCounts: Int.random(in: 0..<4, using: &random) == 0,
            aggregates: aggregates
        )
        let count = Int.random(in: 1...6, using: &random)
        let groups = (0..<count).map { _ in Int.random(in: 0..<4, using: &random) == 0 ? 1 : 0 }
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
        return GroupCase(plan: plan, groups: groups, blocks: blocks)
    }
}
