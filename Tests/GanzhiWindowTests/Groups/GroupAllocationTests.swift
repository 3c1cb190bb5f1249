import CGanzhiTestSupport
import GanzhiModel
import GanzhiWindow
import Testing

@Suite(.enabled(if: ganzhi_counts_allocations() == 1, "sanitizers have allocators of their own"))
struct GroupAllocationTests {
    /// Minutes of a group: all but the last member speak every 10 s; that one now and then, so that it idles and returns.
    private static func readings(members: Int, from start: Int64) -> [Reading] {
        (0..<360).flatMap { step -> [Reading] in
            (0..<members).compactMap { member in
                if member == members - 1, step % 90 > 3 { return nil }
                // The others speak in another order every time.
                let other = (member * 7 + step) % (members - 1)
                let series = member == members - 1 ? member : other
                return Reading(
                    channel: UInt32(series),
                    time: Timestamp(milliseconds: start + Int64(step) * 10_000 + Int64(member)),
                    value: Double(step)
                )
            }
        }
    }

    @Test(
        arguments: [
            [WindowSpec.hopping(.minutes(5), every: .seconds(30))],
            [.hopping(.minutes(5), every: .minutes(1)), .session(gap: .minutes(2)), .sliding(.minutes(1))],
        ],
        [false, true]
    )
    func `closed instants of groups allocate nothing once the engine has grown`(
        windows: [WindowSpec],
        eager: Bool
    ) throws {
        let plans = try [windows, [.hopping(.seconds(50), every: .seconds(30))]].map { windows in
            try Plan(
                every: .seconds(30),
                lateness: .seconds(5),
                idle: .minutes(1),
                eager: eager,
                aggregates: windows.map { Plan.Aggregate(.mean, $0) }
            )
        }
        let members = 23
        var engine = WindowEngine(plans: plans.map { ($0, 0) })
        for member in 0..<members {
            // Two inputs, and some series that are both.
            let watchers = member % 5 == 0 ? [0, 1] : [member % 2]
            let groups = Dictionary(uniqueKeysWithValues: watchers.map { ($0, 0) })
            engine.register(expectedInterval: nil, watchedBy: watchers, groups: groups)
        }
        var output = WindowOutput()
        var (instants, eagerInstants, results, allocations) = (0, 0, 0, 0)
        for hour in 0..<8 {
            let readings = Self.readings(members: members, from: Int64(hour) * 3_600_000)
            let slices = readings.map { BlockSlice(now: $0.time, feed: 0, count: 1) }
            let running = readings.map(\.time.microseconds)
            let before = ganzhi_allocations()
            engine.process(slices, running: running, feedCount: 1, readings: readings, into: &output)
            if hour >= 4 { allocations += Int(ganzhi_allocations() - before) }
            instants += output.groups.count
            for index in output.groups.indices where output.groups[index].isEager { eagerInstants += 1 }
            results += output.members.count
            output.removeAll()
        }
        #expect(instants - eagerInstants > 900 && results > 20_000 && (eagerInstants > 2000) == eager)
        #expect(allocations == 0)
    }
}
