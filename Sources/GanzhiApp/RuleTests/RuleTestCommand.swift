import Foundation
import GanzhiConfig
import GanzhiModel

/// `ganzhi test`: holds scenarios against what people expect of them.
public enum RuleTestCommand {
    /// Runs the tests of files and folders and prints what came of them.
    ///
    /// - Parameters:
    ///   - paths: Test files, and folders in which all `*.test.yaml` are meant, those of folders in them too.
    ///   - filter: Only tests whose names hold this text, letter case not counted; `nil` for all.
    ///   - isJSON: Whether problems and outcomes are NDJSON.
    /// - Returns: Whether all passed and no file has errors.
    /// - Throws: ``AppError`` where there is nothing to test, or stdout has gone.
    public static func run(paths: [String], filter: String?, isJSON: Bool) throws -> Bool {
        let files = paths.flatMap(files)
        var (passed, failed, broken) = (0, 0, 0)
        var told: Set<Problem> = []
        for path in files {
            let (file, found) = RuleTestReader.load(path)
            try tell(found.filter { told.insert($0).inserted }, isJSON: isJSON)
            guard let file else {
                broken += 1
                continue
            }
            for test in file.tests where filter.map(test.name.localizedCaseInsensitiveContains) ?? true {
                let outcome: RuleTestOutcome
                do throws(Problem) {
                    outcome = try RuleTestRunner.run(test, of: file)
                } catch {
                    throw AppError(.data, error.description)
                }
                if outcome.hasPassed { passed += 1 } else { failed += 1 }
                let lines =
                    isJSON ? [try JSONLine.text(RuleTestRecord(outcome))] : RuleTestText(outcome).lines
                for line in lines { try StandardStreams.print(line) }
            }
        }
        guard passed + failed + broken > 0 else {
            throw AppError(.usage, nothing(files: files, paths: paths, filter: filter))
        }
        if !isJSON {
            let files = broken == 0 ? "" : ", \(broken) \(broken == 1 ? "file" : "files") with errors"
            try StandardStreams.print("\(passed) passed, \(failed) failed\(files)")
        }
        return failed == 0 && broken == 0
    }

    /// A file itself, or the test files of a folder and of those in it, by name.
    private static func files(in path: String) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
        let folder = path.hasSuffix("/") ? path : path + "/"
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            RuleTestReader.stem(of: name) != nil && !name.split(separator: "/").contains { $0.hasPrefix(".") }
        }.sorted { $0.precedesByCodePoint($1) }.map { folder + $0 }
    }

    private static func tell(_ problems: [Problem], isJSON: Bool) throws {
        guard !problems.isEmpty else { return }
        if isJSON {
            try ProblemText.jsonLines(of: problems).withUnsafeBytes {
                try StandardStreams.write($0, to: 1, name: "stdout")
            }
        } else {
            StandardStreams.talk(ProblemText.text(of: problems))
        }
    }

    private static func nothing(files: [String], paths: [String], filter: String?) -> String {
        if !files.isEmpty, let filter { return "No test has “\(filter)” in its name." }
        if !files.isEmpty { return "\(files.joined(separator: ", ")) holds no test. Write some under `tests:`." }
        return "There is no *.test.yaml in \(paths.joined(separator: ", ")). Write tests beside scenarios: "
            + "underpass.test.yaml beside underpass.yaml."
    }
}
