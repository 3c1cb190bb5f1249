import GanzhiModel
public import GanzhiWarnings

/// The automaton of one ladder at one key, as rules 1 to 8 of the design say it, and nothing else.
///
/// It is told what is true at an instant and answers what changes. Times are microseconds.
///
/// Where the text leaves room: where an eager evaluation is followed by a normal one with an earlier instant, the last true
/// one of a run is the one with the later instant; and silence is counted up to the true evaluation at hand, not up to
/// unknown ones that may have been ahead of it.
public struct ReferenceAutomaton: Sendable {
    /// When a condition was true.
    private struct Run {
        var start: Int64
        var lastTrue: Int64
    }

    /// A change of level; rungs by number, lowest first.
    public enum Change: Sendable, Hashable {
        /// A warning began.
        case raised(to: Int)
        /// A higher level holds.
        case escalated(from: Int, to: Int)
        /// One step down.
        case eased(from: Int, to: Int)
        /// The warning ended.
        case cleared(from: Int)
    }

    /// What an evaluation came to.
    public struct Verdict: Sendable {
        /// Whether any condition is not unknown.
        public var isKnown: Bool
        /// Truth of each level's `when`, lowest first; `nil` is unknown.
        public var truths: [Bool?]
        /// What it changed.
        public var change: Change?
    }

    private let ladder: Ladder
    /// What lets each level be reached, lowest first.
    let when: [Condition]
    /// What lets each level be left.
    let until: [Condition]
    /// What ends a warning.
    let clear: Condition
    private var whenRuns: [Run?]
    private var untilRuns: [Run?]
    private var clearRun: Run?
    /// Instant of the last raise or escalation.
    private var risen: Int64 = .min
    /// The rung that stands; `nil` where no warning does.
    public private(set) var current: Int?
    /// Whether the standing warning is marked stale.
    public private(set) var isStale = false
    /// Running time at which the last known evaluation was decided.
    private var lastKnown: Int64 = .min

    /// An automaton at which nothing stands.
    public init(_ ladder: Ladder) {
        self.ladder = ladder
        when = ladder.rungs.map(\.when)
        until = ladder.rungs.map { $0.until ?? .not($0.when) }
        clear = ladder.clear ?? .not(when.dropFirst().reduce(when[0]) { .or($0, $1) })
        whenRuns = when.map { _ in nil }
        untilRuns = when.map { _ in nil }
    }

    /// Takes over where another version stands, whose warning is over with that; runs start anew.
    ///
    /// - Parameter rung: The rung of this version's.
    public mutating func takeOver(from other: inout ReferenceAutomaton, at rung: Int) {
        self = ReferenceAutomaton(ladder)
        current = rung
        isStale = other.isStale
        lastKnown = other.lastKnown
        risen = other.risen
        other.end()
    }

    /// Ends the warning for a reason outside its conditions.
    public mutating func end() { self = ReferenceAutomaton(ladder) }

    /// Evaluates the conditions over plain values.
    ///
    /// - Parameters:
    ///   - instant: The evaluation's instant.
    ///   - now: Running time of the block that decides.
    ///   - values: Values of measures by name; what is absent is unknown.
    ///   - isFresh: Whether the step before the instant holds a good or uncertain reading.
    ///   - isEager: Whether the evaluation may raise or escalate only.
    public mutating func evaluate(
        at instant: Int64,
        now: Int64,
        values: [String: Double],
        isFresh: Bool = true,
        isEager: Bool = false
    ) -> Verdict {
        evaluate(at: instant, now: now, isEager: isEager) { isFresh ? kleene($0) { values[$0] } : nil }
    }

    /// Evaluates the conditions.
    mutating func evaluate(
        at instant: Int64,
        now: Int64,
        isEager: Bool,
        truth: (Condition) -> Bool?
    ) -> Verdict {
        let whenTruths = when.map(truth)
        let untilTruths = until.map(truth)
        let clearTruth = truth(clear)
        // Rule 6.
        let isKnown = (whenTruths + untilTruths + [clearTruth]).contains { $0 != nil }
        if isKnown {
            lastKnown = now
            isStale = false
        }
        // Rules 2 and 3.
        let holding = when.indices.filter {
            holds(&whenRuns[$0], whenTruths[$0], at: instant, for: ladder.rungs[$0].hold.microseconds)
        }
        let clearHold = ladder.clearHold.microseconds
        // What an eager evaluation raised is not ended by what was before.
        let isBehind = instant < risen
        let untilHolds = until.indices.map {
            !isBehind && holds(&untilRuns[$0], untilTruths[$0], at: instant, for: clearHold)
        }
        let clearHolds = !isBehind && holds(&clearRun, clearTruth, at: instant, for: clearHold)

        var verdict = Verdict(isKnown: isKnown, truths: whenTruths)
        if let highest = holding.last, highest > current ?? -1 {
            verdict.change = current.map { .escalated(from: $0, to: highest) } ?? .raised(to: highest)
            current = highest
            risen = instant
            clearRun = nil
            untilRuns = until.map { _ in nil }
        } else if let standing = current, !isEager {
            if holding.isEmpty, clearHolds {
                // Rule 4, before rule 5.
                verdict.change = .cleared(from: standing)
                current = nil
            } else if standing > 0, !holding.contains(where: { $0 >= standing }), untilHolds[standing] {
                verdict.change = .eased(from: standing, to: standing - 1)
                current = standing - 1
                untilRuns = until.map { _ in nil }
            }
        }
        return verdict
    }

    /// Takes an evaluation into a run and says whether the condition now holds for a time.
    private func holds(_ run: inout Run?, _ truth: Bool?, at instant: Int64, for hold: Int64) -> Bool {
        if truth == false { run = nil }
        guard truth == true else { return false }
        if let begun = run, instant - begun.lastTrue > ladder.silence.microseconds { run = nil }
        let start = min(run?.start ?? instant, instant)
        run = Run(start: start, lastTrue: max(run?.lastTrue ?? instant, instant))
        return instant - start >= hold
    }

    /// Marks a standing warning stale, once, and says whether it did.
    ///
    /// - Parameter now: Running time.
    public mutating func goesStale(now: Int64) -> Bool {
        guard current != nil, !isStale, now - lastKnown > ladder.silence.microseconds else { return false }
        isStale = true
        return true
    }
}
