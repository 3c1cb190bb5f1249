/// The slots of many keys side by side, and what conditions say of them: one loop per operation, without branches.
///
/// Memory is kept for the next use, so that in steady state nothing is allocated.
///
/// - Source: Boncz, Zukowski, Nes: MonetDB/X100: Hyper-pipelining query execution (CIDR 2005).
public struct ConditionColumns: ~Copyable {
    /// Keys that are looked at together; their columns fit into a core's nearest cache.
    public static let width = 512

    private var values: UnsafeMutablePointer<Double>
    private var columnCount: Int
    private let truths: UnsafeMutablePointer<UInt8>

    /// Creates memory without columns.
    public init() {
        columnCount = 0
        values = .allocate(capacity: 1)
        let rows = (Self.stackDepth + 1) * Self.width
        truths = .allocate(capacity: rows)
        truths.initialize(repeating: 0, count: rows)
    }

    deinit {
        values.deallocate()
        truths.deallocate()
    }

    /// Operands that wait at most: brackets are nested to ``ConditionParser/maximumDepth``, and each level may have two.
    private static let stackDepth = 64

    /// Makes room for so many columns; what they held is lost where there was less.
    public mutating func reserve(_ count: Int) {
        guard count > columnCount else { return }
        values.deallocate()
        values = .allocate(capacity: count * Self.width)
        values.initialize(repeating: .nan, count: count * Self.width)
        columnCount = count
    }

    /// The values of a column, for ``width`` keys.
    public func column(_ number: Int) -> UnsafeMutablePointer<Double> { values + number * Self.width }

    /// Says of which keys one of several conditions is true.
    ///
    /// - Parameters:
    ///   - programs: The conditions; they ask nothing of members of groups.
    ///   - slots: For each slot that they read, the number of its column.
    ///   - count: Keys, ``width`` at most.
    ///   - rows: Gets the numbers of those keys, ascending, in the place of what it holds.
    /// - Complexity: O(operations × keys); allocates nothing in steady state.
    public func findTrue(of programs: [ConditionProgram], slots: [Int], count: Int, into rows: inout [Int]) {
        rows.removeAll(keepingCapacity: true)
        let any = truths + Self.stackDepth * Self.width
        any.update(repeating: 0, count: Self.width)
        for number in programs.indices {
            evaluate(programs[number], slots, count: count)
            for key in 0..<count { any[key] = Swift.max(any[key], truths[key]) }
        }
        var key = 0
        while key < count {
            if any[key] == Truth.true.rawValue { rows.append(key) }
            key += 1
        }
    }

    /// Leaves the truths of a condition in the first row of the stack.
    private func evaluate(_ program: ConditionProgram, _ slots: [Int], count: Int) {
        var top = -1
        for number in program.instructions.indices {
            switch program.instructions[number] {
            case .compareNumber(let slot, let comparison, let value):
                top += 1
                compare(column(slots[slot]), comparison, value, into: row(top), count)
            case .compareSlots(let left, let comparison, let right):
                top += 1
                compare(column(slots[left]), comparison, column(slots[right]), into: row(top), count)
            case .truth(let slot):
                top += 1
                let (values, truths) = (column(slots[slot]), row(top))
                for key in 0..<count { truths[key] = UInt8(values[key]) }
            case .not:
                let truths = row(top)
                for key in 0..<count { truths[key] = 2 &- truths[key] }
            case .and:
                top -= 1
                let (left, right) = (row(top), row(top + 1))
                for key in 0..<count { left[key] = Swift.min(left[key], right[key]) }
            case .or:
                top -= 1
                let (left, right) = (row(top), row(top + 1))
                for key in 0..<count { left[key] = Swift.max(left[key], right[key]) }
            case .compareBounds: preconditionFailure("Members of groups are judged key by key.")
            }
        }
    }

    private func row(_ number: Int) -> UnsafeMutablePointer<UInt8> { truths + number * Self.width }

    @inline(__always)
    private func fill(
        _ truths: UnsafeMutablePointer<UInt8>,
        _ count: Int,
        _ left: UnsafeMutablePointer<Double>,
        _ right: (Int) -> Double,
        _ holds: (Double, Double) -> Bool
    ) {
        for key in 0..<count {
            let (one, other) = (left[key], right(key))
            let verdict: UInt8 = holds(one, other) ? 2 : 0
            truths[key] = one == one && other == other ? verdict : 1
        }
    }

    @inline(__always)
    private func compare(
        _ left: UnsafeMutablePointer<Double>,
        _ comparison: Condition.Comparison,
        into truths: UnsafeMutablePointer<UInt8>,
        _ count: Int,
        _ right: (Int) -> Double
    ) {
        switch comparison {
        case .greaterOrEqual: fill(truths, count, left, right, >=)
        case .lessOrEqual: fill(truths, count, left, right, <=)
        case .greater: fill(truths, count, left, right, >)
        case .less: fill(truths, count, left, right, <)
        case .equal: fill(truths, count, left, right, ==)
        case .notEqual: fill(truths, count, left, right, !=)
        }
    }

    private func compare(
        _ left: UnsafeMutablePointer<Double>,
        _ comparison: Condition.Comparison,
        _ right: Double,
        into truths: UnsafeMutablePointer<UInt8>,
        _ count: Int
    ) {
        compare(left, comparison, into: truths, count) { _ in right }
    }

    private func compare(
        _ left: UnsafeMutablePointer<Double>,
        _ comparison: Condition.Comparison,
        _ right: UnsafeMutablePointer<Double>,
        into truths: UnsafeMutablePointer<UInt8>,
        _ count: Int
    ) {
        compare(left, comparison, into: truths, count) { right[$0] }
    }
}
