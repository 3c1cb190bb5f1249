import Foundation
import GanzhiTestSupport
import Testing

/// Makes disk and clock of one daemon fail, by functions that stand in front of the C library's.
final class Faults: Sendable {
    private let folder: TemporaryFolder
    private let library: String

    /// Compiler and source of the functions.
    private static let compiler = ChildProcess.find("clang") ?? ChildProcess.find("cc")
    private static let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Faults/faults.c").path

    /// Whether they can be compiled here.
    static let areThere = compiler != nil
    /// Why a test that needs them does not run.
    static let absence = "there is no C compiler, clang or cc"

    init() throws {
        folder = try TemporaryFolder()
        library = folder.url.appending(path: "faults.so").path
        let result = try ChildProcess.run(
            Self.compiler ?? "cc",
            ["-shared", "-fPIC", "-O1", "-o", library, Self.source, "-ldl"]
        )
        guard result.status == 0 else { throw Ganzhi.Failure(description: "faults.c: \(result.errors)") }
    }

    /// What a daemon's environment needs.
    var environment: [String: String] {
        [
            "LD_PRELOAD": library,
            "GANZHI_FAULTS": folder.url.appending(path: "faults").path,
            "GANZHI_CLOCK": folder.url.appending(path: "clock").path,
        ]
    }

    /// The disk begins to fail.
    ///
    /// - Parameters:
    ///   - code: The error.
    ///   - calls: Which calls fail, as letters that `faults.c` explains.
    ///   - path: A part of the paths that are meant.
    ///   - how: `once`, `kill`, or nothing for lasting.
    func strike(_ code: Int32, _ calls: String, _ path: String, how: String = "") throws {
        try put("\(code) \(calls) \(path) \(how)", into: "faults")
    }

    /// The disk works again.
    func mend() throws { try FileManager.default.removeItem(at: folder.url.appending(path: "faults")) }

    /// The clock is so many seconds off from here on.
    func setClock(_ seconds: Int) throws { try put("\(seconds)", into: "clock") }

    /// In one step: a daemon never reads half of it.
    private func put(_ text: String, into name: String) throws {
        let whole = try folder.write(text + "\n", to: name + ".new")
        rename(whole.path, folder.url.appending(path: name).path)
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs a test where disks and clocks can be made to fail.
    static var needsFaults: Self { .enabled(if: Faults.areThere, Comment(rawValue: Faults.absence)) }
}

extension ChildProcess {
    /// The lines of a daemon's log that name a part of it in trouble.
    func troubles(_ part: String) -> [String] {
        errors.split(separator: "\n").map(String.init).filter { $0.contains("part=\(part)") }
    }
}
