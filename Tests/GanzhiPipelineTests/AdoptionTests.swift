import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow
import Testing

/// What becomes of panes, levels and episodes when people change what they wrote.
struct AdoptionTests {
    /// Replays lines, changes the generation before some of them, and says what came out.
    private static func outcome(
        _ lines: [ReferenceLine],
        under first: Generation,
        then second: Generation,
        before index: Int
    ) throws -> (outcome: ReferenceOutcome, events: [Event]) {
        var pipeline = try Pipeline(generation: first, clock: .received, hashSeed: 1, collectsWindows: true)
        var commit = Commit(position: 0)
        var bytes: [UInt8] = []
        for (place, line) in lines.enumerated() {
            if place == index {
                try pipeline.adopt(
                    second,
                    sequence: pipeline.position + 1,
                    received: .never,
                    monotonic: 0,
                    into: &commit
                )
                pipeline.takeWindowLines { bytes += $0 }
            }
            Replay.add(line, to: &pipeline)
        }
        pipeline.finish(into: &commit) { _, pipeline in pipeline.takeWindowLines { bytes += $0 } }
        return (try ReferenceOutcome(windowLines: bytes, commit: commit), commit.events)
    }

    @Test func `a plan that is unchanged keeps its panes`() throws {
        let first = try Story.blue().with(\.measures, ["depth": "mean(5m)"]).generation()
        var second = first
        second.scenarios[0].ladder.clearHold = .minutes(1)
        let lines = Story.minutely([0, 0.5, 0.5, 0.25, 0])
        let changed = try Self.outcome(lines, under: first, then: second, before: 3).outcome
        let unchanged = try ReferenceOutcome.ofEngine(lines, through: first)
        #expect(changed.windows.map { "\($0)" } == unchanged.windows.map { "\($0)" })
        #expect(!changed.windows.isEmpty)
    }

    @Test func `a changed scenario keeps level and episode, and its runs start anew`() throws {
        let first = try Story.fourLevels.generation()
        var second = first
        second.scenarios[0].ladder.clear = try ConditionParser.parse("depth < 0.9 m")
        // Cleared at 4m if nothing changes: below 1 m at 2m, 3m, 4m, for 2 minutes. Changed after 2m, the run begins
        // with 3m.
        let lines = Story.minutely([1, 0, 0, 0, 0])
        #expect(try ReferenceOutcome.ofEngine(lines, through: first).told == ["1m raised blue", "4m cleared none"])
        let (outcome, events) = try Self.outcome(lines, under: first, then: second, before: 3)
        #expect(outcome.told == ["1m raised blue", "5m cleared none"])
        #expect(Set(events.map(\.subject)).count == 1)
        #expect(outcome.transitions.map(\.sequence) == [1, 2])
    }

    @Test func `another scenario's change leaves runs alone`() throws {
        var first = try Story.fourLevels.generation()
        first.scenarios.append(try Story.blue().with(\.measures, ["depth": "max(3m)"]).scenario(id: "t"))
        var second = first
        second.scenarios[1].ladder.rungs[0].when = try ConditionParser.parse("depth >= 9 m")
        second.scenarios[1].every = .minutes(2)
        second.scenarios[1].measures = [try Measure(name: "depth", parsing: "max(4m)", every: .minutes(2))]
        let lines = Story.minutely([1, 0, 0, 0, 0])
        let (outcome, _) = try Self.outcome(lines, under: first, then: second, before: 3)
        #expect(
            outcome.transitions.filter { $0.scenario == "s" }.map { "\($0.instant / 60_000)m \($0.type)" }
                == ["1m raised", "4m cleared"]
        )
    }

    @Test func `a removed scenario clears its warnings with that reason`() throws {
        let first = try Story.fourLevels.generation()
        var second = first
        second.scenarios = []
        let (outcome, events) = try Self.outcome(
            Story.minutely([3, 3, 3, 3]),
            under: first,
            then: second,
            before: 2
        )
        #expect(outcome.transitions.map(\.type) == ["raised", "cleared"])
        #expect(outcome.transitions.last?.previous == "orange")
        #expect(
            String(decoding: try #require(events.last).bytes, as: UTF8.self).contains(#""reason":"scenario-removed""#)
        )
    }

    @Test func `a retired scenario clears its warnings with that reason and is evaluated no more`() throws {
        let first = try Story.fourLevels.generation()
        var second = first
        second.scenarios[0].stage = .retired
        let (outcome, events) = try Self.outcome(
            Story.minutely([3, 3, 3, 4]),
            under: first,
            then: second,
            before: 2
        )
        #expect(outcome.transitions.map(\.type) == ["raised", "cleared"])
        #expect(
            String(decoding: try #require(events.last).bytes, as: UTF8.self).contains(#""reason":"scenario-retired""#)
        )
    }

    @Test func `a device that is no longer watched clears its warning, the others keep theirs`() throws {
        let first = try Story.fourLevels.generation()
        var second = first
        second.scenarios[0].watch.inputs[0].selector.where = ["device": "d2"]
        let lines = zip(Story.minutely([3, 3, 3, 3]), Story.minutely([3, 3, 3, 3], device: "d2")).flatMap { [$0, $1] }
        let (outcome, _) = try Self.outcome(lines, under: first, then: second, before: 4)
        #expect(
            outcome.transitions.map { "\($0.key) \($0.type)" } == ["d1 raised", "d2 raised", "d1 cleared"]
        )
    }

    @Test func `a level that the new ladder lacks becomes the next lower one it has`() throws {
        let first = try Story.fourLevels.generation()
        var second = first
        second.scenarios[0].ladder.rungs.removeAll { $0.level == .orange }
        let lines = Story.minutely([3, 3, 3, 4, 4])
        let (outcome, _) = try Self.outcome(lines, under: first, then: second, before: 2)
        #expect(outcome.told == ["1m raised orange", "4m escalated red"])
        #expect(outcome.transitions.last?.previous == "yellow")
    }

    @Test func `a warning that turns stale under a smaller ladder says the level it came from`() throws {
        let first = try Story.fourLevels.with(\.clearHold, "0s").with(\.silence, "5m").generation()
        var second = first
        second.scenarios[0].ladder.rungs.removeAll { $0.level != .blue }
        let passing = (3...20).map { ReferenceLine($0 * 60_000 + 30_000, 0, device: "d2") }
        let (outcome, _) = try Self.outcome(
            Story.minutely([4, 3, 3]) + passing,
            under: first,
            then: second,
            before: 3
        )
        let last = try #require(outcome.transitions.last { $0.key == "d1" })
        #expect(outcome.told == ["1m raised red", "2m eased orange", "3m stale blue"])
        #expect(last.previous == "red")
    }

    @Test func `the same generation again changes nothing`() throws {
        let generation = try Story.fourLevels.generation()
        let lines = Story.minutely([1, 0, 0, 0, 0])
        let (outcome, _) = try Self.outcome(lines, under: generation, then: generation, before: 3)
        #expect(outcome.told == ["1m raised blue", "4m cleared none"])
    }
}
