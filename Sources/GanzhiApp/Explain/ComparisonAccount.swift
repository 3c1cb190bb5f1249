import GanzhiModel
import GanzhiWarnings

/// One comparison of a condition, and how far it is from holding.
struct ComparisonAccount: Encodable {
    /// What is compared: a measure, something made of it over a group, or what is asked of group or clock as a whole.
    var operand: String
    /// How; `nil` where the operand is a question of its own.
    var comparison: String?
    /// What it is held against, in the operand's unit; `nil` where that is not known.
    var threshold: Double?
    /// The other measure that it is held against.
    var other: String?
    /// Unit of value and threshold; empty for plain numbers.
    var unit = ""
    /// The value; `nil` where it is not known.
    var value: Double?
    /// Whether the value is the least that it can be, as members without result might count too.
    var isLeast: Bool?
    /// Whether it holds.
    var holds: WarningContent.Verdict

    private enum CodingKeys: String, CodingKey {
        case operand, comparison, threshold, other, unit, value, isLeast, holds, missing
    }

    /// How much the value would have to change for it to hold; `nil` where it holds, or nobody can tell.
    var missing: Double? {
        guard holds != .yes, let value, let threshold else { return nil }
        switch comparison {
        case ">=", ">": return threshold - value
        case "<=", "<": return value - threshold
        default: return nil
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(operand, forKey: .operand)
        try container.encodeIfPresent(comparison, forKey: .comparison)
        try container.encodeIfPresent(threshold, forKey: .threshold)
        try container.encodeIfPresent(other, forKey: .other)
        if !unit.isEmpty { try container.encode(unit, forKey: .unit) }
        try container.encodeIfPresent(value, forKey: .value)
        try container.encodeIfPresent(isLeast, forKey: .isLeast)
        try container.encode(holds, forKey: .holds)
        try container.encodeIfPresent(missing, forKey: .missing)
    }

    /// In words: `depth is 0.12 m; needs >= 0.27 m: 0.15 m more`.
    var sentence: String {
        guard let comparison else {
            return switch holds {
            case .yes: "\(operand): true"
            case .no: "\(operand): not so"
            case .unknown: "\(operand): unknown"
            }
        }
        let against = other ?? threshold.map { Figure.threshold($0, unit) } ?? "a number"
        guard let value else { return "\(operand) is unknown; needs \(comparison) \(against)" }
        let known = "\(operand) is \(isLeast == true ? "at least " : "")\(Figure.measured(value, unit))"
        if holds == .yes { return "\(known); \(comparison) \(against) holds" }
        let isUpwards = comparison.hasPrefix(">")
        let gap = missing.map { ": \(Figure.measured($0, unit)) \(isUpwards ? "more" : "less")" } ?? ""
        let beyond = missing == 0 ? " (equal is not enough)" : ""
        return "\(known); needs \(comparison) \(against)\(missing == 0 ? beyond : gap)"
    }
}

extension WarningContent.Verdict {
    init(_ truth: Truth) {
        switch truth {
        case .true: self = .yes
        case .false: self = .no
        case .unknown: self = .unknown
        }
    }

    /// In a word.
    var word: String {
        switch self {
        case .yes: "holds"
        case .no: "does not hold"
        case .unknown: "is unknown"
        }
    }
}
