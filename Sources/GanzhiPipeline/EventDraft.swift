import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

/// A warning event before it has its number and its bytes: all that was known when it was decided.
struct EventDraft {
    /// What happened.
    enum Kind {
        case transition(Transition)
        /// The evidence fell silent.
        case stale
        /// The episode ended for a reason outside its conditions.
        case ended(reason: String)
    }

    /// A measure that the deciding condition names.
    struct Evidence {
        var measure: Int
        var value: Double
        var window: WindowResult
        var thresholds: [ConditionProgram.Threshold]
    }

    var kind: Kind
    var scenario: Int
    var key: Int
    var instant: Timestamp
    var decided: Timestamp
    var block: UInt64
    var sequence: UInt32
    var episode: UInt32
    var raised: Timestamp
    /// Rung after the event; `nil` once it is over.
    var rung: Int?
    /// Level before the event, under the ladder of then; `nil` when it begins.
    var previous: Level?
    var evidence: [Evidence] = []
    var truths: [Truth] = []
}
