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

    /// Compiles a ladder.
    ///
    /// - Parameters:
    ///   - ladder: What to compile; every measure that its conditions name must be declared.
    ///   - measures: The measures as declared.
    ///   - threshold: Converts a number with a unit to the unit of a measure.
    public init(
        _ ladder: Ladder,
        measures: [String],
        threshold: (_ number: String, _ unit: String, _ measure: Int) throws -> Double
    ) rethrows {
        self.ladder = ladder
        holds = ladder.rungs.map(\.hold)
        clearHold = ladder.clearHold
        silence = ladder.silence
        when = try ladder.rungs.map { try ConditionProgram($0.when, measures: measures, threshold: threshold) }
        until = try ladder.rungs.map { rung in
            try rung.until.map { try ConditionProgram($0, measures: measures, threshold: threshold) }
        }
        clear = try ladder.clear.map { try ConditionProgram($0, measures: measures, threshold: threshold) }
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
public enum Transition: Sendable, Hashable {
    /// An episode began.
    case raised(to: Int)
    /// A higher level holds.
    case escalated(from: Int, to: Int)
    /// One step down.
    case eased(from: Int, to: Int)
    /// The episode ended.
    case cleared(from: Int)
}
