import CGanzhiTestSupport
import GanzhiModel
import GanzhiTestSupport
import GanzhiWarnings
import Testing

struct ConditionColumnsTests {
    private static func program(_ condition: Condition) throws -> ConditionProgram {
        try ConditionProgram(condition, measures: RandomCondition.measures) { number, unit, _ in
            Double(unit == "cm" ? number + "e-2" : number)!
        }
    }

    /// Fills one column per measure with whole numbers, every third unknown.
    private static func fill(
        _ columns: borrowing ConditionColumns,
        _ count: Int,
        using random: inout SeededGenerator
    ) -> [[Double]] {
        (0..<count).map { row in
            RandomCondition.measures.indices.map { measure in
                let value =
                    Int.random(in: 0..<3, using: &random) == 0
                    ? Double.nan : Double(Int.random(in: -3...3, using: &random))
                columns.column(measure)[row] = value
                return value
            }
        }
    }

    @Test func `side by side, conditions are true of the keys that they are true of one by one`() throws {
        var random = SeededGenerator(seed: 41)
        var columns = ConditionColumns()
        columns.reserve(RandomCondition.measures.count)
        var found: [Int] = []
        var total = 0
        for _ in 0..<500 {
            let programs = try (0..<Int.random(in: 1...4, using: &random)).map { _ in
                let depth = Int.random(in: 0...6, using: &random)
                return try Self.program(RandomCondition.make(depth: depth, using: &random))
            }
            let count = Int.random(in: 0...ConditionColumns.width, using: &random)
            let rows = Self.fill(columns, count, using: &random)
            columns.findTrue(of: programs, slots: [0, 1, 2], count: count, into: &found)
            let expected = rows.indices.filter { row in programs.contains { $0.evaluate(rows[row]) == .true } }
            #expect(found == expected)
            total += found.count
        }
        #expect(total > 10_000)
    }

    @Test func `slots may lie in any column, and two in one`() throws {
        var columns = ConditionColumns()
        columns.reserve(2)
        for row in 0..<4 {
            columns.column(0)[row] = Double(row)
            columns.column(1)[row] = 2
        }
        var found: [Int] = []
        let program = try Self.program(ConditionParser.parse("a > b_2 and c-d > a"))
        columns.findTrue(of: [program], slots: [1, 0, 1], count: 4, into: &found)
        #expect(found == [])
        let other = try Self.program(ConditionParser.parse("a > b_2 and c-d >= a"))
        columns.findTrue(of: [other], slots: [1, 0, 1], count: 4, into: &found)
        #expect(found == [0, 1])
    }

    @Test(.enabled(if: ganzhi_counts_allocations() == 1, "sanitizers have allocators of their own"))
    func `evaluations allocate nothing, by column and key by key`() throws {
        var random = SeededGenerator(seed: 43)
        var columns = ConditionColumns()
        columns.reserve(RandomCondition.measures.count)
        let rows = Self.fill(columns, ConditionColumns.width, using: &random)
        let ladder = Ladder(
            rungs: [
                Ladder.Rung(level: .blue, when: try ConditionParser.parse("a >= 1 or b_2 > c-d"), hold: .seconds(2)),
                Ladder.Rung(level: .red, when: try ConditionParser.parse("a >= 3 and not b_2 < 0")),
            ],
            clear: try ConditionParser.parse("a < 0"),
            clearHold: .seconds(3)
        )
        let program = try LadderProgram(ladder, measures: RandomCondition.measures) { number, _, _ in Double(number)! }
        var book = LadderBook(rungs: 2)
        var (found, transitions, allocations): ([Int], Int, Int) = ([], 0, 0)
        for round in 0..<20 {
            let before = ganzhi_allocations()
            columns.findTrue(of: program.when, slots: [0, 1, 2], count: rows.count, into: &found)
            for key in rows.indices {
                // Each key goes through other rows' values, so that levels rise and fall.
                let values = rows[(key + round * 7) % rows.count]
                let step = book.step(
                    key: key,
                    at: Timestamp(milliseconds: Int64(round) * 1000),
                    values: values,
                    feed: 0,
                    running: 0,
                    program: program
                )
                if step.transition != nil { transitions += 1 }
            }
            if round >= 10 { allocations += Int(ganzhi_allocations() - before) }
        }
        #expect(transitions > 100)
        #expect(allocations == 0)
    }
}
