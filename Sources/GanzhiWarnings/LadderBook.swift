public import GanzhiModel

/// The ladders of one scenario at all its keys: it decides, the caller acts.
///
/// A pure value. Keys are dense numbers; a key's state takes ``bytesPerKey`` from its first evaluation on.
public struct LadderBook: Sendable {
    /// Where one key stands.
    public struct KeyState: Sendable, Hashable {
        /// Number of the standing rung; negative where no warning stands.
        public fileprivate(set) var rung: Int8 = -1
        /// Level before the newest transition; `nil` where the episode began with it.
        public fileprivate(set) var previous: Level?
        /// Whether the standing warning's evidence has fallen silent.
        public fileprivate(set) var isStale = false
        /// Episodes so far.
        public fileprivate(set) var episode: UInt32 = 0
        /// Events of the current episode so far; the caller counts them with ``LadderBook/nextSequence(of:)``.
        public fileprivate(set) var sequence: UInt32 = 0
        /// Instant at which the current episode was raised.
        public fileprivate(set) var raised = Timestamp.never
        /// Instant of the last evaluation.
        public fileprivate(set) var lastInstant = Timestamp.never
        /// The feed whose running time decided the last known evaluation.
        public fileprivate(set) var feed: UInt32 = 0
        /// Running time of that feed then, in microseconds.
        public fileprivate(set) var lastKnown: Int64 = .min
    }

    /// A condition's run: since when it has been true, and when it last was.
    private struct Run: Sendable {
        var start = Timestamp.never
        var lastTrue = Timestamp.never

        /// Takes in one evaluation and says whether the condition now holds for `hold`.
        mutating func step(_ truth: Truth, at instant: Timestamp, hold: TimeSpan, silence: TimeSpan) -> Bool {
            switch truth {
            case .false:
                start = .never
                return false
            case .unknown:
                return false
            case .true:
                if start == .never || instant - lastTrue > silence { start = instant }
                lastTrue = instant
                return instant - start >= hold
            }
        }
    }

    private var keys: [KeyState] = []
    /// Whether a key has a standing warning or a run; of others nothing needs to be known.
    private var isActive: [Bool] = []
    private var runs: [Run] = []
    /// Runs per key: one for each rung, then `until`, then `clear`.
    private let runsPerKey: Int

    /// Creates a book without keys for ladders of this many rungs.
    public init(rungs: Int) { runsPerKey = rungs + 2 }

    /// Bytes that one key takes.
    public var bytesPerKey: Int { MemoryLayout<KeyState>.stride + runsPerKey * MemoryLayout<Run>.stride }

    /// Where a key stands; a key that was never evaluated stands nowhere.
    public func state(of key: Int) -> KeyState { key < keys.count ? keys[key] : KeyState() }

    /// Number of keys with a state.
    public var keyCount: Int { keys.count }

    /// What an evaluation came to.
    public struct Step: Sendable {
        /// Whether any of the ladder's conditions is not unknown.
        public var isKnown: Bool
        /// What it changed.
        public var transition: Transition?
        /// Truth of every rung's `when`, lowest first, two bits each.
        fileprivate var truths: UInt32

        /// Truth of a rung's `when`.
        public func truth(ofRung rung: Int) -> Truth { Truth(rawValue: UInt8(truths >> (2 * rung) & 3))! }
    }

