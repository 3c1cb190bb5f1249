public import GanzhiModel

/// What conditions ask beside the measures of a key itself: worked out once an evaluation, into slots behind them.
public enum LadderTerm: Sendable, Hashable {
    /// A measure over the members of the key's group that have a result; `nan` where none has.
    case members(Condition.GroupFunction, measure: Int)
    /// How many members a condition is true of: at least, and in the next slot at most.
    case count(of: ConditionProgram)
    /// The share of the members that a condition is true of: at least, and in the next slot at most.
    case share(of: ConditionProgram)
    /// Whether a condition is true of so many members, within metres of one of them where a distance is given.
    case atLeast(Int, of: ConditionProgram, within: Double?)
    /// Whether the instant lies in local hours.
    case between(LocalHours)
    /// Whether the instant lies in a local day of a type.
    case on(DayType)

    /// How many slots it takes.
    var slotCount: Int {
        switch self {
        case .count, .share: 2
        case .members, .atLeast, .between, .on: 1
        }
    }

    /// Whether members of a group are asked.
    public var asksMembers: Bool {
        switch self {
        case .between, .on: false
        case .members, .count, .share, .atLeast: true
        }
    }

    /// The measures that its conditions name.
    public var measures: [Int] {
        switch self {
        case .members(_, let measure): [measure]
        case .count(let program), .share(let program), .atLeast(_, of: let program, within: _): program.measures
        case .between, .on: []
        }
    }
}

/// The slots of one ladder: first its measures, as declared, then its terms.
public struct LadderSlots: Sendable, Hashable {
    /// A term with its place.
    public struct Entry: Sendable, Hashable {
        /// What is asked.
        public let term: LadderTerm
        /// Its first slot.
        public let slot: Int
        /// How conditions write it.
        public let text: String
    }

    /// Names of the measures, as declared.
    public let measures: [String]
    /// The terms, each once, in the order in which conditions first name them.
    public private(set) var terms: [Entry] = []
    /// How many slots there are.
    public private(set) var count: Int

    /// Creates slots for measures.
    public init(measures: [String]) {
        self.measures = measures
        count = measures.count
    }

    /// The first slot of a term.
    mutating func slot(of term: LadderTerm, text: String) -> Int {
        if let known = terms.first(where: { $0.term == term && $0.text == text }) { return known.slot }
        terms.append(Entry(term: term, slot: count, text: text))
        defer { count += term.slotCount }
        return count
    }

    /// The number of a measure.
    func number(ofMeasure name: String) -> Int {
        guard let index = measures.firstIndex(of: name) else {
            preconditionFailure("Measure \(name) must be declared before its conditions are compiled.")
        }
        return index
    }

    /// Whether conditions ask members of a group.
    public var asksMembers: Bool { terms.contains { $0.term.asksMembers } }
}

extension Truth {
    /// The truth as a slot holds it: 0, 1 and 2.
    public var slotValue: Double { Double(rawValue) }
}
