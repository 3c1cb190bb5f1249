import Foundation
import GanzhiTestSupport
import Testing

@testable import GanzhiWindow

struct CircularSumTests {
    private func taken(_ directions: [Double]) -> CircularSum {
        directions.reduce(into: CircularSum()) { $0.add($1) }
    }

    private func mean(_ directions: [Double]) -> Double { taken(directions).meanDegrees(directions.count) }

    /// How far two directions are apart.
    private func turn(_ one: Double, _ other: Double) -> Double { abs((one - other).remainder(dividingBy: 360)) }

    private func oracle(_ directions: [Double]) -> Double {
        var x = Exact()
        var y = Exact()
        for direction in directions {
            let radians = direction.remainder(dividingBy: 360) * .pi / 180
            x += Foundation.cos(radians)
            y += Foundation.sin(radians)
        }
        return Foundation.atan2(y.value, x.value) * 180 / .pi
    }

    @Test func `sine and cosine are those of the C library to the last bits`() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<100_000 {
            let degrees = Double.random(in: -720...720, using: &random)
            let (sine, cosine) = Circle.sineAndCosine(degrees: degrees)
            let radians = degrees.remainder(dividingBy: 360) * .pi / 180
            #expect(abs(sine - Foundation.sin(radians)) < 8e-16)
            #expect(abs(cosine - Foundation.cos(radians)) < 8e-16)
            #expect(abs(sine * sine + cosine * cosine - 1) < 5e-16)
        }
    }

    @Test func `quarter turns are exact, however many`() {
        let exact: [(Double, Double)] = [(0, 1), (1, 0), (0, -1), (-1, 0)]
        for turns in [0, 1, -1, 1_000_003, 1e12, -1e12, 0x1p44] as [Double] {
            for quarter in 0..<4 {
                let (sine, cosine) = Circle.sineAndCosine(degrees: turns * 360 + Double(quarter) * 90)
                #expect(sine == exact[quarter].0 && cosine == exact[quarter].1, "\(turns) turns, quarter \(quarter)")
            }
        }
    }

    @Test func `however large an angle is, its whole turns do not matter`() {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<10_000 {
            var degrees = Double(bitPattern: random.next())
            if !degrees.isFinite { degrees = 1e300 }
            let (sine, cosine) = Circle.sineAndCosine(degrees: degrees)
            let less = Circle.sineAndCosine(degrees: degrees.truncatingRemainder(dividingBy: 360))
            #expect(abs(sine - less.sine) < 1e-15 && abs(cosine - less.cosine) < 1e-15, "\(degrees)")
        }
    }

    @Test func `a direction comes back from its point`() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<100_000 {
            let degrees = Double.random(in: 0..<360, using: &random)
            let (sine, cosine) = Circle.sineAndCosine(degrees: degrees)
            let length = Double.random(in: 0.001...1e6, using: &random)
            #expect(turn(Circle.degrees(x: cosine * length, y: sine * length), degrees) < 2e-13)
        }
    }

    @Test(
        arguments: [
            ([350, 10], 0), ([350, 20], 5), ([90, 90, 90], 90), ([0], 0), ([359.5], 359.5), ([-90], 270),
            ([720 + 45], 45),
            ([180, 181], 180.5), ([270, 0], 315), ([-1e-300], 0), ([355, 5, 15], 5),
            // Example 1.1 of Mardia and Jupp, a roulette wheel spun nine times, rounded there to degrees.
            ([43, 45, 52, 61, 75, 88, 88, 279, 357], 51),
        ] as [([Double], Double)]
    )
    func `the mean of directions goes round the circle`(directions: [Double], expected: Double) {
        let result = mean(directions)
        #expect(turn(result, expected) < (expected == 51 ? 0.1 : 1e-12))
        #expect(result >= 0 && result < 360)
    }

    @Test(arguments: [0.01, 1, 30, 170, 179.9])
    func `the mean is the exact one`(spread: Double) {
        var random = SeededGenerator(seed: UInt64(spread * 100))
        for center in [0, 45, 123.4, 180, 359.99, -1000] as [Double] {
            let directions = (0..<5000).map { _ in center + Double.random(in: -spread...spread, using: &random) }
            let result = mean(directions)
            #expect(turn(result, oracle(directions)) < 1e-10)
            #expect(result >= 0 && result < 360)
        }
    }

    @Test func `parts merged are the whole, wherever it is split`() {
        var random = SeededGenerator(seed: 5)
        let directions = (0..<40).map { _ in Double.random(in: -90...90, using: &random) }
        let whole = mean(directions)
        for split in 0...40 {
            var result = taken(Array(directions[..<split]))
            result.merge(taken(Array(directions[split...])))
            #expect(turn(result.meanDegrees(40), whole) < 1e-13)
        }
    }

    @Test func `directions that cancel out have no mean`() {
        #expect(CircularSum().meanDegrees(0).isNaN)
        #expect(mean([0, 180]).isNaN)
        #expect(mean([10, 130, 250]).isNaN)
        #expect(mean((0..<360).map { Double($0) + 0.3 }).isNaN)
        // The sum's mean length is half the angle short of opposite, in radians.
        let bound = CircularSum.shortest * 2 * 180 / .pi
        #expect(mean([0, 180 - bound * 0.99]).isNaN)
        #expect(turn(mean([0, 180 - bound * 1.01]), 90 - bound * 1.01 / 2) < 1e-9)
    }
}
