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
        ("not", 3), ("a > 1 or (b > 2 and 3 < 4)", 20), ("max of > 3", 7), ("max of 3 > 3", 7), ("median of a > 3", 0),
        ("count of a > 3", 9), ("count of (a > 3)", 16), ("count of (a > 3) > b", 19), ("b < share of (a > 3)", 0),
        ("count of (a > 3) > share of (a > 3)", 19), ("at 3 of (a > 1)", 3), ("at least of (a > 1)", 9),
        ("at least 0 of (a > 1)", 9), ("at least 1.5 of (a > 1)", 9), ("at least +2 of (a > 1)", 9),
        ("at least 99999999999999999999 of (a > 1)", 9), ("at least 3 (a > 1)", 11), ("at least 3 of a > 1", 14),
        ("at least 3 of (a > 1) within m", 29), ("at least 3 of (a > 1) within 5", 29),
        ("at least 3 of (a > 1) within 5 and b > 1", 29), ("count of (max of a > 3) > 3", 10),
        ("share of (count of (a > 1) > 2) > 3", 10), ("at least 3 of (at least 2 of (a > 1))", 15),
        ("between 22:00", 13), ("between 22:00 or 06:00", 14), ("between 22:00 and", 17),
        ("between 24:00 and 06:00", 8), ("between 6:00 and 22:00", 8), ("between a and b", 8), ("on monday", 3),
        ("on", 2), ("a > 1 between 22:00 and 06:00", 6), ("between > 3", 8), ("at > 3", 3), ("a > on", 4),
    ]) func `a fault is told at the first character that does not fit`(text: String, offset: Int) throws {
        let error = try #require(throws: ExpressionError.self) { try ConditionParser.parse(text) }
        #expect(error.offset == offset)
        #expect(!error.message.isEmpty && !error.remedy.isEmpty)
    }

    @Test(arguments: [
        ("max of depth >= 40 cm", "max of depth >= 40 cm"), ("1<mean   of a", "1 < mean of a"),
        ("sum of a > min of b", "sum of a > min of b"), ("a > mean of a", "a > mean of a"),
        ("count of(a > 1 or b > 2)>=3", "count of (a > 1 or b > 2) >= 3"),
        ("50 % <= share of (not a > 1)", "50 % <= share of (not a > 1)"),
        ("at least 03 of (a > 1)", "at least 3 of (a > 1)"),
        ("not at least 3 of (a > 1) within 500m and b > 1", "not at least 3 of (a > 1) within 500 m and b > 1"),
        ("between 22:00 and 06:00 and on workday", "between 22:00 and 06:00 and on workday"),
        ("(between 00:00 and 23:59) or not on holiday", "between 00:00 and 23:59 or not on holiday"),
        ("count of (a > 1 and between 08:00 and 09:00) > 1", "count of (a > 1 and between 08:00 and 09:00) > 1"),
        ("at least 1 of ((a > 1))", "at least 1 of (a > 1)"),
    ]) func `groups and clocks are read, and written in one way`(text: String, canonical: String) throws {
        let condition = try ConditionParser.parse(text)
        #expect(condition.description == canonical)
        #expect(try ConditionParser.parse(canonical) == condition)
    }

    @Test func `the tree of a group says what is asked of whom`() throws {
        let deep = Condition.compare(.measure("depth"), .greaterOrEqual, .number("10", unit: "cm"))
        #expect(
            try ConditionParser.parse("share of (depth >= 10 cm) >= 50 %")
                == .compare(.share(of: deep), .greaterOrEqual, .number("50", unit: "%"))
        )
        #expect(
            try ConditionParser.parse("at least 3 of (depth >= 10 cm) within 0.5 km")
                == .atLeast(3, of: deep, within: Condition.Distance(number: "0.5", unit: "km"))
        )
        #expect(
            try ConditionParser.parse("max of depth > 1 and between 22:00 and 06:30")
                == .and(
                    .compare(.members(.max, of: "depth"), .greater, .number("1", unit: "")),
                    .between(LocalHours(from: .hours(22), to: .minutes(390)))
                )
        )
        #expect(try ConditionParser.parse("not on weekend") == .not(.on(.weekend)))
    }

    @Test(arguments: ["mean", "min", "max", "sum", "count", "share", "of", "within", "least", "workday"])
    func `words of groups stay names of measures where no of follows`(name: String) throws {
        #expect(
            try ConditionParser.parse("\(name) > 3") == .compare(.measure(name), .greater, .number("3", unit: ""))
        )
        #expect(
            try ConditionParser.parse("max of \(name) > 3")
                == .compare(.members(.max, of: name), .greater, .number("3", unit: ""))
        )
    }

    @Test func `each part is told with its place`() throws {
        let text = "max of a > 1 or count of (b > 2 cm) >= 3 and at least 2 of (c > 4) within 5 m or on workday"
        let parts = try ConditionParser.parsePlaced(text).places.map { text.dropFirst($0).prefix { $0 != " " } }
        #expect(parts == ["max", "1", "count", "b", "2", "3", "at", "c", "4)", "5", "on"])
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
        let program = try ConditionProgram(ConditionParser.parse(waiting), measures: ["a", "b"]) { number, _, _ in
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

    @Test func `the canonical text of every form reads back as the same condition`() throws {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<5000 {
            let depth = Int.random(in: 0...5, using: &random)
            let condition = RandomCondition.makeOfAnyForm(depth: depth, using: &random)
            #expect(try ConditionParser.parse(condition.description) == condition)
        }
    }
}
