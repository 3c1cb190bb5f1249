import GanzhiModel

/// What a level, an `until` or a `clear` asks: comparisons of measures joined by `not`, `and`, `or`.
public indirect enum Condition: Sendable, Hashable {
    /// One comparison.
    case compare(Operand, Comparison, Operand)
    /// The opposite; unknown stays unknown.
    case not(Condition)
    /// Both; false where either is false, whatever the other.
    case and(Condition, Condition)
    /// Either; true where one is true, whatever the other.
    case or(Condition, Condition)

    /// One side of a comparison.
    public enum Operand: Sendable, Hashable {
        /// A measure, by name.
        case measure(String)
        /// A number as written, and the unit behind it; empty where there is none.
        case number(String, unit: String)
    }

    /// How two values are compared.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        case greaterOrEqual = ">="
        case lessOrEqual = "<="
        case notEqual = "!="
        case equal = "=="
        case greater = ">"
        case less = "<"

        /// Whether the comparison is true of two numbers.
        @inlinable func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .greaterOrEqual: left >= right
            case .lessOrEqual: left <= right
            case .notEqual: left != right
            case .equal: left == right
            case .greater: left > right
            case .less: left < right
            }
        }

        /// The comparison with its sides exchanged.
        public var mirrored: Comparison {
            switch self {
            case .greaterOrEqual: .lessOrEqual
            case .lessOrEqual: .greaterOrEqual
            case .greater: .less
            case .less: .greater
            case .equal, .notEqual: self
            }
        }
    }

    /// The comparisons from left to right.
    public var comparisons: [(left: Operand, comparison: Comparison, right: Operand)] {
        switch self {
        case .compare(let left, let comparison, let right): [(left, comparison, right)]
        case .not(let inner): inner.comparisons
        case .and(let left, let right), .or(let left, let right): left.comparisons + right.comparisons
        }
    }

    /// The names of the measures it compares.
    public var measures: Set<String> {
        var names: Set<String> = []
        for (left, _, right) in comparisons {
            if case .measure(let name) = left { names.insert(name) }
            if case .measure(let name) = right { names.insert(name) }
        }
        return names
    }
}

extension Condition: CustomStringConvertible {
    /// The condition in its one canonical spelling, with only the brackets it needs.
    public var description: String { text(inside: 0) }

    private func text(inside outer: Int) -> String {
        switch self {
        case .compare(let left, let comparison, let right): "\(left) \(comparison.rawValue) \(right)"
        case .not(let inner): "not \(inner.text(inside: 3))"
        case .and(let left, let right):
            Self.bracketed("\(left.text(inside: 2)) and \(right.text(inside: 3))", outer > 2)
        case .or(let left, let right):
            Self.bracketed("\(left.text(inside: 1)) or \(right.text(inside: 2))", outer > 1)
        }
    }

    private static func bracketed(_ text: String, _ isNeeded: Bool) -> String { isNeeded ? "(\(text))" : text }
}

extension Condition.Operand: CustomStringConvertible {
    /// The operand as written.
    public var description: String {
        switch self {
        case .measure(let name): name
        case .number(let digits, let unit): unit.isEmpty ? digits : "\(digits) \(unit)"
        }
    }
}

extension Condition: Codable {
    /// Reads a condition from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            self = try ConditionParser.parse(container.decode(String.self))
        } catch let error as ExpressionError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }

    /// Writes the canonical spelling.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
