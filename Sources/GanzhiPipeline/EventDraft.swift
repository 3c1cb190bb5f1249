import GanzhiModel
import GanzhiWarnings

/// A warning event before it has its number and its bytes: all that was known when it was decided.
struct EventDraft {
    /// What happened.
    enum Kind {
        case transition(Transition)
        /// The evidence fell silent.
        case stale
        /// The episode ended for a reason outside its conditions.
        case ended(reason: String)
        /// A revision no longer supports the event of that sequence.
        case corrected(UInt32)
        /// The level goes up and down; an event beside the episodes, with a number of its own.
        case flapping(changes: Int, number: UInt32)
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
    /// Whether the warning's evidence has fallen silent.
    var isStale = false
    /// Whether it tells of the episode that is the key's newest.
    var isCurrent = true
    var evidence: [Evidence] = []
    var truths: [Truth] = []
}
