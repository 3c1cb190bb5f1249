import Foundation
import GanzhiTestSupport

/// The built program, as its users run it.
enum Ganzhi {
    /// Its path: what the environment variable `GANZHI_EXECUTABLE` names, else the one built beside these tests.
    static let executable =
        ProcessInfo.processInfo.environment["GANZHI_EXECUTABLE"]
        ?? URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "ganzhi").path

    /// Exit codes of the command line.
    enum Code {
        static let usage: Int32 = 64
        static let data: Int32 = 65
        static let unavailable: Int32 = 69
        static let config: Int32 = 78
    }

    /// Runs it to its end.
    static func run(_ arguments: [String], input: URL? = nil) throws -> ChildProcess.Result {
        try ChildProcess.run(executable, arguments, input: input)
    }

    /// Runs it to its end, which must be a good one.
    @discardableResult static func succeed(_ arguments: [String], input: URL? = nil) throws -> ChildProcess.Result {
        let result = try run(arguments, input: input)
        guard result.status == 0 else {
            throw Failure(description: "ganzhi \(arguments.joined(separator: " ")): \(result.status) \(result.errors)")
        }
        return result
    }

    /// It ended otherwise than it had to.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
