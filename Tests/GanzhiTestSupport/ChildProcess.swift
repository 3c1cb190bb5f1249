public import Foundation
import Glibc

/// A program that a test started, with what it said in files; killed with the last reference.
///
/// `@unchecked Sendable`: it is handed from thread to thread, and used by one at a time.
public final class ChildProcess: @unchecked Sendable {
    private let process = Process()
    private let folder: TemporaryFolder
    private let command: String

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: Its path.
    ///   - arguments: What follows it on the command line.
    ///   - input: The file that is its stdin; empty where there is none.
    ///   - environment: Variables that it gets besides this process's own.
    public init(
        _ executable: String,
        _ arguments: [String],
        input: URL? = nil,
        environment: [String: String] = [:]
    ) throws {
        folder = try TemporaryFolder()
        command = ([executable.split(separator: "/").last.map(String.init) ?? executable] + arguments)
            .joined(separator: " ")
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files, not pipes: nobody has to read them for the program to go on.
        process.standardOutput = try FileHandle(forWritingTo: try folder.write("", to: "stdout"))
        process.standardError = try FileHandle(forWritingTo: try folder.write("", to: "stderr"))
        process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
        try process.run()
    }

    deinit { if process.isRunning { send(SIGKILL) } }

    /// Its process id.
    public var identifier: Int32 { process.processIdentifier }

    /// Whether it has not ended yet.
    public var isRunning: Bool { process.isRunning }

    /// What it has written to stdout so far.
    public var output: Data { (try? Data(contentsOf: folder.url.appending(path: "stdout"))) ?? Data() }

    /// What it has written to stderr so far.
    public var errors: String {
        String(decoding: (try? Data(contentsOf: folder.url.appending(path: "stderr"))) ?? Data(), as: UTF8.self)
    }

    /// The whole lines of stdout so far.
    public var lines: [String] {
        var lines = String(decoding: output, as: UTF8.self).components(separatedBy: "\n")
        lines.removeLast()
        return lines
    }

    /// Sends it a signal.
    public func send(_ signal: Int32) { Glibc.kill(process.processIdentifier, signal) }

    /// Waits for its end and returns its exit code; of one that a signal ended, minus the signal.
    ///
    /// - Throws: ``Impatience`` with what it said.
    @discardableResult public func wait(within seconds: Double = 120) throws -> Int32 {
        try eventually("the end of \(command), which said: \(errors.suffix(2000))", within: seconds) {
            !process.isRunning
        }
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// Ends it at once, as a power failure would.
    public func kill() throws {
        send(SIGKILL)
        try wait()
    }

    /// What a program said and how it ended.
    public struct Result: Sendable {
        /// Its exit code; of one that a signal ended, minus the signal.
        public let status: Int32
        /// What it wrote to stdout.
        public let output: Data
        /// What it wrote to stderr.
        public let errors: String

        /// Stdout as text.
        public var text: String { String(decoding: output, as: UTF8.self) }

        /// The lines of stdout.
        public var lines: [String] { text.split(separator: "\n").map(String.init) }
    }

    /// Runs a program to its end.
    ///
    /// - Throws: ``Impatience`` where it does not end.
    public static func run(_ executable: String, _ arguments: [String], input: URL? = nil) throws -> Result {
        let child = try ChildProcess(executable, arguments, input: input)
        let status = try child.wait()
        return Result(status: status, output: child.output, errors: child.errors)
    }

    /// The path of a program of this machine, or `nil` where it is not installed.
    public static func find(_ program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}
