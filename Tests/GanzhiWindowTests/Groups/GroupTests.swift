import GanzhiModel
import GanzhiWindow
import Testing

/// What a group says of single cases that can be followed by hand; seconds throughout.
struct GroupTests {
    /// Means over 10 s, every 10 s; idle after 30 s.
    private static func plan(lateness: Int64 = 0, window: Int64 = 10) throws -> Plan {
        try Plan(
            every: .seconds(10),
            lateness: .seconds(lateness),
            idle: .seconds(30),
            aggregates: [Plan.Aggregate(.mean, .hopping(.seconds(window), every: .seconds(10)))]
        )
    }

    /// One block: its time, and readings of series 0, 1, … as (series, time, value).
    private typealias Block = (now: Int64, readings: [(Int, Int64, Double)])

    private static func sample(_ plan: Plan, members: Int, _ blocks: [Block]) -> GroupCase {
        GroupCase(
            plans: [plan],
            groups: Array(repeating: [0: 0], count: members),
            intervals: Array(repeating: nil, count: members),
            blocks: blocks.map { block in
                GroupCase.Block(
                    now: block.now * 1_000_000,
                    running: block.now * 1_000_000,
                    readings: block.readings.map { series, time, value in
                        Reading(
                            channel: UInt32(series),
                            time: Timestamp(microseconds: time * 1_000_000),
                            value: value
                        )
                    }
                )
            }
        )
    }

    /// Each evaluation as "block@instant series=mean …", `?` where no member has a result.
    private static func story(_ sample: GroupCase, isFinished: Bool = false) throws -> [String] {
        let run = try sample.run(blocksPerCall: sample.blocks.count, isFinished: isFinished)
        #expect(run.evaluations == sample.reference(isFinished: isFinished).evaluations)
        return (run.evaluations[0] ?? []).map { evaluation in
            let members = evaluation.members.sorted { $0.key.series < $1.key.series }.map { name, windows in
                "\(name.series)=\(windows[0].values[0].map(String.init(describing:)) ?? "-")"
            }
            let said = members.isEmpty ? "?" : members.joined(separator: " ")
            return "\(evaluation.block)@\(evaluation.instant / 1_000_000) \(said)"
        }
    }

    @Test func `an instant waits for the last member that is not idle`() throws {
        let story = try Self.story(
            Self.sample(
                Self.plan(),
                members: 2,
                [
                    (1, [(0, 1, 1), (1, 2, 3)]), (11, [(0, 11, 5)]), (12, [(1, 12, 7)]), (21, [(1, 21, 0)]),
                ]
            )
        )
        #expect(story == ["2@10 0=1.0 1=3.0"])
    }

    @Test func `a silent member holds the group up until it is idle, and has its part with what it said`() throws {
        let story = try Self.story(
            Self.sample(
                Self.plan(),
                members: 2,
                [
                    (1, [(0, 1, 1), (1, 2, 3)]), (11, [(0, 11, 5)]), (21, [(0, 21, 6)]), (31, [(0, 31, 7)]),
                    (41, [(0, 41, 8)]),
                ]
            )
        )
        #expect(story == ["3@10 0=1.0 1=3.0", "3@20 0=5.0", "3@30 0=6.0", "4@40 0=7.0"])
    }

