import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline

/// Reads the scenarios of files and folders, and holds them against each other.
struct ScenarioFiles {
    let catalogue: PlacedCatalogue
    /// The city's holidays.
    let days: DayTypes

    /// A scenario with its file and the places that are needed to speak of it.
    private struct Entry {
        let read: ScenarioReader.Read
        let file: YAMLFile

        var scenario: Scenario { read.scenario }
        /// Where its id stands.
        var place: String { "\(file.source.file):\(read.id.place.line)" }
    }

    /// The scenarios in the order of their files, and every problem found in them.
    func read(_ paths: [String]) -> (scenarios: [Scenario], problems: [Problem]) {
        var problems: [Problem] = []
        var files: [YAMLFile] = []
        var entries: [Entry] = []
        for path in paths.flatMap({ self.files(in: $0, &problems) }) {
            do throws(Problem) {
                let file = YAMLFile(try SourceText.read(path, limit: SourceText.maximumYAML))
                files.append(file)
                var reader = ScenarioReader(file, catalogue: catalogue, days: days)
                if let read = reader.read() { entries.append(Entry(read: read, file: file)) }
            } catch {
                problems.append(error)
            }
        }
        checkVersions(entries)
        checkInhibitions(entries)
        return (entries.map(\.scenario), problems + files.flatMap { GenerationReader.ordered($0.problems) })
    }

    /// Several files may be versions of one scenario, each valid in days of its own.
    private func checkVersions(_ entries: [Entry]) {
        var versions: [String: [Entry]] = [:]
        for entry in entries {
            let id = entry.scenario.id
            defer { versions[id, default: []].append(entry) }
            let days = entry.scenario.validity
            for other in versions[id] ?? [] {
                if days.overlaps(other.scenario.validity) {
                    entry.read.id.report(
                        "There is a scenario “\(id)” already, in \(other.place)"
                            + (other.scenario.source?.isLimited == true || entry.scenario.source?.isLimited == true
                                ? ", and it is valid on days of this one." : "."),
                        "Use another id, or end the validity of one before the other begins: `source: {valid-from: …, "
                            + "valid-to: …}`."
                    )
                } else if entry.scenario.watch.per != other.scenario.watch.per {
                    entry.read.per.report(
                        "This version of “\(id)” is per \(entry.scenario.watch.per), the one in \(other.place) per "
                            + "\(other.scenario.watch.per): a warning could not go on from one to the other.",
                        "Write the same `per` in all versions, or use another id."
                    )
                } else {
                    continue
                }
                break
            }
        }
    }

    private func checkInhibitions(_ entries: [Entry]) {
        let ids = entries.map(\.scenario.id)
        for entry in entries {
            let own = entry.scenario.id
            for value in entry.read.inhibits {
                guard let id = value.scalarText else { continue }
                if !ids.contains(id) {
                    value.report(
                        "There is no scenario \(ScalarText.quoted(id)).",
                        didYouMean(id, among: ids.filter { $0 != own })
                            ?? "Write the id of a scenario whose warnings this one makes needless.",
                        severity: .warning
                    )
                } else if let other = entries.first(where: {
                    $0.scenario.id == id && $0.scenario.inhibits.contains(own)
                }) {
                    value.report(
                        "“\(own)” and “\(id)” inhibit each other (\(other.place)): once both stand, neither is published.",
                        "Remove one of the two.",
                        severity: .warning
                    )
                }
            }
        }
    }

    /// A file itself, or the scenarios of a folder by name; `*.test.yaml` beside them are tests.
    private func files(in path: String, _ problems: inout [Problem]) -> [String] {
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
}

extension Scenario {
    /// The days on which its source is valid, both included; days written as they are in order by their text.
    fileprivate var validity: ClosedRange<String> {
        let from = source?.validFrom ?? ""
        // A source that ends before it begins has been reported.
        return from...max(from, source?.validTo ?? "9999-99-99")
    }
}

extension Scenario.Source {
    /// Whether it says when it begins or ends.
    fileprivate var isLimited: Bool { validFrom != nil || validTo != nil }
}
