import Foundation
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import Testing

@testable import GanzhiConfig

/// Scenarios of one folder, held against each other.
@Suite struct ScenarioFilesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Reads scenarios of one level whose further keys are given, from files `1.yaml`, `2.yaml`, ….
    private func load(_ scenarios: (id: String, rest: String)...) throws -> (ids: [String]?, problems: [Problem]) {
        for (number, scenario) in scenarios.enumerated() {
            let text = ScenarioReaderTests.smallest
                .replacing("scenario: s", with: "scenario: \(scenario.id)")
                .replacing("depth < 1 m", with: "depth < 90 cm")
            // What is given again takes the place of what stands there.
            let keys = Set(scenario.rest.split(separator: "\n").map { $0.prefix { $0 != ":" } })
            let lines = text.split(separator: "\n").filter { !keys.contains($0.prefix { $0 != ":" }) }
            try folder.write(
                (lines.map(String.init) + [scenario.rest]).joined(separator: "\n"),
                to: "\(number + 1).yaml"
            )
        }
        let (generation, problems) = GenerationReader.load(scenarios: folder.url.path)
        return (generation?.scenarios.map(\.id), problems)
    }

    private func source(_ validity: String) -> String { "source: {title: t, kind: P, \(validity)}" }

    @Test func `versions of a scenario follow each other`() throws {
        let (ids, problems) = try load(
            ("a", source("valid-to: 2026-12-31")),
            ("a", source("valid-from: 2028-01-01")),
            ("a", source("valid-from: 2027-01-01, valid-to: 2027-12-31")),
            ("b", "")
        )
        #expect(problems == [])
        #expect(ids == ["a", "a", "a", "b"])
    }

    @Test(arguments: [
        ("valid-from: 2026-12-31", "valid-to: 2026-12-31"), ("valid-to: 2026-01-01", "valid-to: 2020-01-01"),
        ("valid-from: 2026-01-01, valid-to: 2026-12-31", "valid-from: 2026-06-01, valid-to: 2026-06-01"),
    ]) func `versions that share a day are refused with both places`(one: String, other: String) throws {
        let (ids, problems) = try load(("a", source(one)), ("a", source(other)))
        #expect(ids == nil)
        let problem = try #require(problems.first)
        #expect(problems.count == 1)
        #expect(problem.file.hasSuffix("/2.yaml") && problem.line == 1 && problem.column == 11)
        #expect(problem.message.contains("/1.yaml:1, and it is valid on days of this one"))
    }

    @Test func `versions of a scenario have the same keys`() throws {
        let group = """
            watch: {metric: level, per: site}
            levels: {red: {when: max of depth >= 1 m}}
            clear: {when: max of depth < 90 cm}
            """
        let (ids, problems) = try load(
            ("a", source("valid-to: 2026-12-31")),
            ("a", group + "\n" + source("valid-from: 2027-01-01"))
        )
        #expect(ids == nil)
        let errors = problems.filter { $0.severity == .error }
        #expect(errors.count == 1)
        #expect(errors.first?.message.contains("is per site, the one in") == true)
        #expect(errors.first?.column == 29)
    }

    @Test func `an inhibited scenario must be there`() throws {
        let (ids, problems) = try load(("flood", "inhibit: [rian, sun]"), ("rain", ""))
        #expect(ids == ["flood", "rain"])
        #expect(problems.map(\.message) == ["There is no scenario “rian”.", "There is no scenario “sun”."])
        #expect(problems.map(\.severity) == [.warning, .warning])
        #expect(problems.first?.remedy == "Did you mean “rain”?")
    }

    @Test func `scenarios that inhibit each other are told`() throws {
        let (ids, problems) = try load(("flood", "inhibit: [rain]"), ("rain", "inhibit: [flood]"))
        #expect(ids == ["flood", "rain"])
        #expect(problems.count == 2)
        #expect(problems.allSatisfy { $0.severity == .warning && $0.message.contains("inhibit each other") })
    }
}
