import GanzhiTestSupport
import Testing

@testable import GanzhiWindow

struct SquaredDeviationsTests {
    private func taken(_ values: [Double]) -> SquaredDeviations {
        var result = SquaredDeviations()
        for (index, value) in values.enumerated() { result.add(value, count: index + 1) }
        return result
    }

    private func merged(_ parts: [[Double]]) -> SquaredDeviations {
        var whole = SquaredDeviations()
        var count = 0
        for part in parts {
            whole.merge(taken(part), ownCount: count, laterCount: part.count)
            count += part.count
        }
        return whole
    }

    private static let magnitudes: [(center: Double, spread: Double)] = [
        (0, 1), (20, 0.5), (1e9, 1e-3), (-1e9, 1e-6), (1e15, 1), (1e15, 1e3), (1e-12, 1e-15), (0, 1e100), (1e6, 1e6),
    ]

    private func values(_ count: Int, _ shape: (center: Double, spread: Double), seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in shape.center + Double.random(in: -1...1, using: &random) * shape.spread }
    }

    /// Data sets of the NIST StRD with their certified means and standard deviations: NumAcc1 to NumAcc4.
    private static func accuracySet(_ number: Int) -> (values: [Double], mean: Double, deviation: Double) {
        if number == 1 { return ([10_000_001, 10_000_003, 10_000_002], 10_000_002, 1) }
        let sets: [[Double]] = [
            [1.2, 1.1, 1.3], [1_000_000.2, 1_000_000.1, 1_000_000.3], [10_000_000.2, 10_000_000.1, 10_000_000.3],
        ]
        let set = sets[number - 2]
        let values = (0...1000).map { $0 == 0 ? set[0] : set[2 - $0 % 2] }
        return (values, set[0], 0.1)
    }

    @Test(arguments: 1...4)
    func `the NIST data sets NumAcc1 to NumAcc4 have their certified mean and deviation`(number: Int) {
        let (values, mean, deviation) = Self.accuracySet(number)
        let result = taken(values)
        #expect(agrees(result.mean, mean, within: 1e-15))
        // The certified value is that of the decimals; as doubles those of NumAcc4 are off by 1e-9 each.
        #expect(agrees(result.sampleVariance(values.count).squareRoot(), deviation, within: 2e-8))
        let exact = exactSquares(values).value / Double(values.count)
        #expect(agrees(result.sampleVariance(values.count), exact / Double(values.count - 1), within: 1e-12))
    }

    @Test(arguments: magnitudes.indices)
    func `the variance is the exact one at any magnitude`(index: Int) {
        let values = values(2000, Self.magnitudes[index], seed: UInt64(index))
        let exact = exactSquares(values).value / 2000
        #expect(agrees(taken(values).variance(2000), exact / 2000, within: 1e-12))
        #expect(agrees(taken(values).sampleVariance(2000), exact / 1999, within: 1e-12))
        let ends = merged(stride(from: 0, to: 2000, by: 50).map { Array(values[$0..<($0 + 50)]) })
        #expect(agrees(ends.variance(2000), exact / 2000, within: 1e-12))
    }

    @Test(arguments: magnitudes.indices)
    func `parts merged are the whole, wherever it is split`(index: Int) {
        let values = values(24, Self.magnitudes[index], seed: 7 + UInt64(index))
        let whole = exactSquares(values).value / 24 / 24
        for split in 0...24 {
            let result = merged([Array(values[..<split]), Array(values[split...])])
            #expect(agrees(result.variance(24), whole, within: 1e-12), "split at \(split)")
            #expect(agrees(result.mean, taken(values).mean, within: 1e-15, of: abs(Self.magnitudes[index].spread)))
        }
    }

    @Test func `merging is associative and nothing is neutral`() {
        for seed in 0..<50 {
            let shape = Self.magnitudes[seed % Self.magnitudes.count]
            let parts = (0..<3).map { values(1 + (seed + $0 * 5) % 9, shape, seed: UInt64(seed * 3 + $0)) }
            let counts = parts.map(\.count)
            let left = merged(parts)
            var tail = taken(parts[1])
            tail.merge(taken(parts[2]), ownCount: counts[1], laterCount: counts[2])
            var right = taken(parts[0])
            right.merge(tail, ownCount: counts[0], laterCount: counts[1] + counts[2])
            #expect(agrees(right.squares, left.squares, within: 1e-12))
            let before = right.squares
            right.merge(SquaredDeviations(), ownCount: counts.reduce(0, +), laterCount: 0)
            #expect(right.squares == before)
        }
    }

    @Test func `an outlier at the beginning costs no digits`() {
        let values = [-5e8] + values(500, (1e9, 1e-3), seed: 3)
        #expect(agrees(taken(values).variance(501), exactSquares(values).value / 501 / 501, within: 1e-12))
    }

    @Test func `values that are all the same have no variance`() {
        for value in [0.1, -3e9, 1e15 + 0.5] {
            #expect(taken([Double](repeating: value, count: 1000)).squares == 0)
            let parts = [[Double]](repeating: [value, value, value], count: 9)
            #expect(merged(parts).squares == 0)
            #expect(merged(parts).mean == value)
        }
    }

    @Test func `too few values have none`() {
        #expect(SquaredDeviations().variance(0).isNaN)
        #expect(taken([5]).variance(1) == 0)
        #expect(taken([5]).sampleVariance(1).isNaN)
        #expect(taken([5, 7]).sampleVariance(2) == 2)
    }
}
