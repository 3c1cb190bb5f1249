import GanzhiModel
import GanzhiTestSupport
import GanzhiWarnings
import Testing

/// The rules of the automaton, sentence by sentence: of the reference and of the engine's book at once.
struct LadderRuleTests {
    private typealias Rule = (level: Level, when: String, hold: Int64, until: String?)

    /// Runs a ladder over values of `a` at every 10 seconds, `nil` where it is unknown.
    private func changes(
        _ levels: [Rule],
        clear: String? = nil,
        for clearHold: Int64 = 20,
        silence: Int64 = 600,
        over values: [Double?]
    ) throws -> [String] {
        let ladder = try Self.ladder(levels, clear: clear, for: clearHold, silence: silence)
        var pair = try LadderPair(ladder)
        var changes: [String] = []
        for (index, value) in values.enumerated() {
            let instant = Int64(index + 1) * 10
            let change = try pair.evaluate(at: instant, now: instant, value.map { ["a": $0] } ?? ["b": 0])
            if let change { changes.append("\(instant) \(Self.text(change, ladder))") }
        }
        return changes
    }

    private static func ladder(
        _ levels: [Rule],
        clear: String? = nil,
        for clearHold: Int64,
        silence: Int64 = 600
    ) throws -> Ladder {
        Ladder(
            rungs: try levels.map { level in
                Ladder.Rung(
                    level: level.level,
                    when: try ConditionParser.parse(level.when),
                    hold: .seconds(level.hold),
                    until: try level.until.map { try ConditionParser.parse($0) }
                )
            },
            clear: try clear.map { try ConditionParser.parse($0) },
            clearHold: .seconds(clearHold),
            silence: .seconds(silence)
        )
    }

    private static func text(_ change: ReferenceAutomaton.Change, _ ladder: Ladder) -> String {
        func name(_ rung: Int) -> String { ladder.rungs[rung].level.name }
        return switch change {
        case .raised(let rung): "raised \(name(rung))"
        case .escalated(_, let rung): "escalated \(name(rung))"
        case .eased(_, let rung): "eased \(name(rung))"
        case .cleared: "cleared"
        }
    }

    @Test func `a level is raised at once, or when its condition has held for its time`() throws {
        #expect(try changes([(.blue, "a >= 1", 0, nil)], over: [0, 1]) == ["20 raised blue"])
        #expect(try changes([(.blue, "a >= 1", 20, nil)], over: [1, 1, 1]) == ["30 raised blue"])
        #expect(try changes([(.blue, "a >= 1", 20, nil)], over: [1, 1, 0, 1, 1]) == [])
    }

