import GanzhiModel
import GanzhiWindow
import Testing

/// What a group says of two inputs: rain, summed over 20 s, and a level, its mean over 15 s, every 10 s.
struct CohortTests {
    private static func rain(eager: Bool = false) throws -> Plan {
        try Plan(
            every: .seconds(10),
            idle: .seconds(30),
            eager: eager,
            aggregates: [Plan.Aggregate(.sum, .hopping(.seconds(20), every: .seconds(10)))]
        )
    }

    private static func level(eager: Bool = false) throws -> Plan {
        try Plan(
            every: .seconds(10),
            lateness: .seconds(5),
            idle: .seconds(30),
            eager: eager,
            aggregates: [Plan.Aggregate(.mean, .hopping(.seconds(15), every: .seconds(10)))]
        )
    }

    /// A sample of one reading a block as (series, time, value); series 0 is rain, series 1 a level.
    private static func sample(
        _ plans: [Plan],
        groups: [[Int: Int]] = [[0: 0], [1: 0]],
        _ readings: [(series: UInt32, time: Int64, value: Double)]
    ) -> GroupCase {
        GroupCase(
            plans: plans,
            groups: groups,
            intervals: groups.map { _ in nil },
            blocks: readings.map { series, time, value in
                GroupCase.Block(
                    now: time * 1_000_000,
                    running: time * 1_000_000,
                    readings: [
                        Reading(channel: series, time: Timestamp(microseconds: time * 1_000_000), value: value)
                    ]
                )
            }
        )
    }

    /// Each evaluation as "block@instant series.plan=value …", with `!` where it is eager, `?` where nobody has a result.
    private static func story(_ sample: GroupCase) throws -> [String] {
        let run = try sample.run(blocksPerCall: sample.blocks.count, isFinished: false)
        #expect(run.evaluations == sample.reference(isFinished: false).evaluations)
        return (run.evaluations[0] ?? []).map { evaluation in
            let members = evaluation.members.sorted { ($0.key.series, $0.key.plan) < ($1.key.series, $1.key.plan) }
                .map { name, windows in
                    let value = windows[0].values[0].map(String.init(describing:)) ?? "-"
                    return "\(name.series).\(name.plan)=\(value)"
                }
            let said = members.isEmpty ? "?" : members.joined(separator: " ")
            return "\(evaluation.block)@\(evaluation.instant / 1_000_000)\(evaluation.isEager ? "!" : "") \(said)"
        }
    }

    @Test func `a key is evaluated once all of its inputs are final, and idle ones hold nothing up`() throws {
        let story = try Self.story(
            Self.sample(
                [Self.rain(), Self.level()],
                [(1, 1, 3), (0, 2, 1), (0, 12, 2), (1, 12, 5), (1, 16, 7), (0, 21, 4), (0, 31, 8), (0, 47, 1)]
            )
        )
        // The level comes to 10 with 16; after 30 s of silence the rain goes on alone.
        #expect(
            story == ["3@0 ?", "4@10 0.0=1.0 1.1=3.0", "7@20 0.0=3.0 1.1=6.0", "7@30 0.0=6.0 1.1=7.0", "7@40 0.0=12.0"]
        )
    }

    @Test func `a series may be a member through two plans`() throws {
        let story = try Self.story(
            Self.sample(
                [Self.rain(), Self.level()],
                groups: [[0: 0, 1: 0], [1: 0]],
                [(0, 1, 3), (1, 2, 1), (0, 16, 5), (1, 17, 2)]
            )
        )
        #expect(story == ["3@10 0.0=3.0 0.1=3.0 1.1=1.0"])
    }

    @Test func `a reading newer than all others of the key is evaluated with all members`() throws {
        let story = try Self.story(
            Self.sample(
                [Self.rain(eager: true), Self.level(eager: true)],
                [(0, 1, 1), (1, 3, 4), (0, 2, 2), (0, 6, 3), (1, 6, 8), (1, 7, 9), (0, 12, 5)]
            )
        )
        #expect(
            story == [
                "0@10! 0.0=1.0",
                // The level's panes are 5 s. The first ends in the middle of one of rain, which is told to its own end.
                "1@5! 0.0=1.0 1.1=4.0", "3@10! 0.0=6.0 1.1=4.0", "5@10! 0.0=6.0 1.1=7.0",
                "6@20! 0.0=11.0 1.1=8.5",
            ]
        )
    }

    @Test func `groups that are parts are not evaluated eagerly`() throws {
        var engine = WindowEngine(plans: [(try Self.rain(eager: true), 0)], groupsAreParts: true)
        engine.register(expectedInterval: nil, watchedBy: [0], groups: [0: 0])
        engine.register(expectedInterval: nil, watchedBy: [0])
        var output = WindowOutput()
        engine.process(
            [BlockSlice(now: Timestamp(milliseconds: 1000), feed: 0, count: 2)],
            running: [0],
            feedCount: 1,
            readings: [0, 1].map { Reading(channel: $0, time: Timestamp(milliseconds: 1000), value: 1) },
            into: &output
        )
        #expect(output.groups.count == 0)
        #expect(output.evaluations.count == 1 && output.evaluations[0].series == 1 && output.evaluations[0].isEager)
    }

    @Test(
        arguments: [
            ([0, 1], [0, 1], true), ([1, 0], [0, 1], false), ([0, nil], [0, 1], false), ([0], [0], false),
        ] as [([Int?], [Int], Bool)]
    )
    func `a cohort goes on where all of its plans do, in their order`(
        previous: [Int?],
        watchers: [Int],
        isKept: Bool
    ) throws {
        // Equal plans, so that each may go on with each.
        let plan = try Self.rain()
        var engine = WindowEngine(plans: [(plan, 0), (plan, 0)])
        for series in 0..<2 { engine.register(expectedInterval: nil, watchedBy: [series], groups: [series: 0]) }
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
        process([(0, 1), (1, 2), (0, 31)])
        #expect(output.groups.count == 0)
        engine.adopt(
            plans: previous.map { (plan, 0, $0) },
            watchers: { series in
                (previous.firstIndex(of: series).map { [$0] } ?? [0], nil)
            },
            groups: { series in [previous.firstIndex(of: series) ?? 0: 0] }
        )
        process([(0, 41), (1, 41)])
        #expect(output.groups.count > 0)
        // What the first series said of the instant 10 waited.
        var isFound = false
        for index in output.groups.indices where output.groups[index].instant.milliseconds == 10_000 {
            for place in 0..<Int(output.groups[index].memberCount)
            where output.members[Int(output.groups[index].firstMember) + place].series == 0 { isFound = true }
        }
        #expect(isFound == isKept)
    }
}
