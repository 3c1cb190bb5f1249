import GanzhiTestSupport
import GanzhiWarnings
import Testing

struct ConditionProgramTests {
    @Test func `a compiled condition says what plain recursion says`() throws {
        var random = SeededGenerator(seed: 23)
        var seen: [Truth: Int] = [:]
        for _ in 0..<5000 {
            let condition = RandomCondition.make(depth: Int.random(in: 0...6, using: &random), using: &random)
            let program = try ConditionProgram(condition, measures: RandomCondition.measures) { number, unit, _ in
                Double(unit == "cm" ? number + "e-2" : number)!
            }
            let values = RandomCondition.measures.map { _ in
                Bool.random(using: &random) ? Double(Int.random(in: -3...3, using: &random)) : Double.nan
            }
            let expected = kleene(condition, unit: "m") { name in
                let value = values[RandomCondition.measures.firstIndex(of: name)!]
                return value.isNaN ? nil : value
            }
            let truth = program.evaluate(values)
            #expect(truth == (expected.map { $0 ? .true : .false } ?? .unknown), "\(condition) of \(values)")
            seen[truth, default: 0] += 1
        }
        #expect(seen.values.allSatisfy { $0 > 500 } && seen.count == 3)
    }

    @Test(arguments: [
        (Truth.true, Truth.unknown, Truth.unknown, Truth.true), (.false, .unknown, .false, .unknown),
        (.unknown, .unknown, .unknown, .unknown), (.true, .false, .false, .true), (.true, .true, .true, .true),
        (.false, .false, .false, .false),
    ]) func `and is the lesser, or the greater of two truths`(left: Truth, right: Truth, both: Truth, either: Truth) {
        #expect((left && right) == both)
        #expect((right && left) == both)
        #expect((left || right) == either)
        #expect((right || left) == either)
        #expect(!(!left) == left)
    }

    @Test func `thresholds are told with the measure on their left`() throws {
        let condition = try ConditionParser.parse("1 < a and b >= a or not (b != 3)")
        let program = try ConditionProgram(condition, measures: ["b", "a"]) { number, _, _ in Double(number)! }
        #expect(program.measures == [0, 1])
        #expect(program.thresholds.map(\.slot) == [1, 0])
        #expect(program.thresholds.map(\.comparison) == [.greater, .notEqual])
        #expect(program.thresholds.map(\.value) == [1, 3])
    }
}
