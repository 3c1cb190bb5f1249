import CGanzhiTestSupport
import GanzhiModel
import GanzhiWindow
import Testing

@Suite(.enabled(if: ganzhi_counts_allocations() == 1, "sanitizers have allocators of their own"))
struct WindowAllocationTests {
    /// An hour of five series, over and over, each time later.
    private static func readings(hour: Int64) -> [Reading] {
        EngineFixture.readings(series: 5, count: 2000, seed: 5).map { reading in
            var reading = reading
            reading.time = reading.time + TimeSpan.hours(hour * 12)
            return reading
        }
    }

    @Test(arguments: [0, 1, 2, 3], [false, true])
    func `readings and closed windows allocate nothing once the engine has grown`(plan: Int, eager: Bool) throws {
        var engine = WindowEngine(plans: [try EngineFixture.plans(eager: eager)[plan]])
        for _ in 0..<5 { engine.register(expectedInterval: nil, watchedBy: [0]) }
        var output = WindowOutput()
        var (windows, allocations) = (0, 0)
        for hour in 0..<8 {
            let readings = Self.readings(hour: Int64(hour))
            let now = readings.map(\.time).max()!
            let slices = [BlockSlice(now: now, feed: 0, count: readings.count)]
            let running = [now.microseconds]
            let before = ganzhi_allocations()
            engine.process(slices, running: running, feedCount: 1, readings: readings, into: &output)
            if hour >= 4 { allocations += Int(ganzhi_allocations() - before) }
            windows += output.windows.count
            output.removeAll()
        }
        #expect(windows > 1000)
        #expect(allocations == 0)
    }
}
