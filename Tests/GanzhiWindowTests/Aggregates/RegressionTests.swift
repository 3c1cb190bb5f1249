import GanzhiTestSupport
import Testing

@testable import GanzhiWindow

struct RegressionTests {
    private struct Point {
        var time: Int64
        var value: Double
    }

    private func taken(_ points: [Point], origin: Int64) -> Regression {
        var result = Regression()
        for (index, point) in points.enumerated() {
            result.add(time: point.time, value: point.value, origin: origin, count: index + 1)
        }
        return result
    }

    /// Slope per second and sum of squared residuals, rounded once.
    private func oracle(_ points: [Point]) -> (slope: Double, residuals: Double, syy: Double, scale: Double) {
        let times = points.map { Double($0.time - points[0].time) }
        let values = points.map(\.value)
        let xx = exactProducts(times, times)
        let xy = exactProducts(times, values)
        let yy = exactProducts(values, values)
        let count = Double(points.count)
        let residuals = (xx * yy - xy * xy).value / xx.value / count
        return (
            xy.value / xx.value * 1e6, residuals, yy.value / count,
            (yy.value / xx.value).squareRoot() * 1e6
        )
    }

    private static let start: Int64 = 1_700_000_000_000_000
    private static let magnitudes: [(base: Double, rise: Double, noise: Double)] = [
        (0, 1, 0.1), (20, 0.001, 0.5), (1e9, 1e-3, 1e-3), (1e15, 2, 1), (-1e9, -1e-6, 1e-6), (5, 0, 1), (0, 1e90, 1e89),
    ]

    private func points(_ count: Int, _ index: Int, seed: UInt64) -> [Point] {
        var random = SeededGenerator(seed: seed)
        let shape = Self.magnitudes[index]
        return (0..<count).map { number in
            let time = Int64(number) * 1_000_000 + Int64.random(in: -3_000_000...3_000_000, using: &random)
            let noise = Double.random(in: -1...1, using: &random) * shape.noise
            return Point(time: Self.start + time, value: shape.base + shape.rise * Double(time) / 1e6 + noise)
        }
    }

    @Test func `the NIST data set Norris has its certified line`() {
        let norris = [
            (0.1, 0.2), (338.8, 337.4), (118.1, 118.2), (888.0, 884.6), (9.2, 10.1), (228.1, 226.5), (668.5, 666.3),
            (998.5, 996.3), (449.1, 448.6), (778.9, 777.0), (559.2, 558.2), (0.3, 0.4), (0.1, 0.6), (778.1, 775.5),
            (668.8, 666.9), (339.3, 338.0), (448.9, 447.5), (10.8, 11.6), (557.7, 556.0), (228.3, 228.1),
            (998.0, 995.8),
            (888.8, 887.6), (119.6, 120.2), (0.3, 0.3), (0.6, 0.3), (557.6, 556.8), (339.3, 339.1), (888.0, 887.2),
            (998.5, 999.0), (778.9, 779.0), (10.2, 11.1), (117.6, 118.3), (228.9, 229.2), (668.4, 669.1),
            (449.2, 448.9),
            (0.2, 0.5),
        ]
        let points = norris.map { Point(time: Self.start + Int64(($0.1 * 1e6).rounded()), value: $0.0) }
        let line = taken(points, origin: Self.start)
        #expect(agrees(line.slope(36), 1.00211681802045, within: 1e-12))
        #expect(agrees(line.value(at: Self.start, origin: Self.start, count: 36), -0.262323073774029, within: 1e-11))
        #expect(agrees((line.residualSquares(36) / 34).squareRoot(), 0.884796396144373, within: 1e-11))
    }

    @Test func `Prometheus finds the same slope and the same forecast`() {
        // From functions.test, deriv() and predict_linear(): 0+10x4 0+10x5 every 5 minutes.
        let values: [Double] = [0, 10, 20, 30, 40, 0, 10, 20, 30, 40, 50]
        let points = values.enumerated().map { Point(time: Self.start + Int64($0) * 300_000_000, value: $1) }
        let line = taken(points, origin: Self.start)
        #expect(agrees(line.slope(11), 0.010606060606060607, within: 1e-15))
        let ahead = Self.start + 6_600_000_000
        #expect(agrees(line.value(at: ahead, origin: Self.start, count: 11), 76.81818181818181, within: 1e-14))
    }

