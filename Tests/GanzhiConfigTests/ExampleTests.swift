import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import Testing

@testable import GanzhiConfig

@Suite struct ExampleTests {
    @Test func `the good city is read without a word`() throws {
        let (settings, problems) = GenerationReader.load(config: Examples.path("good/city/ganzhi.yaml"))
        #expect(Examples.printed(problems) == "")
        let generation = try #require(settings?.generation)
        let ids = generation.scenarios.map(\.id)
        #expect(ids == ["readiness", "hydrant-pressure", "underpass-flooding", "underpass-flooding"])
        #expect(generation.days == DayTypes(holidays: 20_727...20_733, workdays: [20_723, 20_736]))
        #expect(generation.deviceSilence == DeviceSilence(factor: 3, otherwise: .hours(1)))
        #expect(generation.catalogue.devices.map(\.id) == ["hydrant-1", "hydrant-2", "happy-satyr"])
    }

    @Test func `what is delivered is read without a word`() throws {
        let config = Examples.path("../../../deploy/ganzhi.yaml")
        let (settings, problems) = GenerationReader.load(config: config, environment: [:])
        #expect(Examples.printed(problems) == "")
        #expect(settings?.generation.scenarios.isEmpty == false)
    }

    @Test func `the good city's rule tests are read without a word`() throws {
        let (file, problems) = RuleTestReader.load(Examples.path("good/city/scenarios/underpass.test.yaml"))
        #expect(Examples.printed(problems) == "")
        let tests = try #require(file?.tests)
        #expect(tests.map(\.name) == ["Water rises and falls", "Nothing happens on a dry day"])
        let start = try #require(Timestamp(rfc3339: "2026-06-20T06:00:00Z"))
        #expect(tests[0].start == start)
        // A device's own name for a metric, in the unit that the file says.
        #expect(tests[0].series.map(\.metric) == ["depth_mm"])
        #expect(tests[0].series[0].values[0] == RuleTest.Value(time: start, number: 1558, unit: "mm"))
        #expect(tests[0].series[0].values[1].time == start + .minutes(1))
        #expect(tests[0].expectations.map(\.instant) == [start + .minutes(4), start + .seconds(2730)])
        #expect(tests[0].expectations[0].evidence == ["depth": 0.31])
        // The steps of a test are as far apart as evaluations unless told.
        #expect(tests[1].series[0].values[1].time - tests[1].start == .seconds(30))
        #expect(tests[1].expectations.isEmpty)
    }

    /// Run with `RECORD_EXAMPLES=1` to write what is found, then read what was written.
    @Test(arguments: Examples.files(in: "bad", ending: ".yaml") + Examples.files(in: "bad", ending: ".csv"))
    func `every bad file is refused with exactly the problems beside it`(name: String) throws {
        let problems =
            switch name.split(separator: "/")[1] {
            case "scenario":
                GenerationReader.load(
                    scenarios: Examples.path(name),
                    catalogue: Examples.path("good/city/catalogue")
                ).problems
            case "test": RuleTestReader.load(Examples.path(name)).problems
            case "config": GenerationReader.load(config: Examples.path(name), environment: [:]).problems
            default:
                GenerationReader.load(
                    scenarios: Examples.path("good/city/scenarios/smallest.yaml"),
                    catalogue: Examples.path(name)
                ).problems
            }
        let printed = Examples.printed(problems)
        if ProcessInfo.processInfo.environment["RECORD_EXAMPLES"] != nil {
            try Data(printed.utf8).write(to: URL(filePath: Examples.path(name + ".problems")))
        }
        #expect(printed == Examples.text(name + ".problems"))
        #expect(!problems.isEmpty)
    }
}