    @Test func `the long window of an idle member speaks for it while the others go on`() throws {
        let story = try Self.story(
            Self.sample(
                Self.plan(window: 50),
                members: 2,
                [
                    (1, [(0, 1, 1), (1, 2, 3)]), (31, [(0, 31, 2)]), (41, [(0, 41, 3)]), (51, [(0, 51, 4)]),
                    (61, [(0, 61, 5)]),
                ]
            )
        )
        #expect(
            story == [
                "1@10 0=1.0 1=3.0", "1@20 0=1.0 1=3.0", "1@30 0=1.0 1=3.0", "2@40 0=1.5 1=3.0", "3@50 0=2.0 1=3.0",
                "4@60 0=3.0",
            ]
        )
    }

    @Test func `what a returning member says of the past is late for the group only`() throws {
        let sample = try Self.sample(
            Self.plan(),
            members: 2,
            [
                (1, [(0, 1, 1), (1, 2, 3)]), (31, [(0, 31, 5)]), (41, [(0, 41, 5)]), (42, [(1, 12, 9), (1, 22, 9)]),
                (51, [(0, 51, 6)]), (53, [(1, 43, 8)]), (54, [(1, 52, 8)]),
            ]
        )
        // Until it has caught up, the group waits for it again.
        #expect(try Self.story(sample) == ["1@10 0=1.0 1=3.0", "1@30 ?", "2@40 0=5.0", "6@50 0=5.0 1=8.0"])
        #expect(try sample.run(blocksPerCall: 1).notable.isEmpty)
    }

    @Test func `a member that was never heard holds nothing up`() throws {
        let story = try Self.story(Self.sample(Self.plan(), members: 3, [(1, [(0, 1, 1)]), (11, [(0, 11, 5)])]))
        #expect(story == ["1@10 0=1.0"])
    }

    @Test func `the backlog of one member is evaluated with what the others said then`() throws {
        let story = try Self.story(
            Self.sample(
                Self.plan(),
                members: 2,
                [
                    (0, [(1, 0, 4)]), (2, [(0, 2, 1)]), (11, [(0, 11, 2)]), (21, [(0, 21, 3)]),
                    (25, [(1, 11, 5), (1, 19, 7), (1, 22, 8), (1, 24, 8)]), (31, [(0, 31, 0), (1, 31, 0)]),
                ]
            )
        )
        #expect(story == ["4@10 0=1.0 1=4.0", "4@20 0=2.0 1=6.0", "5@30 0=3.0 1=8.0"])
    }

    @Test func `one member with a time far in the future moves nothing while another speaks`() throws {
        let year: Int64 = 365 * 86_400
        let sample = try Self.sample(
            Self.plan(),
            members: 2,
            [
                (1, [(0, 1, 1), (1, 2, 3)]), (3, [(1, 3 + 100 * year, 9)]), (11, [(0, 11, 5)]), (21, [(0, 21, 6)]),
                (60, []), (70, [(0, 70, 1)]),
            ]
        )
        // Once all are idle, the watermark is that of the one that leads, and stays there.
        #expect(
            try Self.story(sample) == [
                "2@10 0=1.0 1=3.0", "3@20 0=5.0", "4@30 0=6.0", "4@\((3 + 100 * year) / 10 * 10 + 10) 1=9.0",
            ]
        )
        #expect(try sample.run(blocksPerCall: 1).notable.isEmpty)
    }

    @Test func `years without readings are one evaluation`() throws {
        let year: Int64 = 365 * 86_400
        let story = try Self.story(
            Self.sample(
                Self.plan(),
                members: 2,
                [
                    (1, [(0, 1, 1), (1, 2, 3)]), (100, []), (20 * year, [(1, 20 * year + 1, 3)]),
                    (20 * year + 2, [(0, 20 * year + 11, 3), (1, 20 * year + 12, 4)]),
                ]
            )
        )
        #expect(story == ["1@10 0=1.0 1=3.0", "2@\(20 * year) ?", "3@\(20 * year + 10) 1=3.0"])
    }

    @Test func `when everything is idle, what was last said is evaluated without waiting`() throws {
        let story = try Self.story(
            Self.sample(
                Self.plan(lateness: 5),
                members: 3,
                [
                    (1, [(0, 1, 1), (1, 2, 3)]), (13, [(1, 13, 4)]), (40, []), (50, []),
                ]
            )
        )
        #expect(story == ["2@0 ?", "3@10 0=1.0 1=3.0", "3@20 1=4.0"])
    }

    @Test func `more than 1,024 instants do not wait: the oldest is closed without the member that holds it up`() throws
    {
        let count = 1_030
        var readings: [(Int, Int64, Double)] = [(1, 2, 3)]
        for step in 0..<count { readings.append((0, Int64(step) * 10 + 1, 1)) }
        let sample = try Self.sample(Self.plan(), members: 2, [(2, readings), (3, [(1, 75, 3), (1, 86, 3)])])
        let run = try sample.run(blocksPerCall: 1, isFinished: false)
        #expect(run.evaluations == sample.reference(isFinished: false).evaluations)
        #expect(run.closedEarly == count - 1 - WindowEngine.maximumWaitingInstants)
        #expect(run.evaluations[0]?.map { $0.instant / 10_000_000 } == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(
            run.evaluations[0]?.map { $0.members.keys.map(\.series).sorted() } == [
                [0], [0], [0], [0], [0], [0], [0], [0, 1],
            ]
        )
    }

    @Test func `the end of input closes what waits up to the last window that holds a reading`() throws {
        let story = try Self.story(
            Self.sample(Self.plan(), members: 2, [(1, [(0, 1, 1), (1, 2, 3)]), (11, [(0, 11, 5), (0, 42, 2)])]),
            isFinished: true
        )
        #expect(story == ["0@10 0=1.0 1=3.0", "0@20 0=5.0", "0@50 0=2.0"])
    }

    @Test func `members of a group do not evaluate alone, and series without one do`() throws {
        var engine = WindowEngine(plans: [(try Self.plan(), 0)])
        engine.register(expectedInterval: nil, watchedBy: [0], groups: [0: 0])
        engine.register(expectedInterval: nil, watchedBy: [0])
        var output = WindowOutput()
        let readings = [(0, 1), (1, 1), (0, 11), (1, 11)].map { series, time in
            Reading(channel: series, time: Timestamp(milliseconds: time * 1000), value: 1)
        }
        engine.process(
            [BlockSlice(now: Timestamp(milliseconds: 11_000), feed: 0, count: 4)],
            running: [0],
            feedCount: 1,
            readings: readings,
            into: &output
        )
        #expect(output.evaluations.count == 1 && output.evaluations[0].series == 1)
        #expect(output.groups.count == 1 && output.groups[0].memberCount == 1 && output.members[0].series == 0)
    }

    @Test func `a session and a day stand for an idle member as they would if it went on`() throws {
        let calendar = DayCalendar.shanghai
        let plan = try Plan(
            every: .hours(1),
            idle: .minutes(30),
            calendar: calendar,
            aggregates: [
                Plan.Aggregate(.count, .session(gap: .minutes(90))),
                Plan.Aggregate(.sum, .hopping(.days(1), every: .days(1))),
                Plan.Aggregate(.last, .sliding(.minutes(5))),
            ]
        )
        // The same member once idle in a group whose other member goes on, once carried on by a bad reading of its own.
        let hour: Int64 = 3600
        func values(_ blocks: [Block], isCarriedOn: Bool) throws -> [Int64: [Double?]] {
            var sample = Self.sample(plan, members: 2, blocks)
            if isCarriedOn {
                for index in sample.blocks.indices {
                    sample.blocks[index].readings += sample.blocks[index].readings.filter { $0.channel == 0 }.map {
                        Reading(channel: 1, time: $0.time, value: 0, quality: .bad)
                    }
                }
            }
            let run = try sample.run(blocksPerCall: 1)
            #expect(run.reports[0] == run.reports[1])
            var values: [Int64: [Double?]] = [:]
            for evaluation in try #require(run.evaluations[0]) {
                values[evaluation.instant / 1_000_000 / hour] = evaluation.members[
                    ReferenceGroup.Name(series: 1, plan: 0)
                ]?.map { $0.values[0] }
            }
            return values
        }
        var blocks: [Block] = [(13 * hour, [(1, 13 * hour + 60, 2), (1, 13 * hour + 600, 3)])]
        for step in 13...30 { blocks.append((Int64(step) * hour + 1200, [(0, Int64(step) * hour + 1200, 1)])) }
        let idle = try values(blocks, isCarriedOn: false)
        let carried = try values(blocks, isCarriedOn: true)
        #expect(idle[15] == [2, nil, 3])
        #expect(idle[16]?[1] == 5)
        for (instant, own) in idle { #expect(carried[instant] == own, "hour \(instant)") }
    }

    @Test func `another generation keeps what waits and how far the group has come`() throws {
        let plan = try Self.plan()
        var engine = WindowEngine(plans: [(plan, 0)])
        for _ in 0..<2 { engine.register(expectedInterval: nil, watchedBy: [0], groups: [0: 0]) }
        var output = WindowOutput()
        func process(_ readings: [(UInt32, Int64)]) {
            engine.process(
                [BlockSlice(now: Timestamp(milliseconds: readings.last!.1 * 1000), feed: 0, count: readings.count)],
                running: [0],
                feedCount: 1,
                readings: readings.map { Reading(channel: $0, time: Timestamp(milliseconds: $1 * 1000), value: 1) },
                into: &output
            )
        }
        process([(0, 1), (1, 2), (0, 11), (0, 21)])
        #expect(output.groups.count == 0)
        let other = try Self.plan(window: 20)
        engine.adopt(
            plans: [(other, 1, nil), (plan, 0, 0)],
            watchers: { _ in ([0, 1], nil) },
            groups: { _ in [1: 0] }
        )
        process([(1, 12)])
        #expect(
            output.groups.count == 1 && output.groups[0].cohort == 0 && output.members[0].plan == 1
                && output.groups[0].memberCount == 2
        )
        process([(1, 22), (0, 31), (1, 31)])
        #expect(output.groups.count == 3 && output.groups[2].memberCount == 2)
        #expect(output.members[0].series == 0 && output.members[1].series == 1)
    }
}
