import GanzhiModel
import GanzhiTestSupport
import GanzhiWarnings
import Testing

struct ConditionParserTests {
    @Test(arguments: [
        ("a > 1 or b > 2 and c > 3", "a > 1 or (b > 2 and c > 3)"),
        ("a > 1 and b > 2 or c > 3", "(a > 1 and b > 2) or c > 3"),
        ("not a > 1 and b > 2", "(not (a > 1)) and b > 2"),
        ("not (a > 1 and b > 2)", "not (a > 1 and b > 2)"),
        ("a > 1 or b > 2 or c > 3", "(a > 1 or b > 2) or c > 3"),
        ("not not a > 1", "not (not (a > 1))"),
        ("a>=10cm", "a >= 10 cm"),
        ("10 cm<a", "10 cm < a"),
        ("  a   ==\t-1.5e3 µg/m³ ", "a == -1.5e3 µg/m³"),
    ]) func `not binds closer than and, and closer than or`(text: String, meaning: String) throws {
        #expect(try ConditionParser.parse(text) == ConditionParser.parse(meaning))
    }

    @Test func `the tree is what the precedence says`() throws {
        func compare(_ name: String, _ number: String) -> Condition {
            .compare(.measure(name), .greater, .number(number, unit: ""))
        }
        #expect(
            try ConditionParser.parse("a > 1 or not b > 2 and c > 3")
                == .or(compare("a", "1"), .and(.not(compare("b", "2")), compare("c", "3")))
        )
        #expect(
            try ConditionParser.parse("depth >= 27.5 cm")
                == .compare(.measure("depth"), .greaterOrEqual, .number("27.5", unit: "cm"))
        )
        #expect(
            try ConditionParser.parse("rise < depth") == .compare(.measure("rise"), .less, .measure("depth"))
        )
    }

    @Test(arguments: [
        ("", 0), ("depth", 5), ("depth >=", 8), ("depth >= 10 cm and", 18), ("depth >= 10 cm rise < 2", 15),
        ("(depth >= 10 cm", 15), ("depth => 10", 6), ("and depth > 1", 0), ("depth > 1)", 9), ("1 < 2", 0),
        ("depth > or", 8), ("depth > 1 or or a > 1", 13), ("1 cm cm > a", 5), ("depth ≥ 10", 6),
        ("not", 3), ("a > 1 or (b > 2 and 3 < 4)", 20),
    ]) func `a fault is told at the first character that does not fit`(text: String, offset: Int) throws {
        let error = try #require(throws: ExpressionError.self) { try ConditionParser.parse(text) }
        #expect(error.offset == offset)
        #expect(!error.message.isEmpty && !error.remedy.isEmpty)
    }

    @Test func `nesting has a limit, and what is at it can be evaluated`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "a > 1" + String(repeating: ")", count: depth)
        }
        let deepest = ConditionParser.maximumDepth - 1
        #expect(throws: Never.self) { try ConditionParser.parse(nested(deepest)) }
        #expect(throws: ExpressionError.self) { try ConditionParser.parse(nested(deepest + 1)) }
        #expect(throws: ExpressionError.self) { try ConditionParser.parse(nested(100_000)) }

        // Each bracket leaves two operands waiting: one of its `or`, one of its `and`.
        let waiting = (0..<deepest).reduce("a > 1") { inner, _ in "b > 1 or a > 1 and (\(inner))" }
        let program = ConditionProgram(try ConditionParser.parse(waiting), measures: ["a", "b"]) { number, _, _ in
            Double(number)!
        }
        #expect(program.evaluate([2, 0]) == .true)
        #expect(program.evaluate([0, 0]) == .false)
        #expect(program.evaluate([2, .nan]) == .true)
        #expect(program.evaluate([.nan, 0]) == .unknown)
    }

    @Test func `the canonical text reads back as the same condition`() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            let condition = RandomCondition.make(depth: Int.random(in: 0...6, using: &random), using: &random)
            #expect(try ConditionParser.parse(condition.description) == condition)
        }
    }
}
