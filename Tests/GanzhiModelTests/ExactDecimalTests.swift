import GanzhiModel
import GanzhiTestSupport
import Testing

@Suite struct ExactDecimalTests {
    @Test(arguments: [
        ("35", "35"), ("-0.10", "-0.1"), ("1.5e3", "1500"), ("+2E-3", "0.002"), ("0.000", "0"), ("-0", "0"),
        ("007", "7"), ("1e30", "1e30"), ("12.5e-30", "125e-31"), ("100", "100"), ("0.35", "0.35"),
    ])
    func `literals are kept exactly`(literal: String, expected: String) throws {
        #expect(try #require(ExactDecimal(literal)).description == expected)
    }

    @Test(arguments: [
        "", "-", ".5", "5.", "1e", "1e+", "0x10", "1,5", "1 ", " 1", "nan", "inf", "1e401", "1e-9999999999999999999999",
        "--1", "1.2.3", "٣", String(repeating: "1", count: 39), "1e99999999999999999999",
    ])
    func `other texts are no literals`(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test func `equal numbers are equal however they are written`() {
        #expect(ExactDecimal("0.10") == ExactDecimal("1e-1"))
        #expect(ExactDecimal("1500") == ExactDecimal("1.5e3"))
        #expect(ExactDecimal("1") != ExactDecimal("-1"))
    }

    @Test func `the nearest double is the one the language reads`() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let bits = random.next()
            let value = Double(bitPattern: bits)
            guard value.isFinite else { continue }
            #expect(try #require(ExactDecimal("\(value)")).doubleValue == value)
            let digits = UInt64.random(in: 0 ... .max, using: &random)
            let literal = "\(digits)\(digits % 1000)e\(Int.random(in: -360...320, using: &random))"
            guard let exact = ExactDecimal(literal), let expected = Double(literal) else { continue }
            #expect(exact.doubleValue == (expected.isInfinite ? nil : expected), "\(literal)")
        }
    }
}
