import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings

extension Reference {
    /// One version of a scenario at one key: its members, up to where they are final, and its ladder.
    struct Key {
        let scenario: Scenario
        let name: String
        /// Number of its ``Post``.
        let post: Int
        /// Numbers of its watches.
        var members: [Int] = []
        /// All that was asked up to here is final; never goes back.
        var watermark: Int64 = .min
        /// The greatest time of an applied reading.
        var newest: Int64 = .min
        var automaton: ReferenceAutomaton
        /// Past transitions that a revision may no longer support.
        var memories: [Memory] = []
        private let instants: ReferenceGrid
        /// All instants up to here are evaluated.
        private var closed: Int64 = .min

        init(scenario: Scenario, name: String, post: Int, instants: ReferenceGrid) {
            self.scenario = scenario
            self.name = name
            self.post = post
            self.instants = instants
            automaton = ReferenceAutomaton(scenario.ladder)
        }

        /// Moves the watermark, never back; what was final before the first one is not evaluated.
        mutating func advance(to time: Int64) {
            if watermark == .min, time > .min { closed = time - 1 }
            watermark = max(watermark, time)
        }

        /// The instants that have become final.
        mutating func takeInstants() -> [Int64] {
            guard watermark > .min else { return [] }
            let due = instants.instants(after: closed, upTo: watermark)
            closed = max(closed, watermark)
            return due
        }

        /// The condition that a change needed, and those whose measures stand behind it.
        func deciding(_ change: ReferenceAutomaton.Change) -> (needed: Condition, named: [Condition]) {
            let ladder = scenario.ladder
            switch change {
            case .raised(let rung), .escalated(_, let rung): return (automaton.when[rung], [automaton.when[rung]])
            case .eased(let rung, _):
                return (automaton.until[rung], [ladder.rungs[rung].until ?? automaton.when[rung]])
            case .cleared: return (automaton.clear, ladder.clear.map { [$0] } ?? automaton.when)
            }
        }
    }

    /// A transition and what it stood on.
    struct Memory {
        var facts: ReferenceFacts
        var needed: Condition
        var named: [Condition]
        /// Number of the episode within its post.
        var episode: Int
        var sequence: Int
        var isCorrected = false
    }

    /// Where one scenario stands at one key, whatever the version.
    struct Post {
        /// One warning from its raising to its clearing.
        struct Episode {
            var sequence = 0
            /// Level after the last event.
            var level = "none"
            /// Level before it.
            var previous = "none"
        }

        let scenario: String
        let key: String
        /// Numbers of the keys of its versions.
        var versions: [Int] = []
        var episodes: [Episode] = []
        /// The last instant that was evaluated, eager ones included.
        var evaluated: Int64 = .min
        /// Instants of changes of level.
        private var changes: [Int64] = []
        private var isFlapping = false

        init(scenario: String, key: String) {
            self.scenario = scenario
            self.key = key
        }

        /// Counts one more event of an episode.
        mutating func record(_ episode: Int, level: String, previous: String) {
            episodes[episode].sequence += 1
            episodes[episode].level = level
            episodes[episode].previous = previous
        }

        /// Takes note of a change of level and says whether it is to be reported as flapping.
        mutating func flaps(at instant: Int64, _ limit: Scenario.Flapping) -> Bool {
            changes.append(instant)
            let isOver = changes.count { $0 > instant - limit.within.microseconds } > limit.changes
            defer { isFlapping = isOver }
            return isOver && !isFlapping
        }
    }
}
