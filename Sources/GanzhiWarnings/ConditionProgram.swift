/// A condition compiled once: flat, with thresholds in canonical units and measures by number.
public struct ConditionProgram: Sendable, Hashable {
    /// A measure held against a number.
    public struct Threshold: Sendable, Hashable {
        /// Number of the measure.
        public let measure: Int
        /// The comparison, with the measure on its left.
        public let comparison: Condition.Comparison
        /// The number, in the measure's unit.
        public let value: Double
    }

    private enum Instruction: Sendable, Hashable {
        case compareNumber(measure: Int, Condition.Comparison, Double)
        case compareMeasures(left: Int, Condition.Comparison, right: Int)
        case not, and, or
    }

    private var instructions: [Instruction] = []
    /// The measures it compares, in the order of their declaration.
    public let measures: [Int]
    /// The thresholds in it, from left to right.
    public private(set) var thresholds: [Threshold] = []

    /// Compiles a condition.
    ///
    /// - Parameters:
    ///   - condition: What to compile; its measures must be declared.
    ///   - names: The measures as declared.
    ///   - threshold: Converts a number with a unit to the unit of a measure.
    public init(
        _ condition: Condition,
        measures names: [String],
        threshold: (_ number: String, _ unit: String, _ measure: Int) throws -> Double
    ) rethrows {
        let used = condition.measures
        measures = names.indices.filter { used.contains(names[$0]) }
        try append(condition, names, threshold)
    }

    private mutating func append(
        _ condition: Condition,
        _ names: [String],
        _ threshold: (String, String, Int) throws -> Double
    ) rethrows {
        func number(of name: String) -> Int {
            guard let index = names.firstIndex(of: name) else {
                preconditionFailure("Measure \(name) must be declared before its conditions are compiled.")
            }
            return index
        }
        switch condition {
        case .compare(.measure(let left), let comparison, .measure(let right)):
            instructions.append(.compareMeasures(left: number(of: left), comparison, right: number(of: right)))
        case .compare(.measure(let name), let comparison, .number(let digits, let unit)):
            try append(number(of: name), comparison, threshold(digits, unit, number(of: name)))
        case .compare(.number(let digits, let unit), let comparison, .measure(let name)):
            try append(number(of: name), comparison.mirrored, threshold(digits, unit, number(of: name)))
        case .compare(.number, _, .number):
            preconditionFailure("The parser refuses a comparison of two numbers.")
        case .not(let inner):
            try append(inner, names, threshold)
            instructions.append(.not)
        case .and(let left, let right):
            try append(left, names, threshold)
            try append(right, names, threshold)
            instructions.append(.and)
        case .or(let left, let right):
            try append(left, names, threshold)
            try append(right, names, threshold)
            instructions.append(.or)
        }
    }

    private mutating func append(_ measure: Int, _ comparison: Condition.Comparison, _ value: Double) {
        instructions.append(.compareNumber(measure: measure, comparison, value))
        thresholds.append(Threshold(measure: measure, comparison: comparison, value: value))
    }

    /// Evaluates the condition.
    ///
    /// The stack is two words of bits: ``ConditionParser/maximumDepth`` keeps it below 64 entries.
    ///
    /// - Parameter values: One value per measure; `nan` is unknown.
    /// - Complexity: O(comparisons); allocates nothing.
    public func evaluate(_ values: [Double]) -> Truth {
        var isTrue: UInt64 = 0
        var isKnown: UInt64 = 0
        func push(_ truth: Truth) {
            isTrue = isTrue << 1 | (truth == .true ? 1 : 0)
            isKnown = isKnown << 1 | (truth == .unknown ? 0 : 1)
        }
        func pop() -> Truth {
            defer {
                isTrue >>= 1
                isKnown >>= 1
            }
            return isKnown & 1 == 0 ? .unknown : isTrue & 1 == 1 ? .true : .false
        }
        // By number: walking the array itself would count one more owner.
        for number in instructions.indices {
            switch instructions[number] {
            case .compareNumber(let measure, let comparison, let value):
                push(Self.compare(values[measure], comparison, value))
            case .compareMeasures(let left, let comparison, let right):
                push(Self.compare(values[left], comparison, values[right]))
            case .not: push(!pop())
            case .and:
                let right = pop()
                push(pop() && right)
            case .or:
                let right = pop()
                push(pop() || right)
            }
        }
        return pop()
    }

    private static func compare(_ left: Double, _ comparison: Condition.Comparison, _ right: Double) -> Truth {
        left.isNaN || right.isNaN ? .unknown : comparison.holds(left, right) ? .true : .false
    }
}
