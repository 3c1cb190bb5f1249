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
        let (scenarios, inScenarios) = readScenarios(scenarioPaths, catalogue)
        let problems = ordered(file.problems) + inCatalogue + inScenarios
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
        let (read, inScenarios) = readScenarios([scenarios], placed)
        let problems = inCatalogue + inScenarios
        guard !hasErrors(problems) else { return (nil, problems) }
        return (Generation(catalogue: placed.catalogue, scenarios: read), problems)
    }

    private static func hasErrors(_ problems: [Problem]) -> Bool { problems.contains { $0.severity == .error } }

    private static func readCatalogue(_ paths: [String]) -> (PlacedCatalogue, [Problem]) {
        guard !paths.isEmpty else { return (PlacedCatalogue(), []) }
        var reader = CatalogueReader()
        for path in paths { reader.read(path: path) }
        let (catalogue, problems) = reader.finish()
        return (catalogue, ordered(problems))
    }

    private static func readScenarios(_ paths: [String], _ catalogue: PlacedCatalogue) -> ([Scenario], [Problem]) {
        var problems: [Problem] = []
        var scenarios: [Scenario] = []
        var places: [String: String] = [:]
        for path in paths.flatMap({ files(in: $0, &problems) }) {
            let file: YAMLFile
            do throws(Problem) {
                file = YAMLFile(try SourceText.read(path, limit: SourceText.maximumYAML))
            } catch {
                problems.append(error)
                continue
            }
            var reader = ScenarioReader(file, catalogue: catalogue)
            if let (scenario, id) = reader.read() {
                if let other = places[scenario.id] {
                    id.report("There is a scenario “\(scenario.id)” already, in \(other).", "Use another id.")
                }
                places[scenario.id] = places[scenario.id] ?? "\(path):\(id.place.line)"
                scenarios.append(scenario)
            }
            problems += ordered(file.problems)
        }
        return (scenarios, problems)
    }

    /// A file itself, or the scenarios of a folder by name; `*.test.yaml` beside them are tests.
    private static func files(in path: String, _ problems: inout [Problem]) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { name in
            let name = name.lowercased()
            return !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
                && !name.hasSuffix(".test.yaml") && !name.hasSuffix(".test.yml")
        }
        if names.isEmpty {
            problems.append(
                Problem(
                    .warning,
                    file: path,
                    message: "The folder holds no scenario.",
                    remedy: "Put files ending in .yaml there."
                )
            )
        }
        return names.sorted { $0.precedesByCodePoint($1) }.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }

    /// Problems by file in the order of their first, then by place; equal places keep their order.
    private static func ordered(_ problems: [Problem]) -> [Problem] {
        var files: [String: Int] = [:]
        for problem in problems where files[problem.file] == nil { files[problem.file] = files.count }
        return problems.enumerated().sorted { left, right in
            let (one, two) = (left.element, right.element)
            return (files[one.file] ?? 0, one.line, one.column, left.offset)
                < (files[two.file] ?? 0, two.line, two.column, right.offset)
        }.map(\.element)
    }
}
