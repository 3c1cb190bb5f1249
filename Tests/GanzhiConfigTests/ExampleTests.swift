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
        #expect(generation.scenarios.map(\.id) == ["hydrant-pressure", "underpass-flooding"])
        #expect(generation.catalogue.devices.map(\.id) == ["hydrant-1", "hydrant-2", "happy-satyr"])
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
