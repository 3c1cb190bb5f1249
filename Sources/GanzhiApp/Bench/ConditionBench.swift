import GanzhiWarnings

/// `ganzhi bench conditions`: conditions over values in memory, by column and key by key.
public enum ConditionBench {
    /// Conditions that a case is made of.
    private static let cases = [
        ("1 comparison", "a >= 10"),
        ("2 comparisons", "a >= 10 or b >= 15"),
        ("11 operations", "a >= 10 and not b < 3 or (c > a and b >= 7 or a < 1) and not (b >= c or c < 2)"),
    ]
    private static let measures = ["a", "b", "c"]
    /// Times that each condition is evaluated over all keys in a round.
    private static let repeats = 2000

    /// Measures each case both ways, in turn.
    ///
    /// - Throws: ``AppError`` where stdout has gone.
    public static func run(rounds: Int, json: Bool) throws {
        let programs = try cases.map { _, text in
            try ConditionProgram(ConditionParser.parse(text), measures: measures) { number, _, _ in
                Double(number) ?? .nan
            }
        }
        let rows = (0..<ConditionColumns.width).map { key in
            // One in ten is unknown, few are high.
            measures.indices.map { (key * 7 + $0 * 3) % 10 == 0 ? Double.nan : Double((key * 31 + $0 * 17) % 12) }
        }
        var variants: [() throws -> Double] = []
        for program in programs {
            variants.append { byColumn(program, rows) }
            variants.append { keyByKey(program, rows) }
        }
        let medians = try BenchMachine.medians(rounds: rounds, variants)
        var table = BenchTable(
            "conditions",
            [
                .init(title: "by column, ns/key", member: "ns_per_key_by_column", digits: 2),
                .init(title: "key by key, ns/key", member: "ns_per_key_one_by_one", digits: 2),
                .init(title: "ratio", member: "ratio", digits: 1),
            ]
        )
        for (number, (name, _)) in cases.enumerated() {
            let (columns, keys) = (medians[2 * number], medians[2 * number + 1])
            table.add(name, columns, keys, keys / columns)
        }
        try table.print(json: json)
    }

    private static func byColumn(_ program: ConditionProgram, _ rows: [[Double]]) -> Double {
        var columns = ConditionColumns()
        columns.reserve(measures.count)
        for (key, row) in rows.enumerated() {
            for (measure, value) in row.enumerated() { columns.column(measure)[key] = value }
        }
        let (programs, slots) = ([program], Array(measures.indices))
        var found: [Int] = []
        var total = 0
        let time = BenchMachine.coreNanoseconds {
            for _ in 0..<repeats {
                columns.findTrue(of: programs, slots: slots, count: rows.count, into: &found)
                total += found.count
            }
        }
        precondition(total.isMultiple(of: repeats), "Each repeat finds the same keys.")
        return time / Double(repeats * rows.count)
    }

    private static func keyByKey(_ program: ConditionProgram, _ rows: [[Double]]) -> Double {
        var total = 0
        let time = BenchMachine.coreNanoseconds {
            for _ in 0..<repeats {
                for row in rows where program.evaluate(row) == .true { total += 1 }
            }
        }
        precondition(total.isMultiple(of: repeats), "Each repeat finds the same keys.")
        return time / Double(repeats * rows.count)
    }
}
