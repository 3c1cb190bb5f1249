import GanzhiModel
import GanzhiTestSupport
import GanzhiWindow
import Testing

/// Evaluations that a reading brings before its windows end; seconds throughout.
struct EagerTests {
    private static func plan(
        every: Int64 = 10,
        lateness: Int64 = 0,
        revise: Int64 = 0,
        calendar: DayCalendar = .utc,
        _ aggregates: (WindowFunction, WindowSpec)...
    ) throws -> Plan {
        try Plan(
            every: .seconds(every),
            lateness: .seconds(lateness),
            revise: .seconds(revise),
            eager: true,
            calendar: calendar,
            aggregates: aggregates.map { Plan.Aggregate($0.0, $0.1) }
        )
    }

    private static func mean(_ size: Int64, every: Int64 = 10) -> (WindowFunction, WindowSpec) {
        (.mean, .hopping(.seconds(size), every: .seconds(every)))
    }

    private static func reading(_ time: Int64, _ value: Double, _ quality: Quality = .good) -> Reading {
        Reading(channel: 0, time: Timestamp(microseconds: time * 1_000_000), value: value, quality: quality)
    }

    /// One evaluation: the reading that brought it, its instant, and value and coverage of each aggregate's window.
    private struct Said: Equatable {
        var block: Int
        var instant: Int64
        var isEager = true
        var isFresh = true
        var values: [Double?]

        static func eager(_ block: Int, _ instant: Int64, _ values: Double?..., isFresh: Bool = true) -> Said {
            Said(block: block, instant: instant, isFresh: isFresh, values: values)
        }

        static func final(_ block: Int, _ instant: Int64, _ values: Double?..., isFresh: Bool = true) -> Said {
            Said(block: block, instant: instant, isEager: false, isFresh: isFresh, values: values)
        }
    }

    /// What an engine says of one series, each reading a block of its own.
    private static func story(
        _ plan: Plan,
        interval: Int64? = nil,
        _ readings: [Reading]
    ) -> (said: [Said], coverage: [Double], notable: [NotableReading.Outcome]) {
        var engine = WindowEngine(plans: [plan])
        engine.register(expectedInterval: interval.map(TimeSpan.seconds), watchedBy: [0])
        var output = WindowOutput()
        engine.process(
            readings.map { BlockSlice(now: $0.time, feed: 0, count: 1) },
            running: readings.map { _ in 0 },
            feedCount: 1,
            readings: readings,
            into: &output
        )
        var said: [Said] = []
        var coverage: [Double] = []
        for index in output.evaluations.indices where output.evaluations[index].firstWindow >= 0 {
            let evaluation = output.evaluations[index]
            let values = plan.aggregates.indices.map { output.values[Int(evaluation.firstValue) + $0] }
            said.append(
                Said(
                    block: Int(evaluation.block),
                    instant: evaluation.instant.microseconds / 1_000_000,
                    isEager: evaluation.isEager,
                    isFresh: evaluation.isFresh,
                    values: values.map { $0.isNaN ? nil : $0 }
                )
            )
            coverage.append(output.windows[Int(evaluation.firstWindow)].coverage)
        }
        return (said, coverage, output.notable.indices.map { output.notable[$0].outcome })
    }

    @Test func `a reading newer than all others is evaluated at once, after what it made final`() throws {
        let story = try Self.story(
            Self.plan(Self.mean(10)),
            [Self.reading(1, 1), Self.reading(4, 3), Self.reading(3, 8), Self.reading(4, 4), Self.reading(12, 6)]
        )
        let expected: [Said] = [.eager(0, 10, 1), .eager(1, 10, 2), .final(4, 10, 4), .eager(4, 20, 6)]
        #expect(story.said == expected)
    }

    @Test func `bad readings count as new, and late, revised and repeated ones do not`() throws {
        let plan = try Self.plan(revise: 20, Self.mean(10))
        let story = Self.story(
            plan,
            [
                Self.reading(1, 1), Self.reading(31, 9, .bad), Self.reading(31, 9, .bad), Self.reading(19, 5),
                Self.reading(2, 7), Self.reading(30, 2),
            ]
        )
        #expect(story.notable == [.duplicate, .revised, .late])
        let expected: [Said] = [.eager(0, 10, 1), .eager(1, 40, nil, isFresh: false)]
        #expect(story.said.filter(\.isEager) == expected)
    }

    @Test func `windows end with the open pane, wherever that is`() throws {
        let plan = try Self.plan(lateness: 5, Self.mean(15), (.sum, .tumbling(.seconds(10))))
        let story = Self.story(
            plan,
            [Self.reading(1, 1), Self.reading(8, 3), Self.reading(11, 5), Self.reading(16, 7)]
        )
        // [−10, 5), [−5, 10), [0, 15), and after the final one [5, 20); the other one's size is 10.
        let expected: [Said] = [
            .eager(0, 5, 1, 1), .eager(1, 10, 2, 4), .eager(2, 15, 3, 8), .eager(3, 20, 5, 12),
        ]
        #expect(story.said.filter(\.isEager) == expected)
        let final: [Said] = [.final(1, 0, nil, nil, isFresh: false), .final(3, 10, 2, 4)]
        #expect(story.said.filter { !$0.isEager } == final)
    }

