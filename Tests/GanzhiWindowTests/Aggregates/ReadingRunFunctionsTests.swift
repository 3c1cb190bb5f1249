import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiWindow

struct ReadingRunFunctionsTests {
    private struct Sample {
        var time: Int64
        var value: Double
        var quality = Quality.good
    }

    private static let start: Int64 = 1_700_000_000_000_000

    private func with<Result>(_ samples: [Sample], _ body: (ReadingRun) -> Result) -> Result {
        var pool = WordPool()
        var log = ReadingLog()
        // Some that are gone before, so that the ring has its seam inside.
        for early in 0..<Int64(samples.count / 2) {
            log.insert(time: early, value: 0, received: 0, quality: .good, pool: &pool)
        }
        for (index, sample) in samples.enumerated() {
            log.insert(
                time: Self.start + sample.time,
                value: sample.value,
                received: 0,
                quality: sample.quality,
                pool: &pool
            )
            if index == samples.count / 2 { log.dropBefore(Self.start, pool: &pool) }
        }
        return body(log.readings(from: Self.start, to: .max, pool: pool))
    }

    private func every(_ seconds: Int64, _ values: [Double]) -> [Sample] {
        values.enumerated().map { Sample(time: Int64($0) * seconds * 1_000_000, value: $1) }
    }

    private func counted(_ first: Double, _ step: Double, _ times: Int) -> [Double] {
        (0...times).map { first + step * Double($0) }
    }

    @Test func `a counter counts as in Prometheus where its samples span the window`() {
        // From functions.test, rate() and increase(): one sample every 5 minutes, the range as long as the samples.
        func rate(_ values: [Double]) -> Double { with(every(300, values)) { $0.rate() } }
        #expect(agrees(rate(counted(0, 80, 10)), 0.26666666666666666, within: 1e-15))
        #expect(agrees(rate(counted(0, 10, 10)) * 3000, 100, within: 1e-15))
        // Reset in the middle: 108 and 135 counted in 50 minutes.
        #expect(agrees(rate(counted(0, 27, 4) + counted(0, 27, 5)), 243.0 / 3000, within: 1e-15))
        // 3 2 is 3 0 1 2: the increase over 30 minutes is 7 there …
        #expect(agrees(rate([0, 1, 2, 3, 2, 3, 4]) * 1800, 3 + 2 + 2, within: 1e-15))
        // … and 0 10 … 90 0 10 is 100.
        #expect(agrees(rate(counted(0, 10, 9) + [0, 10]) * 3300, 100, within: 1e-15))
    }

    @Test func `a rate needs two times`() {
        #expect(with([]) { $0.rate() }.isNaN)
        #expect(with([Sample(time: 1, value: 5)]) { $0.rate() }.isNaN)
        #expect(with([Sample(time: 1, value: 5), Sample(time: 1, value: 9)]) { $0.rate() }.isNaN)
        #expect(with([Sample(time: 0, value: 5), Sample(time: 500_000, value: 9)]) { $0.rate() } == 8)
    }

    @Test func `bad readings enter nothing`() {
        let samples = [
            Sample(time: -0, value: 1e12, quality: .bad), Sample(time: 1_000_000, value: 10),
            Sample(time: 2_000_000, value: 0, quality: .bad), Sample(time: 3_000_000, value: 14, quality: .uncertain),
            Sample(time: 4_000_000, value: -1e12, quality: .bad),
        ]
        #expect(with(samples) { $0.rate() } == 2)
        #expect(with(samples) { $0.timeWeightedMean(until: Self.start + 5_000_000) } == 12)
        #expect(with(samples) { $0.share(above: 10, until: Self.start + 5_000_000) } == 0.5)
        #expect(with(samples) { $0.share(below: 14, until: Self.start + 5_000_000) } == 0.5)
        let bad = [Sample(time: 0, value: 1, quality: .bad)]
        #expect(with(bad) { $0.rate() }.isNaN)
        #expect(with(bad) { $0.timeWeightedMean(until: Self.start + 5) }.isNaN)
        #expect(with(bad) { $0.share(above: 0, until: Self.start + 5) }.isNaN)
    }

