import Foundation
import GanzhiModel

@testable import GanzhiConfig

/// The files beside the tests: good ones, and bad ones each with the problems that must be found in it.
enum Examples {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Examples").path

    /// Names of the files below a folder of the examples.
    static func files(in folder: String, ending: String) -> [String] {
        let names =
            FileManager.default.enumerator(atPath: "\(self.folder)/\(folder)")?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
    }

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    static func text(_ name: String) -> String? { try? String(contentsOfFile: path(name), encoding: .utf8) }

    /// The problems as they are printed, paths relative to the examples.
    static func printed(_ problems: [Problem]) -> String {
        ProblemText.text(of: problems).replacingOccurrences(of: folder + "/", with: "")
    }
}
