import Foundation
import GanzhiCatalogue
public import GanzhiModel
import GanzhiPipeline

/// Reads a file of rule tests, with everything that is wrong in it and in what it tests.
///
/// Paths in it are relative to its folder. Its keys:
///
/// - `scenarios` (path or list of paths; default the file of the same stem beside it): the scenarios under test.
/// - `catalogue` (path or list of paths, optional): files or folders.
/// - `zone` (IANA time zone, default `Asia/Shanghai`) and `calendar`: as in a config.
/// - `units` (unit by metric, optional): in which numbers without a unit come.
/// - `tests` (list): see ``RuleTestCaseReader``.
public struct RuleTestReader {
    private let file: YAMLFile

    /// Reads a file.
    ///
    /// - Returns: The tests, or `nil` where anything has an error; and the problems, those of the file itself first.
    public static func load(_ path: String) -> (file: RuleTestFile?, problems: [Problem]) {
        let file: YAMLFile
        do throws(Problem) {
            file = YAMLFile(try SourceText.read(path, limit: SourceText.maximumYAML))
        } catch {
            return (nil, [error])
        }
        let (read, others) = RuleTestReader(file: file).read()
        let problems = GenerationReader.ordered(file.problems) + others
        return (GenerationReader.hasErrors(problems) ? nil : read, problems)
    }

    /// The tests, and the problems of other files.
    private func read() -> (RuleTestFile?, [Problem]) {
        guard let root = file.root()?.named("the file of tests").mapping(.ruleTests) else { return (nil, []) }
        var generation = Generation()
        if let calendar = root["zone"].flatMap(ZoneCalendar.read) { generation.calendar = calendar }
        let calendar = root["calendar"].map { CalendarReader().read($0, path: path) }
        if let days = calendar?.days { generation.days = days }
        let (catalogue, inCatalogue) = GenerationReader.readCatalogue(readPaths(root["catalogue"]))
        let paths = root["scenarios"].map { readPaths($0) } ?? scenarioBeside(root)
        let (scenarios, inScenarios) = ScenarioFiles(catalogue: catalogue, days: generation.days).read(paths)
        generation.catalogue = catalogue.catalogue
        generation.scenarios = scenarios
        let problems = GenerationReader.ordered(calendar?.file?.problems ?? []) + inCatalogue + inScenarios
        let list = root.required("tests", "Write `tests:` and under it each test behind `- `.")?.list(of: "tests")
        // What is said of series and events depends on the scenarios: without these it would be noise.
        guard let list, !paths.isEmpty, !GenerationReader.hasErrors(problems) else { return (nil, problems) }
        let reader = RuleTestCaseReader(generation: generation, units: readUnits(root["units"], generation.catalogue))
        var tests: [RuleTest] = []
        for value in list {
            guard let test = reader.read(value) else { continue }
            if let other = tests.first(where: { $0.name == test.name }) {
                value.report(
                    "There is a test \(ScalarText.quoted(test.name)) already, in line \(other.line).",
                    "Give each test a name of its own."
                )
            }
            tests.append(test)
        }
        return (RuleTestFile(path: file.source.file, generation: generation, tests: tests), problems)
    }

    // MARK: Paths

    private func path(_ text: String) -> String {
        let file = self.file.source.file
        return text.hasPrefix("/") ? text : (file.lastIndex(of: "/").map { String(file[...$0]) } ?? "") + text
    }

    private func readPaths(_ value: YAMLValue?) -> [String] {
        guard let value else { return [] }
        let values = value.isList ? value.list(of: "paths") ?? [] : [value]
        return values.compactMap { value in
            guard let path = value.text("a file or folder").map(path) else { return nil }
            guard FileManager.default.fileExists(atPath: path) else {
                value.report("There is no file or folder “\(path)”.", "Check the path.")
                return nil
            }
            return path
        }
    }

    /// The scenario whose tests these are by the names of the files.
    private func scenarioBeside(_ root: YAMLMapping) -> [String] {
        let name = file.source.file
        let stem = RuleTestReader.stem(of: name) ?? name
        if let path = ["yaml", "yml"].map({ "\(stem).\($0)" }).first(where: FileManager.default.fileExists(atPath:)) {
            return [path]
        }
        root.value.report(
            "There is no “\(stem).yaml” beside it, and it does not say what it tests.",
            "Write `scenarios:` with a file or folder."
        )
        return []
    }

    /// The path of a test file without `.test.yaml`; `nil` for other files.
    public static func stem(of path: String) -> String? {
        for ending in [".test.yaml", ".test.yml"] where path.lowercased().hasSuffix(ending) {
            return String(path.dropLast(ending.count))
        }
        return nil
    }

    // MARK: Units

    private func readUnits(_ value: YAMLValue?, _ catalogue: Catalogue) -> [String: String] {
        guard let value, let mapping = value.mapping(orElse: "Write for example `units: {water_level: cm}`.") else {
            return [:]
        }
        var units: [String: String] = [:]
        for entry in mapping.entries {
            units[entry.key] = entry.value.read("a unit", "Write for example `cm`.") { text throws(Fault) in
                let unit = try ScalarText.unit(text)
                let canonical = catalogue.metric(entry.key)?.unit.flatMap { Unit($0) }
                if let canonical, !unit.isConvertible(to: canonical) {
                    throw Fault(
                        "“\(text)” is \(unit.dimension.withArticle), but “\(entry.key)” is in \(canonical).",
                        "Use one of: \(Unit.codes(of: canonical.dimension).prefix(6).joined(separator: " "))."
                    )
                }
                return text
            }
        }
        return units
    }
}