    @Test func `each value is held until the next reading or the end`() {
        let samples = [Sample(time: 2_000_000, value: 10), Sample(time: 5_000_000, value: 40)]
        // Three seconds of 10 and five of 40; the two before the first reading count for nothing.
        #expect(with(samples) { $0.timeWeightedMean(until: Self.start + 10_000_000) } == 28.75)
        #expect(with(samples) { $0.share(above: 10, until: Self.start + 10_000_000) } == 0.625)
        #expect(with(samples) { $0.share(below: 40, until: Self.start + 10_000_000) } == 0.375)
        #expect(with(samples) { $0.share(above: 40, until: Self.start + 10_000_000) } == 0)
        #expect(with(samples) { $0.share(below: 10, until: Self.start + 10_000_000) } == 0)
    }

    @Test func `of readings of the same time only the last is held`() {
        let samples = [
            Sample(time: 0, value: 99), Sample(time: 0, value: 10), Sample(time: 1_000_000, value: -99),
            Sample(time: 1_000_000, value: 20),
        ]
        #expect(with(samples) { $0.timeWeightedMean(until: Self.start + 2_000_000) } == 15)
        #expect(with(samples) { $0.share(above: 50, until: Self.start + 2_000_000) } == 0)
    }

    @Test func `where no time passes the last value stands`() {
        let samples = [Sample(time: 7, value: 1), Sample(time: 7, value: 3)]
        #expect(with(samples) { $0.timeWeightedMean(until: Self.start + 7) } == 3)
        #expect(with(samples) { $0.share(above: 2, until: Self.start + 7) } == 1)
        #expect(with(samples) { $0.share(above: 3, until: Self.start + 7) } == 0)
        #expect(with(samples) { $0.share(below: 2, until: Self.start + 7) } == 0)
    }

    @Test(arguments: [0.1, 27.3, 1e9 + 0.1, 1e15 + 1, -1e-9])
    func `a value that never changes is its own mean to the bit`(value: Double) {
        var random = SeededGenerator(seed: 3)
        let samples = (0..<500).map { _ in Sample(time: Int64.random(in: 0..<60_000_000, using: &random), value: value)
        }
        #expect(with(samples) { $0.timeWeightedMean(until: Self.start + 60_000_000) } == value)
    }

    @Test(arguments: [(0.0, 1.0), (20, 3), (1e9, 1e-3), (1e15, 2), (0, 1e100)])
    func `functions agree with exact arithmetic over sorted arrays`(center: Double, spread: Double) {
        var random = SeededGenerator(seed: UInt64(center) + 11)
        for count in [1, 2, 3, 10, 400] {
            let end: Int64 = 60_000_000
            let samples = (0..<count).map { _ in
                Sample(
                    time: Int64.random(in: 0..<40, using: &random) * 1_499_999,
                    value: center + Double.random(in: -1...1, using: &random) * spread,
                    quality: Quality.allCases[Int.random(in: 0..<3, using: &random)]
                )
            }
            let sorted = samples.enumerated().filter { $0.element.quality != .bad }
                .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
            guard let first = sorted.first, let last = sorted.last else { continue }
            var weighted = Exact()
            var above: Int64 = 0
            var below: Int64 = 0
            var increases = Exact()
            for (index, sample) in sorted.enumerated() {
                let held = (index + 1 < sorted.count ? sorted[index + 1].time : end) - sample.time
                weighted = weighted + Exact(sample.value) * Exact(Double(held))
                if sample.value > center { above += held }
                if sample.value < center { below += held }
                if index > 0 {
                    increases += sample.value
                    if sample.value >= sorted[index - 1].value { increases += -sorted[index - 1].value }
                }
            }
            let total = Double(end - first.time)
            let mean = with(samples) { $0.timeWeightedMean(until: Self.start + end) }
            #expect(agrees(mean, weighted.value / total, within: 1e-14, of: spread))
            #expect(with(samples) { $0.share(above: center, until: Self.start + end) } == Double(above) / total)
            #expect(with(samples) { $0.share(below: center, until: Self.start + end) } == Double(below) / total)
            let rate = last.time > first.time ? increases.value / (Double(last.time - first.time) / 1e6) : .nan
            #expect(agrees(with(samples) { $0.rate() }, rate, within: 1e-13))
        }
    }
}
