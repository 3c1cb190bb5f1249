import GanzhiModel
import GanzhiTestSupport
import GanzhiWindow
import Testing

struct GroupMergeTests {
    /// What a case comes to with the members of each group spread over so many engines.
    private static func merged(_ sample: GroupCase, partitions: Int) -> [Int: [GroupPartial]] {
        let parts = (0..<partitions).map { Part(sample, number: $0, of: partitions) }
        var merges: [Int: GroupMerge] = [:]
        for group in sample.groupNumbers { merges[group] = GroupMerge(partitions: partitions) }
        var released: [Int: [GroupPartial]] = [:]
        func meet() {
            for group in merges.keys {
                merges[group]!.advance(to: parts.map { $0.frontier(group) })
                let horizon = merges[group]!.horizon
                for number in parts.indices {
                    let partials = parts[number].close(group, upTo: horizon)
                    merges[group]!.take(partials, closedUpTo: horizon, from: number)
                }
                released[group, default: []] += merges[group]!.release()
            }
        }
        for block in sample.blocks {
            for number in parts.indices { parts[number].process([], block) }
            meet()
            for reading in block.readings {
                parts[Int(reading.channel) % partitions].process([reading], block)
                meet()
            }
        }
        for number in parts.indices { parts[number].finish() }
        meet()
        return released
    }

    /// An engine with every so manyth series.
    private final class Part {
        private let number: Int
        private let partitions: Int
        private let plans: [(number: Int, aggregateCount: Int)]
        private var engine: WindowEngine
        private var output = WindowOutput()

        init(_ sample: GroupCase, number: Int, of partitions: Int) {
            (self.number, self.partitions) = (number, partitions)
            plans = sample.plans.indices.map { ($0, sample.plans[$0].aggregates.count) }
            engine = WindowEngine(plans: sample.plans.map { ($0, 0) }, groupsAreParts: true)
            for series in sample.groups.indices where series % partitions == number {
                sample.register(series, in: &engine)
            }
        }

        func process(_ readings: [Reading], _ block: GroupCase.Block) {
            engine.process(
                [BlockSlice(now: Timestamp(microseconds: block.now), feed: 0, count: readings.count)],
                running: [block.running],
                feedCount: 1,
                readings: readings.map {
                    Reading(
                        channel: $0.channel / UInt32(partitions),
                        time: $0.time,
                        value: $0.value,
                        quality: $0.quality
                    )
                },
                into: &output
            )
            #expect(output.groups.count == 0)
            output.removeAll()
        }

        func finish() {
            while engine.finishNext(into: &output) {}
            #expect(output.groups.count == 0)
        }

        func frontier(_ group: Int) -> GroupFrontier { engine.frontier(ofGroup: group, cohort: 0) }

        func close(_ group: Int, upTo horizon: Timestamp) -> [GroupPartial] {
            engine.closeGroup(group, of: 0, upTo: horizon, into: &output)
            defer { output.removeAll() }
            return output.groups.indices.map { index in
                GroupPartial(output.groups[index], in: output, plans: plans) { series in
                    UInt64(Int(series) * partitions + number)
                }
            }
        }
    }

    /// The same from one engine that closes by itself.
    private static func whole(_ sample: GroupCase) -> [Int: [GroupPartial]] {
        var engine = WindowEngine(plans: sample.plans.map { ($0, 0) })
        for series in sample.groups.indices { sample.register(series, in: &engine) }
        var output = WindowOutput()
        engine.process(
            sample.blocks.map {
                BlockSlice(now: Timestamp(microseconds: $0.now), feed: 0, count: $0.readings.count)
            },
            running: sample.blocks.map(\.running),
            feedCount: 1,
            readings: sample.blocks.flatMap(\.readings),
            into: &output
        )
        while engine.finishNext(into: &output) {}
        var partials: [Int: [GroupPartial]] = [:]
        for group in sample.groupNumbers { partials[group] = [] }
        let plans = sample.plans.indices.map { (number: $0, aggregateCount: sample.plans[$0].aggregates.count) }
        for index in output.groups.indices {
            partials[Int(output.groups[index].group)]!.append(
                GroupPartial(output.groups[index], in: output, plans: plans, key: UInt64.init)
            )
        }
        return partials
    }

    @Test(arguments: 0..<4) func `members in 1, 2 and 7 engines come to what one engine says`(part: Int) throws {
        for seed in part * 100..<(part + 1) * 100 {
            let sample = try GroupCase.random(UInt64(seed) + 1_000_000)
            let whole = Self.whole(sample)
            for partitions in [1, 2, 7] {
                #expect(Self.merged(sample, partitions: partitions) == whole, "seed \(seed), \(partitions) partitions")
            }
        }
    }

    private static func partial(_ second: Int64, _ members: [UInt64: Double], isFresh: Bool = false) -> GroupPartial {
        var values = GroupValues(aggregateCount: 1)
        for (key, value) in members.sorted(by: { $0.key > $1.key }) { values.insert(key: key, values: [value]) }
        return GroupPartial(instant: Timestamp(milliseconds: second * 1000), isFresh: isFresh, values: [values])
    }

    @Test func `an instant leaves once all partitions have closed it, with all members in order`() {
        var merge = GroupMerge(partitions: 2)
        let ten = Timestamp(milliseconds: 10_000)
        let twenty = Timestamp(milliseconds: 20_000)
        merge.take([Self.partial(10, [2: 2]), Self.partial(20, [2: 3])], closedUpTo: twenty, from: 1)
        #expect(merge.release().isEmpty)
        merge.take([Self.partial(10, [1: 1, 3: 5], isFresh: true)], closedUpTo: ten, from: 0)
        #expect(merge.release() == [Self.partial(10, [1: 1, 2: 2, 3: 5], isFresh: true)])
        merge.take([Self.partial(10, [4: 4])], closedUpTo: twenty, from: 0)
        #expect(merge.release() == [Self.partial(20, [2: 3])])
    }

    @Test func `idle partitions hold nothing up, and the horizon never goes back`() {
        func frontier(_ second: Int64, isIdle: Bool = false) -> GroupFrontier {
            GroupFrontier(instant: Timestamp(milliseconds: second * 1000), isIdle: isIdle)
        }
        var merge = GroupMerge(partitions: 3)
        func horizon(_ frontiers: GroupFrontier...) -> Int64 {
            merge.advance(to: frontiers)
            return merge.horizon.milliseconds / 1000
        }
        let unheard = GroupFrontier(instant: .never, isIdle: true)
        #expect(merge.horizon == .never)
        #expect(horizon(frontier(20), unheard, unheard) == 20)
        #expect(horizon(frontier(20), frontier(10), unheard) == 20)
        #expect(horizon(frontier(50), frontier(30), unheard) == 30)
        #expect(horizon(frontier(50), frontier(30, isIdle: true), unheard) == 50)
        #expect(horizon(frontier(50), frontier(30, isIdle: true), frontier(90, isIdle: true)) == 50)
        #expect(horizon(frontier(50, isIdle: true), frontier(30, isIdle: true), frontier(90, isIdle: true)) == 90)
    }
}

extension GroupCase {
    fileprivate func register(_ series: Int, in engine: inout WindowEngine) {
        engine.register(
            expectedInterval: intervals[series],
            watchedBy: Array(groups[series].keys),
            groups: groups[series]
        )
    }
}
