/// A condition compiled once: flat, with thresholds in canonical units and measures by number.
///
/// It reads the slots of its ladder, ``LadderSlots``, for one key or for many at once.
public struct ConditionProgram: Sendable, Hashable {
    /// What a number in a condition is held against, and so in which unit it counts.
    public enum Side: Sendable, Hashable {
        /// A measure, by number.
        case measure(Int)
        /// A count of members.
        case count
        /// A share of members.
        case share
        /// A distance, in metres.
        case distance
    }

    /// A slot held against a number.
    public struct Threshold: Sendable, Hashable {
        /// Number of the slot.
        public let slot: Int
        /// The comparison, with the slot on its left.
        public let comparison: Condition.Comparison
        /// The number, in the slot's unit.
        public let value: Double
    }

    enum Instruction: Sendable, Hashable {
        /// A slot against a number.
        case compareNumber(slot: Int, Condition.Comparison, Double)
        /// A slot against another.
        case compareSlots(left: Int, Condition.Comparison, right: Int)
        /// A value that lies between two neighbouring slots, against a number.
        case compareBounds(slot: Int, Condition.Comparison, Double)
        /// A truth.
        case truth(slot: Int)
        case not, and, or
    }

    /// The operations, operands before operators.
    private(set) var instructions: [Instruction] = []
    /// The measures it needs, those of members included, in the order of their declaration.
    public let measures: [Int]
    /// The slots it reads, ascending.
    public private(set) var slots: [Int] = []
    /// The thresholds in it, from left to right.
    public private(set) var thresholds: [Threshold] = []

    /// Converts a number with a unit to the unit of what it is held against.
    public typealias Conversion = (_ number: String, _ unit: String, _ side: Side) throws -> Double

    /// Compiles a condition.
    ///
    /// - Parameters:
    ///   - condition: What to compile; its measures must be declared.
    ///   - slots: The ladder's slots; gets the terms of the condition.
    ///   - threshold: Converts a number with a unit.
    init(_ condition: Condition, into slots: inout LadderSlots, threshold: Conversion) throws {
        measures = condition.measures.map { slots.number(ofMeasure: $0) }.sorted()
        try append(condition, &slots, threshold)
        self.slots = Set(
            instructions.flatMap { instruction -> [Int] in
                switch instruction {
                case .compareNumber(let slot, _, _), .compareBounds(let slot, _, _), .truth(let slot): [slot]
                case .compareSlots(let left, _, let right): [left, right]
                case .not, .and, .or: []
                }
            }
        ).sorted()
    }

    /// Compiles a condition by itself.
    ///
    /// - Parameters:
    ///   - condition: What to compile; its measures must be declared, and it asks nothing of members or of clocks.
    ///   - names: The measures as declared.
    ///   - threshold: Converts a number with a unit.
    public init(_ condition: Condition, measures names: [String], threshold: Conversion) throws {
        var slots = LadderSlots(measures: names)
        try self.init(condition, into: &slots, threshold: threshold)
        precondition(slots.terms.isEmpty, "Terms need the slots of a ladder.")
    }

    private mutating func append(_ condition: Condition, _ slots: inout LadderSlots, _ threshold: Conversion) throws {
        switch condition {
        case .compare(let left, let comparison, .number(let digits, let unit)):
            try append(left, comparison, digits, unit, &slots, threshold)
        case .compare(.number(let digits, let unit), let comparison, let right):
            try append(right, comparison.mirrored, digits, unit, &slots, threshold)
        case .compare(let left, let comparison, let right):
            let (one, other) = (slot(of: left, &slots), slot(of: right, &slots))
            instructions.append(.compareSlots(left: one, comparison, right: other))
        case .not(let inner):
            try append(inner, &slots, threshold)
            instructions.append(.not)
        case .and(let left, let right):
            try append(left, &slots, threshold)
            try append(right, &slots, threshold)
            instructions.append(.and)
        case .or(let left, let right):
            try append(left, &slots, threshold)
            try append(right, &slots, threshold)
            instructions.append(.or)
        case .atLeast(let least, let inner, let distance):
            let program = try ConditionProgram(inner, into: &slots, threshold: threshold)
            let within = try distance.map { try threshold($0.number, $0.unit, .distance) }
            append(.atLeast(least, of: program, within: within), condition, &slots)
        case .between(let hours): append(.between(hours), condition, &slots)
        case .on(let type): append(.on(type), condition, &slots)
        }
    }

