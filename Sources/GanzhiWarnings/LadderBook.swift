public import GanzhiModel

/// The ladders of one scenario at all its keys: it decides, the caller acts.
///
/// A pure value. Of most keys nothing needs to be known: a key takes ``bytesPerKey`` while a condition of its ladder has a
/// run, and from its first episode on.
public struct LadderBook: Sendable {
    /// Where one key stands.
    public struct KeyState: Sendable, Hashable, BitwiseCopyable {
        /// Number of the standing rung; negative where no warning stands.
        public fileprivate(set) var rung: Int8 = -1
        /// Whether a warning stands or a level has a run: every evaluation counts then.
        public fileprivate(set) var isActive = false
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
        /// Instant at which the level rose last; what an eager evaluation raised is not ended by evaluations before it.
        public fileprivate(set) var lastRise = Timestamp.never
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
        ///
        /// An evaluation may be earlier than the run's start where an eager one went before it.
        mutating func step(_ truth: Truth, at instant: Timestamp, hold: TimeSpan, silence: TimeSpan) -> Bool {
            switch truth {
            case .false:
                start = .never
                return false
            case .unknown:
                return false
            case .true:
                if start == .never || instant - lastTrue > silence {
                    (start, lastTrue) = (instant, instant)
                } else {
                    (start, lastTrue) = (min(start, instant), max(lastTrue, instant))
                }
                return instant - start >= hold
            }
        }
    }

    private var keys: [KeyState] = []
    private var runs: [Run] = []
    /// Places of keys in ``keys``.
    private var places: [Int: Int] = [:]
    /// Places that are free again.
    private var freePlaces: [Int] = []
    /// Runs per key: one for each rung, then `until`, then `clear`.
    private let runsPerKey: Int

    /// Creates a book without keys for ladders of this many rungs.
    public init(rungs: Int) { runsPerKey = rungs + 2 }

    /// Bytes that one key takes while something is known of it.
    public var bytesPerKey: Int {
        MemoryLayout<KeyState>.stride + runsPerKey * MemoryLayout<Run>.stride + 2 * MemoryLayout<(Int, Int)>.stride
    }

    /// Where a key stands; a key of which nothing is known stands nowhere.
    public func state(of key: Int) -> KeyState { places[key].map { keys[$0] } ?? KeyState() }

    /// The keys of which something is known, ascending.
    public var knownKeys: [Int] { places.keys.sorted() }

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
    ///   - key: The key.
    ///   - instant: The evaluation's instant; later than the one before, but where one of them is eager.
    ///   - values: One value per slot of the ladder; `nan` is unknown.
    ///   - feed: The feed through which the key was last heard.
    ///   - running: Running time of that feed at the block that decides, in microseconds.
    ///   - isEager: Whether windows are still open: the level may rise then, and never fall.
    ///   - program: The ladder.
    /// - Complexity: O(comparisons); allocates nothing for a key of which something is known.
    public mutating func step(
        key: Int,
        at instant: Timestamp,
        values: [Double],
        feed: UInt32,
        running: Int64,
        isEager: Bool = false,
        program: LadderProgram
    ) -> Step {
        let place = place(of: key)
        let silence = program.silence
        let firstRun = place * runsPerKey
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

        keys[place].lastInstant = instant
        if step.isKnown {
            keys[place].feed = feed
            keys[place].lastKnown = running
            keys[place].isStale = false
        }
        let current = Int(keys[place].rung)
        let untilRun = firstRun + program.when.count
        let clearRun = untilRun + 1
        if highest > current {
            runs[untilRun] = Run()
            runs[clearRun] = Run()
            if current < 0 {
                keys[place].episode += 1
                keys[place].sequence = 0
                keys[place].raised = instant
                step.transition = .raised(to: highest)
            } else {
                step.transition = .escalated(from: current, to: highest)
            }
            keys[place].previous = current < 0 ? nil : program.ladder.rungs[current].level
            keys[place].rung = Int8(highest)
            keys[place].lastRise = instant
        } else if current >= 0, instant >= keys[place].lastRise {
            let untilTruth = program.until[current]?.evaluate(values) ?? !step.truth(ofRung: current)
            let clearHold = program.clearHold
            let clears = runs[clearRun].step(clearTruth, at: instant, hold: clearHold, silence: silence)
            let eases = runs[untilRun].step(untilTruth, at: instant, hold: clearHold, silence: silence)
            if clears, highest < 0, !isEager {
                keys[place].previous = program.ladder.rungs[current].level
                keys[place].rung = -1
                step.transition = .cleared(from: current)
            } else if eases, highest < current, current > 0, !isEager {
                runs[untilRun] = Run()
                keys[place].previous = program.ladder.rungs[current].level
                keys[place].rung = Int8(current - 1)
                step.transition = .eased(from: current, to: current - 1)
            }
        }
        keys[place].isActive =
            keys[place].rung >= 0 || (firstRun..<untilRun).contains { runs[$0].start != .never }
        forgetIfIdle(key, at: place)
        return step
    }