    @Test(arguments: magnitudes.indices)
    func `the line is the exact one at any magnitude`(index: Int) {
        let points = points(600, index, seed: UInt64(index))
        let exact = oracle(points)
        let line = taken(points, origin: Self.start)
        #expect(agrees(line.slope(600), exact.slope, within: 1e-12, of: exact.scale))
        #expect(agrees(line.residualSquares(600), exact.residuals, within: 1e-11))
        // What is not noise only is nearer than its spread.
        if index != 5 { #expect(agrees(line.slope(600), exact.slope)) }
    }

    @Test(arguments: magnitudes.indices)
    func `panes merged are the whole, wherever it is split`(index: Int) {
        let points = points(30, index, seed: 40 + UInt64(index))
        let exact = oracle(points)
        for split in 0...30 {
            let laterOrigin = Self.start + Int64(split + 1) * 1_000_000
            var line = taken(Array(points[..<split]), origin: Self.start)
            line.merge(
                taken(Array(points[split...]), origin: laterOrigin),
                ownCount: split,
                laterCount: 30 - split,
                ownOrigin: Self.start,
                laterOrigin: laterOrigin
            )
            #expect(agrees(line.slope(30), exact.slope, within: 1e-12, of: exact.scale), "split at \(split)")
            #expect(
                agrees(line.residualSquares(30), exact.residuals, within: 1e-11),
                "split at \(split)"
            )
            let whole = taken(points, origin: Self.start).value(at: Self.start, origin: Self.start, count: 30)
            let here = line.value(at: Self.start, origin: Self.start, count: 30)
            #expect(agrees(here, whole, within: 1e-12, of: exact.syy.squareRoot()), "split at \(split)")
        }
    }

    @Test func `merging is associative`() {
        for seed in 0..<40 {
            let index = seed % Self.magnitudes.count
            let points = points(17, index, seed: 90 + UInt64(seed))
            let cuts = [0, 1 + seed % 5, 8 + seed % 7, 17]
            let origins = cuts.map { Self.start + Int64($0) * 1_000_000 }
            let parts = (0..<3).map { taken(Array(points[cuts[$0]..<cuts[$0 + 1]]), origin: origins[$0]) }
            let counts = (0..<3).map { cuts[$0 + 1] - cuts[$0] }
            func merge(_ one: Regression, _ other: Regression, _ at: Int, _ own: Int, _ later: Int) -> Regression {
                var result = one
                result.merge(
                    other,
                    ownCount: own,
                    laterCount: later,
                    ownOrigin: origins[at == 0 ? 0 : 1],
                    laterOrigin: origins[at == 0 ? 1 : 2]
                )
                return result
            }
            var left = merge(parts[0], parts[1], 0, counts[0], counts[1])
            left.merge(
                parts[2],
                ownCount: cuts[2],
                laterCount: counts[2],
                ownOrigin: origins[0],
                laterOrigin: origins[2]
            )
            let right = merge(parts[0], merge(parts[1], parts[2], 1, counts[1], counts[2]), 0, counts[0], 17 - cuts[1])
            #expect(agrees(left.slope(17), right.slope(17), within: 1e-11, of: oracle(points).scale))
        }
    }

    @Test func `what is nearly a line keeps the digits of its residuals`() {
        var random = SeededGenerator(seed: 8)
        let points = (0..<1000).map { number in
            Point(
                time: Self.start + Int64(number) * 1_000_000,
                value: 1e6 + 3 * Double(number) + Double.random(in: -1e-4...1e-4, using: &random)
            )
        }
        let exact = oracle(points)
        let origin = Self.start + 500_000_000
        var line = taken(Array(points[..<500]), origin: Self.start)
        line.merge(
            taken(Array(points[500...]), origin: origin),
            ownCount: 500,
            laterCount: 500,
            ownOrigin: Self.start,
            laterOrigin: origin
        )
        #expect(agrees(line.residualSquares(1000), exact.residuals, within: 1e-9))
        #expect(agrees(taken(points, origin: Self.start).residualSquares(1000), exact.residuals, within: 1e-9))
    }

    @Test func `readings of one time on either side of a split leave their spread about the line`() {
        let points = [(0, 1.0), (0, 3), (0, 8), (5, 2), (5, 2.5)].map {
            Point(time: Self.start + $0.0 * 1_000_000, value: $0.1)
        }
        let exact = oracle(points)
        for split in 0...5 {
            var line = taken(Array(points[..<split]), origin: Self.start)
            line.merge(
                taken(Array(points[split...]), origin: Self.start),
                ownCount: split,
                laterCount: 5 - split,
                ownOrigin: Self.start,
                laterOrigin: Self.start
            )
            #expect(agrees(line.residualSquares(5), exact.residuals, within: 1e-14), "split at \(split)")
            #expect(agrees(line.slope(5), exact.slope, within: 1e-14), "split at \(split)")
        }
    }

    @Test func `fewer than two times have no slope`() {
        #expect(Regression().slope(0).isNaN)
        let same = [1, 5, 2, 1e9].map { Point(time: Self.start + 7, value: $0) }
        var line = taken(same, origin: Self.start)
        #expect(line.slope(4).isNaN)
        #expect(line.value(at: Self.start, origin: Self.start, count: 4).isNaN)
        line.merge(
            taken(same, origin: Self.start - 86_400_000_000),
            ownCount: 4,
            laterCount: 4,
            ownOrigin: Self.start,
            laterOrigin: Self.start - 86_400_000_000
        )
        #expect(line.slope(8).isNaN)
        #expect(line.residualSquares(8).isNaN)
    }

    @Test func `two readings a microsecond apart have a slope`() {
        let points = [
            Point(time: Self.start + 86_399_999_999, value: 1e9),
            Point(time: Self.start + 86_400_000_000, value: 1e9 + 1),
        ]
        #expect(taken(points, origin: Self.start).slope(2) == 1e6)
    }
}
