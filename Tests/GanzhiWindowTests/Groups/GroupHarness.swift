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

    /// What another generation does with the cohort.
    enum Generation { case goesOn, startsAnew }

    /// The plans of one cohort.
    var plans: [Plan]
    /// Of each series its group, by the plans that watch it.
    var groups: [[Int: Int]]
    /// Of each series its expected interval.
    var intervals: [TimeSpan?]
    var blocks: [Block]
    /// The block before which another generation begins.
    var generation: (block: Int, kind: Generation)?

    var groupNumbers: Set<Int> { Set(groups.flatMap(\.values)) }

    /// What comes out of an engine that gets so many blocks at a time.
    ///
    /// Each plan is there twice: first for rows that stand alone, then for the same ones in groups.
    func run(blocksPerCall: Int, isFinished: Bool = true) throws -> GroupRun {
        var engine = WindowEngine(plans: plans.map { ($0, nil) } + plans.map { ($0, 0) })
        var run = GroupRun()
        for series in groups.indices {
            engine.register(
                expectedInterval: intervals[series],
                watchedBy: groups[series].keys.flatMap { [$0, $0 + plans.count] },
                groups: Dictionary(uniqueKeysWithValues: groups[series].map { ($0 + plans.count, $1) })
            )
        }
        var output = WindowOutput()
        var next = 0
        while next < blocks.count {
            if let generation, generation.block == next {
                adopt(generation.kind, &engine)
                run.base = 1
                run.cohort = generation.kind == .goesOn ? 1 : 0
            }
            var end = min(blocks.count, next + blocksPerCall)
            if let generation, next < generation.block { end = min(end, generation.block) }
            let part = blocks[next..<end]
            engine.process(
                part.map { BlockSlice(now: Timestamp(microseconds: $0.now), feed: 0, count: $0.readings.count) },
                running: part.map(\.running),
                feedCount: 1,
                readings: part.flatMap(\.readings),
                into: &output
            )
            run.add(output, plans: plans, firstBlock: next)
            output.removeAll()
            next = end
        }
        if isFinished {
            while engine.finishNext(into: &output) {}
            run.add(output, plans: plans, firstBlock: 0)
        }
        run.closedEarly = engine.groupInstantsClosedEarly
        return run
    }

    /// Puts one more plan before all others: in a cohort of its own, or as one more of the cohort.
    private func adopt(_ kind: Generation, _ engine: inout WindowEngine) {
        let cohort = kind == .goesOn ? 1 : 0
        let alone = plans.indices.map { (plan: plans[$0], cohort: nil as Int?, previous: $0 as Int?) }
        let grouped = plans.indices.map {
            (plan: plans[$0], cohort: cohort as Int?, previous: $0 + plans.count as Int?)
        }
        engine.adopt(
            plans: [(plans[0], 0, nil)] + alone + grouped,
            watchers: { series in
                (groups[series].keys.flatMap { [$0 + 1, $0 + 1 + plans.count] }, intervals[series])
            },
            groups: { series in
                Dictionary(uniqueKeysWithValues: groups[series].map { ($0 + 1 + plans.count, $1) })
            }
        )
    }

    /// What the reference says of rows that are a group.
    private func reference(_ names: [ReferenceGroup.Name], isFinished: Bool) -> ReferenceGroup {
        var reference = ReferenceGroup(plans, names.map { ($0, intervals[$0.series]?.microseconds) })
        for (index, block) in blocks.enumerated() {
            if generation?.block == index, generation?.kind == .startsAnew { reference.startAnew() }
            reference.begin(block: index, now: block.now, running: block.running)
            for reading in block.readings where names.contains(where: { $0.series == reading.channel }) {
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
        return reference
    }

    /// What the reference says, group by group.
    func reference(isFinished: Bool = true) -> (evaluations: [Int: [ReferenceGroup.Evaluation]], closedEarly: Int) {
        var evaluations: [Int: [ReferenceGroup.Evaluation]] = [:]
        var closedEarly = 0
        for group in groupNumbers {
            let names = groups.indices.flatMap { series in
                plans.indices.filter { groups[series][$0] == group }.map {
                    ReferenceGroup.Name(series: series, plan: $0)
                }
            }
            let reference = reference(names, isFinished: isFinished)
            if !reference.evaluations.isEmpty { evaluations[group] = reference.evaluations }
            closedEarly += reference.closedEarly
        }
        return (evaluations, closedEarly)
    }

    /// The eager evaluations that the reference makes of each row alone.
    func eagerReference() -> [ReferenceGroup.Name: [ReferenceGroup.Evaluation]] {
        var evaluations: [ReferenceGroup.Name: [ReferenceGroup.Evaluation]] = [:]
        for series in groups.indices {
            for plan in groups[series].keys {
                let name = ReferenceGroup.Name(series: series, plan: plan)
                let own = reference([name], isFinished: false).evaluations.filter(\.isEager)
                if !own.isEmpty { evaluations[name] = own }
            }
        }
        return evaluations
    }
}

/// What came out of an engine, group by group.
struct GroupRun: Equatable {
    var evaluations: [Int: [ReferenceGroup.Evaluation]] = [:]
    /// Eager evaluations of rows that stand alone.
    var eager: [ReferenceGroup.Name: [ReferenceGroup.Evaluation]] = [:]
    /// What was reported outside of evaluations, of series that stand alone and of the same ones in groups.
    var reports: [[Report]] = [[], []]
    var notable: [NotableReading.Outcome] = []
    var closedEarly = 0
    var areNamesRight = true
    /// Plans before those of the case, and the number of its cohort.
    var base = 0
    var cohort: Int32 = 0

    struct Report: Equatable {
        var block: Int
        var series: UInt32
        var plan: Int
        var end: Int64
        var revision: UInt32
        var count: UInt32
        var value: UInt64
    }

    mutating func add(_ output: borrowing WindowOutput, plans: [Plan], firstBlock: Int) {
        func windows(_ plan: Plan, _ firstWindow: Int32, _ firstValue: Int32) -> [ReferenceGroup.Window] {
            plan.windows.enumerated().map { number, window in
                let result = output.windows[Int(firstWindow) + number]
                let own = plan.aggregates.indices.filter { plan.aggregates[$0].window == window }
                return ReferenceGroup.Window(
                    start: result.start.microseconds,
                    end: result.end.microseconds,
                    count: Int(result.count),
                    good: Int(result.good),
                    bad: Int(result.bad),
                    coverage: result.coverage,
                    values: own.map {
                        let value = output.values[Int(firstValue) + $0]
                        return value.isNaN ? nil : value
                    }
                )
            }
        }
        for index in output.reports.indices {
            let report = output.reports[index]
            let result = output.windows[Int(report.result)]
            let plan = Int(report.plan) - base
            reports[plan / plans.count].append(
                Report(
                    block: firstBlock + Int(report.block),
                    series: report.series,
                    plan: plan % plans.count,
                    end: result.end.microseconds,
                    revision: result.revision,
                    count: result.count,
                    value: output.values[Int(report.firstValue)].bitPattern
                )
            )
        }
        for index in output.evaluations.indices {
            let evaluation = output.evaluations[index]
            let plan = Int(evaluation.plan) - base
            guard plan >= 0, plan < plans.count else {
                areNamesRight = false
                continue
            }
            guard evaluation.isEager else { continue }
            let name = ReferenceGroup.Name(series: Int(evaluation.series), plan: plan)
            let own = windows(plans[plan], evaluation.firstWindow, evaluation.firstValue)
            eager[name, default: []].append(
                ReferenceGroup.Evaluation(
                    block: firstBlock + Int(evaluation.block),
                    instant: evaluation.instant.microseconds,
                    isFresh: evaluation.isFresh,
                    isEager: true,
                    members: own.contains { $0.count > 0 } ? [name: own] : [:]
                )
            )
        }
        for index in output.notable.indices { notable.append(output.notable[index].outcome) }
        for index in output.groups.indices {
            let evaluation = output.groups[index]
            if evaluation.cohort != cohort { areNamesRight = false }
            var members: [ReferenceGroup.Name: [ReferenceGroup.Window]] = [:]
            var last = (-1, -1)
            for place in 0..<Int(evaluation.memberCount) {
                let member = output.members[Int(evaluation.firstMember) + place]
                let name = ReferenceGroup.Name(
                    series: Int(member.series),
                    plan: Int(member.plan) - base - plans.count
                )
                if (name.series, name.plan) <= last { areNamesRight = false }
                last = (name.series, name.plan)
                members[name] = windows(plans[name.plan], member.firstWindow, member.firstValue)
            }
            evaluations[Int(evaluation.group), default: []].append(
                ReferenceGroup.Evaluation(
                    block: firstBlock + Int(evaluation.block),
                    instant: evaluation.instant.microseconds,
                    isFresh: evaluation.isFresh,
                    isEager: evaluation.isEager,
                    members: members
                )
            )
        }
    }
}
