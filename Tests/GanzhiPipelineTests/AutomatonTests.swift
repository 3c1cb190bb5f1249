import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import Testing

/// The ladder's automaton, sentence by sentence.
struct AutomatonTests {
    @Test func `a warning is raised straight to the highest level that holds`() throws {
        #expect(try Story.fourLevels.told([0, 5]) == ["2m raised red"])
    }

    @Test func `a higher level escalates at once`() throws {
        #expect(
            try Story.fourLevels.told([1, 2, 4]) == ["1m raised blue", "2m escalated yellow", "3m escalated red"]
        )
    }

    @Test func `a level is raised once its condition has been true for long enough`() throws {
        #expect(try Story.blue(for: "2m").told([1, 1]) == [])
        #expect(try Story.blue(for: "2m").told([1, 1, 1]) == ["3m raised blue"])
        #expect(try Story.blue(for: "2m").told([1, 1, 0, 1, 1]) == [])
    }

    @Test func `a warning eases one step at a time, each after a run of its own`() throws {
        let values: [Double?] = [4, 3, 3, 3, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]
        #expect(
            try Story.fourLevels.told(values) == [
                "1m raised red", "4m eased orange", "7m eased yellow", "10m eased blue",
            ]
        )
    }

    @Test func `a level that holds below the current one does not hinder easing`() throws {
        #expect(try Story.fourLevels.told([4, 3, 3, 3]) == ["1m raised red", "4m eased orange"])
    }

    @Test func `clearing comes before easing, from whatever level`() throws {
        #expect(try Story.fourLevels.told([4, 0, 0, 0]) == ["1m raised red", "4m cleared none"])
    }

    @Test func `an explicit until decides when a level eases`() throws {
        var story = Story.fourLevels
        story.levels[1].until = "depth < 1.2 m"
        #expect(try story.told([2, 1.5, 1.5, 1.5, 1.5]) == ["1m raised yellow"])
        #expect(try story.told([2, 1.1, 1.1, 1.1]) == ["1m raised yellow", "4m eased blue"])
    }

    @Test func `from the lowest level only clear leads out`() throws {
        let story = Story.blue(until: "depth < 0.8 m").with(\.clear, "depth < 0.1 m").with(\.clearHold, "1m")
        #expect(try story.told([1, 0.5, 0.5, 0.5, 0.5]) == ["1m raised blue"])
        #expect(try story.told([1, 0.5, 0, 0]) == ["1m raised blue", "4m cleared none"])
    }

    @Test func `without a clear of its own a warning is cleared when no level's condition is true for five minutes`()
        throws
    {
        #expect(try Story.blue().told([1, 0, 0, 0, 0, 0]) == ["1m raised blue"])
        #expect(try Story.blue().told([1, 0, 0, 0, 0, 0, 0]) == ["1m raised blue", "7m cleared none"])
    }

    @Test func `a pending level keeps the default clear from holding`() throws {
        var story = Story.blue().with(\.clearHold, "1m")
        story.levels.append((.yellow, "depth < 0.5 m", "10m", nil))
        #expect(try story.told([1, 0, 0, 0, 0]) == ["1m raised blue"])
    }

    @Test func `a run goes on through unknown evaluations`() throws {
        #expect(try Story.blue(for: "3m").told([1, 1, nil, 1]) == ["4m raised blue"])
    }

    @Test func `a run ends more than silence after its last true evaluation`() throws {
        let story = Story.blue(for: "3m").with(\.silence, "5m")
        #expect(try story.told([1, nil, nil, nil, nil, 1]) == ["6m raised blue"])
        #expect(try story.told([1, nil, nil, nil, nil, nil, 1, 1, 1]) == [])
        #expect(try story.told([1, nil, nil, nil, nil, nil, 1, 1, 1, 1]) == ["10m raised blue"])
    }

    @Test func `raising and escalating restart the run of clear`() throws {
        let story = Story.fourLevels.with(\.clear, "depth < 10 m").with(\.clearHold, "3m")
        #expect(try story.told([1, 0, 0, 0, 0]) == ["1m raised blue", "5m cleared none"])
        #expect(
            try story.told([1, 1, 1, 2, 0, 0, 0, 0]) == [
                "1m raised blue", "4m escalated yellow", "8m cleared none",
            ]
        )
    }

    @Test func `easing restarts the run of until, not that of clear`() throws {
        #expect(
            try Story.fourLevels.told([2, 1.5, 0.5, 0.5, 0.5]) == [
                "1m raised yellow", "4m eased blue", "5m cleared none",
            ]
        )
    }

    @Test func `a cleared ladder begins a new episode`() throws {
        let story = Story.fourLevels.with(\.clearHold, "0s")
        let outcome = try story.outcome(Story.minutely([1, 0, 2, 0]))
        #expect(outcome.told == ["1m raised blue", "2m cleared none", "3m raised yellow", "4m cleared none"])
        #expect(outcome.transitions.map(\.sequence) == [1, 2, 1, 2])
        #expect(outcome.transitions.map(\.previous) == ["none", "blue", "none", "yellow"])
    }

    @Test func `a measure under the wanted coverage is unknown, but evidence where it has a result`() throws {
        var story = Story.blue().with(\.measures, ["depth": "mean(5m)", "now": "last(1m)"]).with(\.coverage, 0.6)
        #expect(try story.told([1, 1]) == [])
        #expect(try story.told([1, 1, 1]) == ["3m raised blue"])
        story.levels[0].when = "depth >= 1 m or now >= 1 m"
        let raised = try #require(try story.outcome(Story.minutely([1])).transitions.first)
        #expect(raised.evidence.map(\.measure) == ["depth", "now"])
        #expect(raised.evidence.map(\.coverage) == [0.2, 1])
        #expect(raised.conditions == ["blue": "true"])
    }

    @Test func `inside a gap old readings decide nothing, unless quiet counts`() throws {
        let story = Story.blue(for: "2m").with(\.measures, ["depth": "max(10m)"])
        #expect(try story.told([1]) == [])
        #expect(try story.with(\.quietCounts, true).told([1]) == ["3m raised blue"])
    }

    @Test func `bad readings alone are no evidence`() throws {
        var story = Story.blue().with(\.measures, ["depth": "max(10m)"])
        story.catalogue = Catalogue(
            metrics: [MetricDefinition(id: "water_level", unit: "m", range: ValueRange(max: 9))])
        #expect(try story.told([10]) == [])
        #expect(try story.told([10, 1]) == ["2m raised blue"])
    }

    @Test func `a standing warning turns stale once, and again only after a known evaluation`() throws {
        // d2 only makes time pass. d1 falls idle at 5m30s, so that its evaluation is decided then.
        let passing = Story.minutely(Array(repeating: 0, count: 40), device: "d2")
        func lines(_ values: [Double?]) -> [ReferenceLine] {
            zip(passing.indices, passing).flatMap { minute, line in
                let value = minute < values.count ? values[minute] : nil
                return (value.map { [ReferenceLine(Int64(minute) * 60_000 + 30_000, $0)] } ?? []) + [line]
            }
        }
        let story = Story.blue().with(\.silence, "5m")
        let once = try story.outcome(lines([1]))
        #expect(once.told == ["1m raised blue", "1m stale blue"])
        let stale = try #require(once.transitions.last)
        #expect(stale.decided == 11 * 60_000 + 30_000)
        #expect(stale.previous == "none")
        #expect(stale.evidence.isEmpty && stale.conditions.isEmpty && stale.sequence == 2)

        let values: [Double?] = [1] + Array(repeating: nil, count: 19) + [1]
        #expect(try story.outcome(lines(values)).told == ["1m raised blue", "1m stale blue", "21m stale blue"])
    }

    @Test func `nothing turns stale by the end of the input itself`() throws {
        #expect(try Story.blue().with(\.silence, "5m").told([1, 1]) == ["1m raised blue"])
    }

    @Test func `evidence names the measures of the deciding condition with the thresholds they met`() throws {
        var story = Story.blue().with(\.measures, ["depth": "last(1m)", "rise": "delta(2m)", "spare": "max(1m)"])
        story.levels[0].when = "depth >= 150 cm and 1 m < rise"
        let raised = try #require(try story.outcome(Story.minutely([0.25, 1.5])).transitions.first)
        #expect(raised.instant == 120_000)
        #expect(raised.evidence.map(\.measure) == ["depth", "rise"])
        #expect(raised.evidence.map(\.value) == [1.5, 1.25])
        #expect(raised.evidence.map(\.start) == [60_000, 0])
        #expect(raised.evidence.map { $0.thresholds.map(\.comparison) } == [[">="], [">"]])
        #expect(raised.evidence.flatMap { $0.thresholds.map(\.value) } == [1.5, 1])
        #expect(raised.observed == 90_000)
    }

    @Test func `the episode's id is the published digest of city, node, scenario, key, instant and number`() throws {
        var generation = try Story.blue().generation()
        (generation.city, generation.node) = ("330100", "n1")
        generation.scenarios[0].id = "underpass-flooding"
        let lines = [ReferenceLine(1_781_935_919_000, 1)]
        let events = try Replay.events(lines, through: generation)
        #expect(events.map(\.subject) == ["728e9f5f8d0612bc7a8d0fd759eee172"])
        #expect(events.map(\.id) == ["728e9f5f8d0612bc7a8d0fd759eee172-000001"])
    }
}
