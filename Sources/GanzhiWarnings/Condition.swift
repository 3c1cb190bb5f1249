public import GanzhiModel

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
    /// A condition is true of so many members of the key's group, all within a distance of one of them where one is
    /// given.
    case atLeast(Int, of: Condition, within: Distance?)
    /// The evaluation's instant lies in these local hours.
    case between(LocalHours)
    /// The evaluation's instant lies in a local day of this type.
    case on(DayType)

    /// One side of a comparison.
    public indirect enum Operand: Sendable, Hashable {
        /// A measure, by name.
        case measure(String)
        /// A number as written, and the unit behind it; empty where there is none.
        case number(String, unit: String)
        /// A measure over the members of the key's group that have a result.
        case members(GroupFunction, of: String)
        /// How many members of the key's group a condition is true of.
        case count(of: Condition)
        /// The share of the members of the key's group that a condition is true of.
        case share(of: Condition)
    }

    /// What is made of a measure over the members of a group.
    public enum GroupFunction: String, Sendable, Hashable, CaseIterable {
        /// The arithmetic mean.
        case mean
        /// The least.
        case min
        /// The greatest.
        case max
        /// The sum.
        case sum
    }

    /// A distance as written.
    public struct Distance: Sendable, Hashable {
        /// The number.
        public var number: String
        /// The unit of length behind it.
        public var unit: String

        /// Creates a distance.
        public init(number: String, unit: String) {
            self.number = number
            self.unit = unit
        }
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

    /// The comparisons from left to right, those asked of members of a group included.
    public var comparisons: [(left: Operand, comparison: Comparison, right: Operand)] {
        switch self {
        case .compare(let left, let comparison, let right):
            left.comparisons + [(left, comparison, right)] + right.comparisons
        case .not(let inner), .atLeast(_, of: let inner, within: _): inner.comparisons
        case .and(let left, let right), .or(let left, let right): left.comparisons + right.comparisons
        case .between, .on: []
        }
    }

    /// The names of the measures it needs.
    public var measures: Set<String> {
        var names: Set<String> = []
        for (left, _, right) in comparisons {
            for case let name? in [left.measure, right.measure] { names.insert(name) }
        }
        return names
    }
}

extension Condition.Operand {
    /// The measure it is, or is made of for a group.
    public var measure: String? {
        switch self {
        case .measure(let name), .members(_, of: let name): name
        case .number, .count, .share: nil
        }
    }

    /// The comparisons asked of members.
    fileprivate var comparisons: [(left: Condition.Operand, comparison: Condition.Comparison, right: Condition.Operand)]
    {
        switch self {
        case .count(let inner), .share(let inner): inner.comparisons
        case .measure, .number, .members: []
        }
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
        case .atLeast(let least, let inner, let distance):
            "at least \(least) of (\(inner))" + (distance.map { " within \($0.number) \($0.unit)" } ?? "")
        case .between(let hours): "between \(hours)"
        case .on(let type): "on \(type.rawValue)"
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
        case .members(let function, let name): "\(function.rawValue) of \(name)"
        case .count(let inner): "count of (\(inner))"
        case .share(let inner): "share of (\(inner))"
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
