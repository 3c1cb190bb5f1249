import Foundation
public import GanzhiModel
public import GanzhiPipeline

/// Reads what people wrote, with everything that is wrong in it.
///
/// Problems come in the order of the files, and within a file in the order of their places. Where one of them is an
/// error there is no result: a generation holds whole or not at all.
public enum GenerationReader {
    /// Reads a config file and the catalogue and scenarios that it names.
    ///
    /// - Parameters:
    ///   - config: Path of the file, as it shall stand in problems.
    ///   - environment: Where `password-env` is looked up; `nil` is the environment of this process.
    public static func load(
        config: String,
        environment: [String: String]? = nil
    ) -> (settings: Settings?, problems: [Problem]) {
        let file: YAMLFile
        do throws(Problem) {
            file = YAMLFile(try SourceText.read(config, limit: SourceText.maximumYAML))
        } catch {
            return (nil, [error])
        }
        guard
            let read = ConfigReader(
                file: file,
                environment: environment ?? ProcessInfo.processInfo.environment
            ).read()
        else {
            return (nil, ordered(file.problems))
        }
        func existing(_ paths: [(path: String, value: YAMLValue)]) -> [String] {
            paths.filter { path, value in
                let exists = FileManager.default.fileExists(atPath: path)
                if !exists { value.report("There is no file or folder “\(path)”.", "Check the path.") }
                return exists
            }.map(\.path)
        }
        let cataloguePaths = existing(read.catalogue)
        let scenarioPaths = existing(read.scenarios)
        let (catalogue, inCatalogue) = readCatalogue(cataloguePaths)
        let (scenarios, inScenarios) = ScenarioFiles(catalogue: catalogue, days: read.settings.generation.days)
            .read(scenarioPaths)
        let problems =
            ordered(file.problems) + ordered(read.calendar?.problems ?? []) + inCatalogue + inScenarios
        guard !hasErrors(problems) else { return (nil, problems) }
        var settings = read.settings
        settings.generation.catalogue = catalogue.catalogue
        settings.generation.scenarios = scenarios
        return (settings, problems)
    }

    /// Reads scenarios and a catalogue without a config; everything else has its default.
    ///
    /// - Parameters:
    ///   - scenarios: A file or a folder.
    ///   - catalogue: A file or a folder; `nil` for none.
    public static func load(
        scenarios: String,
        catalogue: String? = nil
    ) -> (generation: Generation?, problems: [Problem]) {
        let (placed, inCatalogue) = readCatalogue(catalogue.map { [$0] } ?? [])
        let (read, inScenarios) = ScenarioFiles(catalogue: placed, days: DayTypes()).read([scenarios])
        let problems = inCatalogue + inScenarios
        guard !hasErrors(problems) else { return (nil, problems) }
        return (Generation(catalogue: placed.catalogue, scenarios: read), problems)
    }

    static func hasErrors(_ problems: [Problem]) -> Bool { problems.contains { $0.severity == .error } }

    static func readCatalogue(_ paths: [String]) -> (PlacedCatalogue, [Problem]) {
        guard !paths.isEmpty else { return (PlacedCatalogue(), []) }
        var reader = CatalogueReader()
        for path in paths { reader.read(path: path) }
        let (catalogue, problems) = reader.finish()
        return (catalogue, ordered(problems))
    }

    /// Problems by file in the order of their first, then by place; equal places keep their order.
    static func ordered(_ problems: [Problem]) -> [Problem] {
        var files: [String: Int] = [:]
        for problem in problems where files[problem.file] == nil { files[problem.file] = files.count }
        return problems.enumerated().sorted { left, right in
            let (one, two) = (left.element, right.element)
            return (files[one.file] ?? 0, one.line, one.column, left.offset)
                < (files[two.file] ?? 0, two.line, two.column, right.offset)
        }.map(\.element)
    }
}