    /// Whether an evaluation changes nothing at a key: no warning stands there, no level has a run, and none is true.
    ///
    /// Most keys are so most of the time; what is kept of them need not be touched then.
    public func isUnmoved(key: Int, by values: [Double], program: LadderProgram) -> Bool {
        if let place = places[key], keys[place].isActive { return false }
        for rung in program.when.indices where program.when[rung].evaluate(values) == .true { return false }
        return true
    }

    /// Takes note of an evaluation that changes nothing, or at which every condition is unknown.
    public mutating func note(key: Int, at instant: Timestamp) {
        if let place = places[key] { keys[place].lastInstant = instant }
    }

    /// Marks a standing warning stale; says whether it was not yet.
    public mutating func markStale(key: Int) -> Bool {
        guard let place = places[key], keys[place].rung >= 0, !keys[place].isStale else { return false }
        keys[place].isStale = true
        return true
    }

    /// Ends a key's episode for a reason outside its conditions, and says at which rung it stood.
    public mutating func end(key: Int) -> Int? {
        guard let place = places[key], keys[place].rung >= 0 else { return nil }
        defer {
            keys[place].rung = -1
            keys[place].isActive = false
            clearRuns(of: place)
        }
        return Int(keys[place].rung)
    }

    /// Counts one more event of the current episode.
    public mutating func nextSequence(of key: Int) -> UInt32 {
        let place = place(of: key)
        keys[place].sequence += 1
        return keys[place].sequence
    }

    /// Takes over where a key stood under another version of the scenario; its runs start anew.
    ///
    /// - Parameter rung: Number of the rung in this version; negative where no warning stands.
    public mutating func adopt(_ state: KeyState, rung: Int, key: Int) {
        let place = place(of: key)
        keys[place] = state
        keys[place].rung = Int8(rung)
        keys[place].isActive = rung >= 0
        clearRuns(of: place)
        forgetIfIdle(key, at: place)
    }

    /// Forgets a key, whose state has been taken over elsewhere.
    public mutating func forget(key: Int) {
        guard let place = places[key] else { return }
        keys[place] = KeyState()
        forgetIfIdle(key, at: place)
    }

    /// Gives feeds other numbers, for a new generation.
    ///
    /// - Parameter shifts: By old number what is added to running times.
    public mutating func renumberFeeds(_ numbers: [Int], shifts: [Int64]) {
        for place in places.values {
            let old = Int(keys[place].feed)
            keys[place].feed = UInt32(numbers[old])
            if keys[place].lastKnown != .min { keys[place].lastKnown += shifts[old] }
        }
    }

    /// Writes where the keys stand.
    public func write(to state: inout StateWriter) throws {
        try state.value(runsPerKey)
        try state.array(keys)
        try state.array(runs)
        try state.array(places.map { SIMD2($0.key, $0.value) })
        try state.array(freePlaces)
    }

    /// Reads what the book of the same ladder wrote.
    ///
    /// - Throws: ``StateMismatch`` where the ladder was another, and what the source throws.
    public mutating func restore(from state: inout StateReader) throws {
        guard try state.value() == runsPerKey else { throw StateMismatch("a ladder has another number of levels") }
        keys = try state.array()
        runs = try state.array()
        places = Dictionary(uniqueKeysWithValues: try state.array(SIMD2<Int>.self).map { ($0.x, $0.y) })
        freePlaces = try state.array()
        guard runs.count == keys.count * runsPerKey, places.values.allSatisfy({ keys.indices.contains($0) }) else {
            throw StateMismatch("a ladder knows keys that there are not")
        }
    }

    private mutating func clearRuns(of place: Int) {
        for run in place * runsPerKey..<(place + 1) * runsPerKey { runs[run] = Run() }
    }

    /// The place of a key, which is made where nothing was known of it.
    private mutating func place(of key: Int) -> Int {
        if let known = places[key] { return known }
        let place: Int
        if let free = freePlaces.popLast() {
            place = free
        } else {
            place = keys.count
            keys.append(KeyState())
            for _ in 0..<runsPerKey { runs.append(Run()) }
        }
        places[key] = place
        return place
    }

    /// Gives a key's place back where there is nothing to remember of it.
    private mutating func forgetIfIdle(_ key: Int, at place: Int) {
        guard !keys[place].isActive, keys[place].episode == 0 else { return }
        keys[place] = KeyState()
        clearRuns(of: place)
        places[key] = nil
        freePlaces.append(place)
    }
}
