import GanzhiModel
import GanzhiTestSupport
import GanzhiWarnings
import Testing

/// A ladder at one key, twice: in the engine's book and in the reference's automaton, which must agree at every step.
struct LadderPair {
    static let measures = ["a", "b", "c"]
    private static let key = 3

    private var book: LadderBook
    private var program: LadderProgram
    private var reference: ReferenceAutomaton
    private var ladder: Ladder
    /// Events of the standing episode so far.
    private var sequence: UInt32 = 0

    init(_ ladder: Ladder) throws {
        self.ladder = ladder
        program = try Self.program(ladder)
        book = LadderBook(rungs: ladder.rungs.count)
        reference = ReferenceAutomaton(ladder)
    }

    private static func program(_ ladder: Ladder) throws -> LadderProgram {
        try LadderProgram(ladder, measures: measures) { number, _, _ in Double(number)! }
    }

    /// The rung that stands.
    var current: Int? { reference.current }

    /// Evaluates in both.
    ///
    /// - Parameters:
    ///   - instant: The instant, in seconds.
    ///   - now: Running time, in seconds.
    ///   - values: Values by measure; absent ones are unknown. `nil`: nothing was heard.
    mutating func evaluate(
        at instant: Int64,
        now: Int64,
        _ values: [String: Double]?,
        isEager: Bool = false
    ) throws -> ReferenceAutomaton.Change? {
        let verdict = reference.evaluate(
            at: instant * 1_000_000,
            now: now * 1_000_000,
            values: values ?? [:],
            isFresh: values != nil,
            isEager: isEager
        )
        let time = Timestamp(microseconds: instant * 1_000_000)
        guard let values else {
            book.note(key: Self.key, at: time)
            try #require(verdict.change == nil && !verdict.isKnown)
            return nil
        }
        let step = book.step(
            key: Self.key,
            at: time,
            values: Self.measures.map { values[$0] ?? .nan },
            feed: 0,
            running: now * 1_000_000,
            isEager: isEager,
            program: program
        )
        try #require(step.isKnown == verdict.isKnown)
        try #require(step.transition == verdict.change.map(Transition.init))
        for (rung, truth) in verdict.truths.enumerated() {
            try #require(step.truth(ofRung: rung) == truth.map { $0 ? .true : .false } ?? .unknown)
        }
        if case .raised? = verdict.change { sequence = 0 }
        if verdict.change != nil { try countEvent() }
        try agree()
        return verdict.change
    }

    /// Looks whether the standing warning has become stale, in both.
    mutating func goesStale(now: Int64) throws -> Bool {
        let state = book.state(of: Self.key)
        let isOverdue = state.rung >= 0 && now * 1_000_000 - state.lastKnown > ladder.silence.microseconds
        let isMarked = isOverdue && book.markStale(key: Self.key)
        try #require(reference.goesStale(now: now * 1_000_000) == isMarked)
        if isMarked { try countEvent() }
        try agree()
        return isMarked
    }

    /// Puts another ladder in the place of this one, at a rung of its own where a warning stands.
    mutating func reload(_ ladder: Ladder, at rung: Int) throws {
        var next = ReferenceAutomaton(ladder)
        var book = LadderBook(rungs: ladder.rungs.count)
        if reference.current != nil {
            next.takeOver(from: &reference, at: rung)
            book.adopt(self.book.state(of: Self.key), rung: rung, key: Self.key)
        }
        (self.book, reference, self.ladder) = (book, next, ladder)
        program = try Self.program(ladder)
        try agree()
    }

    /// Ends the warning from outside, in both.
    mutating func end() throws {
        try #require(book.end(key: Self.key) == reference.current)
        reference.end()
        try agree()
    }

    private mutating func countEvent() throws {
        sequence += 1
        try #require(book.nextSequence(of: Self.key) == sequence)
    }

    private func agree() throws {
        let state = book.state(of: Self.key)
        try #require((state.rung < 0 ? nil : Int(state.rung)) == reference.current)
        if reference.current != nil { try #require(state.isStale == reference.isStale) }
    }
}

extension Transition {
    fileprivate init(_ change: ReferenceAutomaton.Change) {
        self =
            switch change {
            case .raised(let rung): .raised(to: rung)
            case .escalated(let from, let to): .escalated(from: from, to: to)
            case .eased(let from, let to): .eased(from: from, to: to)
            case .cleared(let from): .cleared(from: from)
            }
    }
}