    private mutating func append(_ term: LadderTerm, _ condition: Condition, _ slots: inout LadderSlots) {
        instructions.append(.truth(slot: slots.slot(of: term, text: condition.description)))
    }

    private mutating func append(
        _ operand: Condition.Operand,
        _ comparison: Condition.Comparison,
        _ digits: String,
        _ unit: String,
        _ slots: inout LadderSlots,
        _ threshold: Conversion
    ) throws {
        let slot: Int
        let value: Double
        switch operand {
        case .measure, .members:
            slot = self.slot(of: operand, &slots)
            value = try threshold(digits, unit, .measure(slots.number(ofMeasure: operand.measure!)))
            instructions.append(.compareNumber(slot: slot, comparison, value))
        case .count(let inner):
            let program = try ConditionProgram(inner, into: &slots, threshold: threshold)
            slot = slots.slot(of: .count(of: program), text: operand.description)
            value = try threshold(digits, unit, .count)
            instructions.append(.compareBounds(slot: slot, comparison, value))
        case .share(let inner):
            let program = try ConditionProgram(inner, into: &slots, threshold: threshold)
            slot = slots.slot(of: .share(of: program), text: operand.description)
            value = try threshold(digits, unit, .share)
            instructions.append(.compareBounds(slot: slot, comparison, value))
        case .number: preconditionFailure("The parser refuses a comparison of two numbers.")
        }
        thresholds.append(Threshold(slot: slot, comparison: comparison, value: value))
    }

    /// The slot of an operand that is one number.
    private func slot(of operand: Condition.Operand, _ slots: inout LadderSlots) -> Int {
        switch operand {
        case .measure(let name): slots.number(ofMeasure: name)
        case .members(let function, let name):
            slots.slot(
                of: .members(function, measure: slots.number(ofMeasure: name)),
                text: operand.description
            )
        case .number, .count, .share: preconditionFailure("The parser compares these with numbers only.")
        }
    }

    /// Evaluates the condition for one key.
    ///
    /// The stack is two words of bits: ``ConditionParser/maximumDepth`` keeps it below 64 entries.
    ///
    /// - Parameter values: One value per slot; `nan` is unknown.
    /// - Complexity: O(operations); allocates nothing.
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
            case .compareNumber(let slot, let comparison, let value):
                push(Self.compare(values[slot], comparison, value))
            case .compareSlots(let left, let comparison, let right):
                push(Self.compare(values[left], comparison, values[right]))
            case .compareBounds(let slot, let comparison, let value):
                push(Self.compare(from: values[slot], through: values[slot + 1], comparison, value))
            case .truth(let slot): push(Truth(rawValue: UInt8(values[slot])) ?? .unknown)
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

    /// The truth of a comparison with a number that is only known to lie between two.
    private static func compare(
        from low: Double,
        through high: Double,
        _ comparison: Condition.Comparison,
        _ right: Double
    ) -> Truth {
        guard !low.isNaN, !high.isNaN else { return .unknown }
        switch comparison {
        case .equal: return low > right || high < right ? .false : low == high ? .true : .unknown
        case .notEqual: return !compare(from: low, through: high, .equal, right)
        case .greater, .greaterOrEqual, .less, .lessOrEqual:
            let (one, other) = (compare(low, comparison, right), compare(high, comparison, right))
            return one == other ? one : .unknown
        }
    }
}