    @Test func `between when and clear nothing changes`() throws {
        let clear = "a < 1"
        #expect(
            try changes([(.blue, "a >= 3", 0, nil)], clear: clear, for: 10, over: [3, 2, 2, 2, 3, 0, 2, 0, 0])
                == ["10 raised blue", "90 cleared"]
        )
    }

    @Test func `it goes straight to the highest level that holds`() throws {
        let levels: [Rule] = [
            (.blue, "a >= 1", 0, nil), (.yellow, "a >= 2", 0, nil), (.red, "a >= 4", 0, nil),
        ]
        #expect(try changes(levels, over: [5]) == ["10 raised red"])
        #expect(try changes(levels, over: [1, 4]) == ["10 raised blue", "20 escalated red"])
    }

    @Test func `it eases one step at a time, each after its own time`() throws {
        let levels: [Rule] = [
            (.blue, "a >= 1", 0, nil), (.yellow, "a >= 2", 0, nil), (.red, "a >= 4", 0, nil),
        ]
        #expect(
            try changes(levels, over: [5, 1, 1, 1, 1, 1, 1, 1])
                == ["10 raised red", "40 eased yellow", "70 eased blue"]
        )
    }

    @Test func `a level's until says when it may be left`() throws {
        let levels: [Rule] = [(.blue, "a >= 1", 0, nil), (.red, "a >= 4", 0, "a < 3")]
        #expect(try changes(levels, for: 10, over: [4, 3, 3, 3, 2, 2]) == ["10 raised red", "60 eased blue"])
    }

    @Test func `clear comes before ease, from whatever level`() throws {
        let levels: [Rule] = [(.blue, "a >= 1", 0, nil), (.red, "a >= 4", 0, nil)]
        #expect(try changes(levels, over: [5, 0, 0, 0]) == ["10 raised red", "40 cleared"])
    }

    @Test func `from the lowest level only clear leads out`() throws {
        #expect(
            try changes([(.blue, "a >= 3", 0, "a < 2")], clear: "a < 1", for: 10, over: [3, 1.5, 1.5, 1.5, 1.5])
                == ["10 raised blue"]
        )
    }

    @Test func `nothing is cleared while a level holds`() throws {
        #expect(
            try changes([(.blue, "a >= 1", 0, nil)], clear: "a < 9", for: 10, over: [1, 1, 1, 1]) == ["10 raised blue"]
        )
    }

    @Test func `escalating restarts the runs of until and clear`() throws {
        let levels: [Rule] = [
            (.blue, "a >= 1 and a < 5", 0, nil), (.red, "a >= 3 and a < 5", 0, nil),
        ]
        // Clear is true at 40 too, but counts from 50 on.
        #expect(
            try changes(levels, clear: "a != 1", for: 20, over: [1, 6, 1, 3, 6, 6, 6])
                == ["10 raised blue", "40 escalated red", "70 cleared"]
        )
    }

    @Test func `easing restarts the run of until, not that of clear`() throws {
        let levels: [Rule] = [
            (.blue, "a >= 1", 0, nil), (.yellow, "a >= 2", 0, "a < 9"), (.red, "a >= 4", 0, "a < 9"),
        ]
        // Until is true from 20 on, clear from 30 on; the step to blue at 70 would come before the clearing at 60.
        #expect(
            try changes(levels, clear: "a < 1", for: 30, over: [5, 1, 0, 0, 0, 0])
                == ["10 raised red", "50 eased yellow", "60 cleared"]
        )
    }

    @Test func `an unknown condition is neither true nor false`() throws {
        #expect(try changes([(.blue, "a >= 1", 0, nil)], over: [nil, nil]) == [])
        #expect(try changes([(.blue, "a >= 1", 0, nil)], over: [1, nil, nil, nil, nil]) == ["10 raised blue"])
    }

    @Test func `a run goes on through what is unknown, but holds at a true evaluation only`() throws {
        #expect(try changes([(.blue, "a >= 1", 20, nil)], over: [1, nil, nil, nil, 1]) == ["50 raised blue"])
    }

    @Test func `a run ends more than silence after it was last true`() throws {
        let level: [Rule] = [(.blue, "a >= 1", 20, nil)]
        #expect(try changes(level, silence: 30, over: [1, nil, nil, 1]) == ["40 raised blue"])
        #expect(try changes(level, silence: 20, over: [1, nil, nil, 1, 1, 1]) == ["60 raised blue"])
    }

    @Test func `a standing warning becomes stale once, until the next known evaluation`() throws {
        var pair = try LadderPair(Self.ladder([(.blue, "a >= 1", 0, nil)], for: 20, silence: 60))
        #expect(try pair.goesStale(now: 1000) == false)
        #expect(try pair.evaluate(at: 10, now: 1000, ["a": 1]) == .raised(to: 0))
        #expect(try pair.goesStale(now: 1060) == false)
        #expect(try pair.goesStale(now: 1061))
        #expect(try pair.evaluate(at: 20, now: 1070, nil) == nil)
        #expect(try pair.goesStale(now: 2000) == false)
        #expect(try pair.evaluate(at: 30, now: 2010, ["a": 0]) == nil)
        #expect(try pair.goesStale(now: 2070) == false)
        #expect(try pair.goesStale(now: 2071))
    }

    @Test func `an eager evaluation raises and escalates, and never eases or clears`() throws {
        let levels: [Rule] = [(.blue, "a >= 1", 0, nil), (.red, "a >= 4", 0, nil)]
        var pair = try LadderPair(Self.ladder(levels, for: 0))
        #expect(try pair.evaluate(at: 3, now: 3, ["a": 1], isEager: true) == .raised(to: 0))
        #expect(try pair.evaluate(at: 5, now: 5, ["a": 4], isEager: true) == .escalated(from: 0, to: 1))
        #expect(try pair.evaluate(at: 7, now: 7, ["a": 1], isEager: true) == nil)
        #expect(try pair.evaluate(at: 8, now: 8, ["a": 0], isEager: true) == nil)
        #expect(try pair.evaluate(at: 10, now: 10, ["a": 1]) == .eased(from: 1, to: 0))
    }

    @Test func `a run that began eagerly begins at the earlier instant of a true evaluation`() throws {
        var pair = try LadderPair(Self.ladder([(.blue, "a >= 1", 20, nil)], for: 0))
        #expect(try pair.evaluate(at: 40, now: 1, ["a": 1], isEager: true) == nil)
        #expect(try pair.evaluate(at: 10, now: 2, ["a": 1]) == nil)
        #expect(try pair.evaluate(at: 20, now: 3, ["a": 1]) == nil)
        #expect(try pair.evaluate(at: 30, now: 4, ["a": 1]) == .raised(to: 0))
    }

    @Test func `another version takes over the level, and its runs start anew`() throws {
        let ladder = try Self.ladder([(.blue, "a >= 1", 0, nil), (.red, "a >= 4", 0, nil)], for: 20)
        var pair = try LadderPair(ladder)
        #expect(try pair.evaluate(at: 10, now: 10, ["a": 5]) == .raised(to: 1))
        #expect(try pair.evaluate(at: 20, now: 20, ["a": 0]) == nil)
        try pair.reload(ladder, at: 0)
        #expect(try pair.evaluate(at: 30, now: 30, ["a": 0]) == nil)
        #expect(try pair.evaluate(at: 40, now: 40, ["a": 0]) == nil)
        #expect(try pair.evaluate(at: 50, now: 50, ["a": 0]) == .cleared(from: 0))
    }
}