    /// Evaluates a key's conditions at an instant and moves its ladder.
    ///
    /// - Parameters:
    ///   - key: The key; states are added up to it.
    ///   - instant: The evaluation's instant, later than the one before.
    ///   - values: One value per measure; `nan` is unknown.
    ///   - feed: The feed through which the key's series was last heard.
    ///   - running: Running time of that feed at the block that decides, in microseconds.
    ///   - program: The ladder.
    /// - Complexity: O(comparisons); allocates nothing for a key with a state.
    public mutating func step(
        key: Int,
        at instant: Timestamp,
        values: [Double],
        feed: UInt32,
        running: Int64,
        program: LadderProgram
    ) -> Step {
        grow(to: key)
        let silence = program.silence
        let firstRun = key * runsPerKey
        var step = Step(isKnown: false, transition: nil, truths: 0)
        var highest = -1
        var anyWhen = Truth.false
        for rung in program.when.indices {
            let truth = program.when[rung].evaluate(values)
            step.truths |= UInt32(truth.rawValue) << (2 * rung)
            step.isKnown = step.isKnown || truth != .unknown
            anyWhen = anyWhen || truth
            if runs[firstRun + rung].step(
                truth,
                at: instant,
                hold: program.holds[rung],
                silence: silence
            ) {
                highest = rung
            }
            if let until = program.until[rung], until.evaluate(values) != .unknown { step.isKnown = true }
        }
        let clearTruth = program.clear?.evaluate(values) ?? !anyWhen
        step.isKnown = step.isKnown || clearTruth != .unknown

        keys[key].lastInstant = instant
        if step.isKnown {
            keys[key].feed = feed
            keys[key].lastKnown = running
            keys[key].isStale = false
        }
        let current = Int(keys[key].rung)
        let untilRun = firstRun + program.when.count
        let clearRun = untilRun + 1
        if highest > current {
            runs[untilRun] = Run()
            runs[clearRun] = Run()
            if current < 0 {
                keys[key].episode += 1
                keys[key].sequence = 0
                keys[key].raised = instant
                step.transition = .raised(to: highest)
            } else {
                step.transition = .escalated(from: current, to: highest)
            }
            keys[key].previous = current < 0 ? nil : program.ladder.rungs[current].level
            keys[key].rung = Int8(highest)
        } else if current >= 0 {
            let untilTruth = program.until[current]?.evaluate(values) ?? !step.truth(ofRung: current)
            let clearHold = program.clearHold
            let clears = runs[clearRun].step(clearTruth, at: instant, hold: clearHold, silence: silence)
            let eases = runs[untilRun].step(untilTruth, at: instant, hold: clearHold, silence: silence)
            if clears, highest < 0 {
                keys[key].previous = program.ladder.rungs[current].level
                keys[key].rung = -1
                step.transition = .cleared(from: current)
            } else if eases, highest < current, current > 0 {
                runs[untilRun] = Run()
                keys[key].previous = program.ladder.rungs[current].level
                keys[key].rung = Int8(current - 1)
                step.transition = .eased(from: current, to: current - 1)
            }
        }
        isActive[key] =
            keys[key].rung >= 0 || (firstRun..<untilRun).contains { runs[$0].start != .never }
        return step
    }

    /// Whether an evaluation changes nothing at a key: no warning stands there, no level has a run, and none holds.
    ///
    /// Most keys are so most of the time; what is kept of them need not be touched then.
    public func isUnmoved(key: Int, by values: [Double], program: LadderProgram) -> Bool {
        if key < isActive.count, isActive[key] { return false }
        for rung in program.when.indices where program.when[rung].evaluate(values) == .true { return false }
        return true
    }

    /// Takes note of an evaluation at which every condition is unknown.
    public mutating func noteUnknown(key: Int, at instant: Timestamp) {
        if key < keys.count, isActive[key] { keys[key].lastInstant = instant }
    }

    /// Marks a standing warning stale; says whether it was not yet.
    public mutating func markStale(key: Int) -> Bool {
        guard key < keys.count, keys[key].rung >= 0, !keys[key].isStale else { return false }
        keys[key].isStale = true
        return true
    }

    /// Ends a key's episode for a reason outside its conditions, and says at which rung it stood.
    public mutating func end(key: Int) -> Int? {
        guard key < keys.count, keys[key].rung >= 0 else { return nil }
        defer { keys[key].rung = -1 }
        return Int(keys[key].rung)
    }

    /// Counts one more event of the current episode.
    public mutating func nextSequence(of key: Int) -> UInt32 {
        keys[key].sequence += 1
        return keys[key].sequence
    }

    /// Takes over where a key stood under another version of the scenario; its runs start anew.
    ///
    /// - Parameter rung: Number of the rung in this version.
    public mutating func adopt(_ state: KeyState, rung: Int, key: Int) {
        grow(to: key)
        keys[key] = state
        keys[key].rung = Int8(rung)
        isActive[key] = rung >= 0
    }

    /// Gives feeds other numbers, for a new generation.
    public mutating func renumberFeeds(_ numbers: [Int]) {
        for key in keys.indices { keys[key].feed = UInt32(numbers[Int(keys[key].feed)]) }
    }

    private mutating func grow(to key: Int) {
        while keys.count <= key {
            keys.append(KeyState())
            isActive.append(false)
            for _ in 0..<runsPerKey { runs.append(Run()) }
        }
    }
}