    @Test func `coverage counts the time that has elapsed`() throws {
        let readings = [0, 2, 6, 9].map { Self.reading($0, Double($0)) }
        let expected = try Self.story(Self.plan(Self.mean(10)), interval: 2, readings)
        #expect(expected.said.allSatisfy { $0.isEager })
        #expect(expected.coverage == [1, 1, 1, 4 / 4.5])
        let none = try Self.story(Self.plan(Self.mean(20)), readings)
        #expect(none.coverage == [0.5, 0.5, 0.5, 0.5])
    }

    @Test func `windows that end more seldom, with readings or with a pause tell what stands`() throws {
        let plan = try Self.plan(
            Self.mean(20, every: 20),
            (.last, .sliding(.seconds(5))),
            (.count, .session(gap: .seconds(15)))
        )
        let story = Self.story(
            plan,
            [Self.reading(1, 1), Self.reading(11, 3), Self.reading(22, 5), Self.reading(49, 2), Self.reading(101, 4)]
        )
        let expected: [Said] = [
            .eager(0, 10, nil, 1, nil), .eager(1, 20, nil, 3, nil), .eager(2, 30, 2, 5, nil),
            .eager(3, 50, 5, 2, 3), .eager(4, 110, nil, 4, 1),
        ]
        #expect(story.said.filter(\.isEager) == expected)
    }

    @Test func `whole days are open to the end of the calendar's day`() throws {
        let day: Int64 = 86_400
        let plan = try Self.plan(every: day, calendar: .shanghai, Self.mean(day, every: day))
        // 15:59 and 16:00 UTC are the end of one day there and the begin of the next.
        let story = Self.story(plan, [Self.reading(16 * 3600 - 60, 1), Self.reading(16 * 3600, 5)])
        let expected: [Said] = [
            .eager(0, 16 * 3600, 1), .final(1, 16 * 3600, 1), .eager(1, 16 * 3600 + day, 5),
        ]
        #expect(story.said == expected)
    }

    @Test func `final results are what they would be without`() throws {
        let readings = EngineFixture.readings(series: 7, count: 4000, seed: 77)
        let plain = try EngineFixture.lines(readings, series: 7, cut: 3, shards: 1)
        #expect(plain.count > 5000)
        let eager = try EngineFixture.lines(readings, series: 7, cut: 3, shards: 1, eager: true)
        #expect(eager == plain)
    }

    /// Windows of all functions, some of which the open pane cuts off from their hop.
    private static func every(function plan: (every: Int64, eager: Bool)) throws -> Plan {
        try Plan(
            every: .seconds(plan.every),
            lateness: .seconds(8),
            eager: plan.eager,
            aggregates: [15, 20, 45].flatMap { size in
                EngineFixture.functions.map {
                    Plan.Aggregate($0, .hopping(.seconds(size), every: .seconds(plan.every)))
                }
            }
        )
    }

    @Test(arguments: 0..<10) func `all functions say what they would if the input ended there`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var clock: Int64 = 1_700_000_000
        let readings = (0..<60).map { _ in
            clock += Int64.random(in: 1...9, using: &random)
            return Self.reading(
                clock - Int64.random(in: 0...7, using: &random),
                Double(Int64.random(in: -80...80, using: &random)) / 8,
                Int64.random(in: 0..<9, using: &random) == 0 ? .bad : .good
            )
        }
        let eager = try Self.story(Self.every(function: (10, true)), readings)
        #expect(eager.notable.allSatisfy { $0 == .duplicate })
        // Panes are 5 s: a plan that evaluates each of them ends where the eager one has its open pane's end.
        let fine = try Self.every(function: (5, false))
        var compared = 0
        for said in eager.said where said.isEager {
            var engine = WindowEngine(plans: [fine])
            engine.register(expectedInterval: nil, watchedBy: [0])
            var output = WindowOutput()
            let part = Array(readings[...said.block])
            engine.process(
                [BlockSlice(now: part.last!.time, feed: 0, count: part.count)],
                running: [0],
                feedCount: 1,
                readings: part,
                into: &output
            )
            while engine.finishNext(into: &output) {}
            let same = output.evaluations.indices.first {
                output.evaluations[$0].instant.microseconds == said.instant * 1_000_000
            }
            // After a bad reading there may be none.
            guard let same else { continue }
            let first = Int(output.evaluations[same].firstValue)
            let values = fine.aggregates.indices.map { output.values[first + $0] }
            #expect(values.map { $0.isNaN ? nil : $0.bitPattern } == said.values.map { $0?.bitPattern })
            compared += 1
        }
        #expect(compared > 20)
    }
}
