import GanzhiModel
import GanzhiWindow
import Testing

/// What a device, or whoever sends for it, cannot make the engine do.
struct LimitTests {
    private static let origin: Int64 = 1_700_000_000

    private static func reading(_ second: Int64, _ value: Double = 1, quality: Quality = .good) -> Reading {
        Reading(
            channel: 0,
            time: Timestamp(microseconds: (origin + second) * 1_000_000),
            value: value,
            quality: quality
        )
    }

    /// Evaluations and reports of one series.
    private static func output(_ plan: Plan, _ readings: [Reading]) -> (
        evaluations: Int, results: [(Int64, UInt32, Double)]
    ) {
        var engine = WindowEngine(plans: [plan])
        engine.register(expectedInterval: nil, watchedBy: [0])
        var output = WindowOutput()
        var results: [(Int64, UInt32, Double)] = []
        var evaluations = 0
        func take() {
            evaluations += output.evaluations.count
            for index in output.reports.indices {
                let window = output.windows[Int(output.reports[index].result)]
                results.append(
                    (window.start.microseconds, window.count, output.values[Int(output.reports[index].firstValue)])
                )
            }
            for index in output.evaluations.indices where output.evaluations[index].firstWindow >= 0 {
                let window = output.windows[Int(output.evaluations[index].firstWindow)]
                guard window.end == output.evaluations[index].instant, window.count > 0 else { continue }
                results.append(
                    (window.start.microseconds, window.count, output.values[Int(output.evaluations[index].firstValue)])
                )
            }
            output.removeAll()
        }
        for reading in readings {
            let now = reading.time
            let slices = [BlockSlice(now: now, feed: 0, count: 1)]
            engine.process(slices, running: [now.microseconds], feedCount: 1, readings: [reading], into: &output)
            take()
        }
        while engine.finishNext(into: &output) { take() }
        return (evaluations, results)
    }

    @Test func `a pause under a month's window costs no evaluation a second`() throws {
        let month = WindowSpec.hopping(.days(30), every: .hours(1))
        let plan = try Plan(every: .seconds(1), aggregates: [Plan.Aggregate(.count, month)])
        let output = Self.output(plan, [Self.reading(0), Self.reading(29 * 86_400)])
        #expect(output.evaluations < 5000)
        // 720 hours hold the first reading, all but the last 24 of them the first alone.
        #expect(output.results.count == 720 + 29 * 24)
        #expect(output.results.filter { $0.1 == 2 }.count == 24)
    }

    @Test func `a session that outgrows what is kept has no result`() throws {
        let plan = try Plan(
            every: .hours(1),
            aggregates: [Plan.Aggregate(.mean, .session(gap: .minutes(10)))]
        )
        let readings = (0...Int64(Plan.maximumReadings)).map { Self.reading($0) }
        #expect(Self.output(plan, readings).results.allSatisfy { $0.1 == 0 })
        #expect(Self.output(plan, Array(readings.dropLast(1))).results.map(\.1) == [UInt32(Plan.maximumReadings)])
    }

    @Test func `values chosen against the hash make no count of different values fail`() throws {
        let plan = try Plan(
            every: .hours(1),
            aggregates: [Plan.Aggregate(.distinct, .tumbling(.hours(1)))]
        )
        var bits: UInt64 = 0x3FF0_0000_0000_0000
        let readings = (0..<40_000).map { index in
            bits &+= 0x0000_0010_0000_0001
            return Self.reading(Int64(index) / 40, Double(bitPattern: bits))
        }
        let results = Self.output(plan, readings).results
        #expect(results.count == 1)
        #expect(abs(results[0].2 - 40_000) <= 0.02 * 40_000)
    }
}
