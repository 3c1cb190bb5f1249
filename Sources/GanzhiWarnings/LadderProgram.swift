import GanzhiModel

/// A ladder compiled for evaluation; a class, so that handing it on costs one reference and not a dozen.
public final class LadderProgram: Sendable {
    /// The ladder it was made from.
    public let ladder: Ladder
    /// For how long each rung's `when` must have been true, lowest first.
    let holds: [TimeSpan]
    /// For how long `clear` and `until` must have been true.
    let clearHold: TimeSpan
    /// Event time that a run outlasts.
    let silence: TimeSpan
    /// `when` of each rung, lowest first.
    public let when: [ConditionProgram]
    /// Explicit `until` of each rung.
    public let until: [ConditionProgram?]
    /// Explicit `clear`.
    public let clear: ConditionProgram?

    /// What its conditions read.
    public let slots: LadderSlots

    /// Compiles a ladder.
    ///
    /// - Parameters:
    ///   - ladder: What to compile; every measure that its conditions name must be declared.
    ///   - measures: The measures as declared.
    ///   - threshold: Converts a number with a unit to the unit of what it is held against.
    public init(_ ladder: Ladder, measures: [String], threshold: ConditionProgram.Conversion) throws {
        self.ladder = ladder
        holds = ladder.rungs.map(\.hold)
        clearHold = ladder.clearHold
        silence = ladder.silence
        var slots = LadderSlots(measures: measures)
        when = try ladder.rungs.map { try ConditionProgram($0.when, into: &slots, threshold: threshold) }
        until = try ladder.rungs.map { rung in
            try rung.until.map { try ConditionProgram($0, into: &slots, threshold: threshold) }
        }
        clear = try ladder.clear.map { try ConditionProgram($0, into: &slots, threshold: threshold) }
        self.slots = slots
    }

    /// Whether the condition that decided a transition is true of values.
    public func supports(_ transition: Transition, _ values: [Double]) -> Bool {
        switch transition {
        case .raised(let rung), .escalated(_, let rung): when[rung].evaluate(values) == .true
        case .eased(let rung, _): (until[rung]?.evaluate(values) ?? !when[rung].evaluate(values)) == .true
        case .cleared:
            (clear?.evaluate(values) ?? !when.reduce(.false) { $0 || $1.evaluate(values) }) == .true
        }
    }

    /// The conditions that decided a transition: what its evidence names.
    public func deciding(_ transition: Transition) -> [ConditionProgram] {
        switch transition {
        case .raised(let rung), .escalated(_, let rung): [when[rung]]
        case .eased(let rung, _): [until[rung] ?? when[rung]]
        case .cleared: clear.map { [$0] } ?? when
        }
    }
}

/// What an evaluation changed; rungs by number, lowest first.
public enum Transition: Sendable, Hashable, BitwiseCopyable {
    /// An episode began.
    case raised(to: Int)
    /// A higher level holds.
    case escalated(from: Int, to: Int)
    /// One step down.
    case eased(from: Int, to: Int)
    /// The episode ended.
    case cleared(from: Int)
}
