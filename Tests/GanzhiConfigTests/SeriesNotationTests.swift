import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiConfig

@Suite struct SeriesNotationTests {
    /// Offsets in seconds and numbers of a series whose values are ten seconds apart.
    private func expand(_ text: String) -> [[Double]] {
        let notation = SeriesNotation(text, interval: .seconds(10))
        #expect(notation.faults.isEmpty, "\(text)")
        return notation.points.map { [Double($0.offset.microseconds) / 1e6, $0.number] }
    }

    @Test func `values stand one interval apart, and what is missing takes its time`() {
        #expect(expand("1") == [[0, 1]])
        #expect(expand("1 2 3") == [[0, 1], [10, 2], [20, 3]])
        #expect(expand("0.04x3 _ 5") == [[0, 0.04], [10, 0.04], [20, 0.04], [40, 5]])
        #expect(expand("1 _x3 2") == [[0, 1], [40, 2]])
        #expect(expand("1 gap1h30m 2") == [[0, 1], [5410, 2]])
        #expect(expand("gap5s 1  \n 2") == [[5, 1], [15, 2]])
        #expect(expand("_x2") == [])
    }

    @Test func `a step counts so many further values, in decimal`() {
        #expect(expand("5+1x3") == [[0, 5], [10, 6], [20, 7], [30, 8]])
        #expect(expand("0.1+0.1x2") == [[0, 0.1], [10, 0.2], [20, 0.3]])
        #expect(expand("-1-0.5x2") == [[0, -1], [10, -1.5], [20, -2]])
        #expect(expand("1+-0.5x1") == [[0, 1], [10, 0.5]])
        #expect(expand("1e-2+1e-3x1") == [[0, 0.01], [10, 0.011]])
    }

    @Test func `a unit stands behind the number, whatever letters it has`() {
        let units = SeriesNotation("35cm 1lx 1lxx2 5+1ug/m3x1 2m/s 3", interval: .seconds(1)).points
        #expect(units.map(\.unit) == ["cm", "lx", "lx", "lx", "ug/m3", "ug/m3", "m/s", ""])
        #expect(units.map(\.number) == [35, 1, 1, 1, 5, 6, 2, 3])
    }

    @Test func `everything that is no step is told, with its place`() {
        let notation = SeriesNotation("1 x5 gap gap10 1x0 1+2 0,5 4 kPa 5furlong 1x1000001 2", interval: .seconds(1))
        #expect(notation.faults.map(\.offset) == [2, 5, 9, 15, 19, 23, 29, 33, 42])
        #expect(notation.points.map(\.number) == [1, 4, 2])
        #expect(SeriesNotation("  ", interval: .seconds(1)).faults.count == 1)
        #expect(SeriesNotation("1x600000 1x600000", interval: .seconds(1)).faults.map(\.offset) == [9])
        #expect(SeriesNotation("gap3000d gap3000d", interval: .seconds(1)).faults.map(\.offset) == [9])
    }

    /// Steps are drawn together with what they mean, in whole hundredths, and never taken apart again.
    @Test(arguments: 0..<200) func `random series are expanded as they were drawn`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var (steps, expected): ([String], [[Double]]) = ([], [])
        var seconds = 0.0
        func add(_ hundredths: Int) {
            expected.append([seconds, Double(hundredths) / 100])
            seconds += 10
        }
        func text(_ hundredths: Int) -> String {
            let digits = "\(abs(hundredths) % 100)"
            let fraction = digits.count == 1 ? "0" + digits : digits
            return "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100).\(fraction)"
        }
        for _ in 0..<Int.random(in: 1...12, using: &generator) {
            let first = Int.random(in: -20_000...20_000, using: &generator)
            let times = Int.random(in: 1...9, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:
                steps.append(text(first))
                add(first)
            case 1:
                steps.append("\(text(first))x\(times)")
                for _ in 0..<times { add(first) }
            case 2, 3:
                let by = Int.random(in: 0...500, using: &generator)
                let isDown = Bool.random(using: &generator)
                steps.append("\(text(first))\(isDown ? "-" : "+")\(text(by))x\(times)")
                for number in 0...times { add(first + (isDown ? -by : by) * number) }
            case 4:
                steps.append(times == 1 ? "_" : "_x\(times)")
                seconds += 10 * Double(times)
            default:
                steps.append("gap\(times)m\(times)s")
                seconds += 61 * Double(times)
            }
        }
        #expect(expand(steps.joined(separator: " ")) == expected, "\(steps)")
    }

    @Test func `durations are written as they are read`() throws {
        for text in ["0s", "90s", "1h30m", "2m45s", "1d", "500ms", "1m1ms"] {
            let span = try #require(Elapsed.span(text))
            #expect(Elapsed.span(Elapsed.text(span)) == span)
        }
        #expect(Elapsed.text(.seconds(165)) == "2m45s")
        #expect(Elapsed.text(TimeSpan(microseconds: -10_000_000)) == "-10s")
        for text in ["", "5", "m", "30s1m", "1m1m", "-1m", "1h 30m", "3653d1h"] {
            #expect(Elapsed.span(text) == nil, "\(text)")
        }
    }
}
