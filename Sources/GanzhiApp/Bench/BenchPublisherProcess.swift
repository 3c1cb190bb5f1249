import Foundation
import GanzhiMQTT
import Glibc

/// A child process that runs ``BenchPublisher``, as its parent sees it.
final class BenchPublisherProcess {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer: [UInt8] = []

    /// Starts the child and waits until it is connected.
    init(_ options: BenchPublisher.Options) throws {
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "bench", "publish", "--host", options.broker.host, "--port", "\(options.broker.port)", "--client-id",
            options.broker.clientID, "--messages", "\(options.messages)", "--pack", "\(options.pack)", "--root",
            options.root, "--rate", "\(options.rate)", "--probes", "\(options.probes)",
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        guard nextLine() == "ready" else { throw AppError(.unavailable, "The publishing process did not get ready.") }
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Lets it begin.
    func go() throws { try input.fileHandleForWriting.write(contentsOf: Data("go\n".utf8)) }

    /// Waits for its end and returns the latencies of its probes in microseconds.
    func finish() throws -> [Double] {
        var latencies: [Double] = []
        var isDone = false
        while let line = nextLine() {
            if line == "done" { isDone = true }
            if let latency = Double(line) { latencies.append(latency) }
        }
        process.waitUntilExit()
        guard isDone, process.terminationStatus == 0 else {
            throw AppError(.unavailable, "The publishing process failed with code \(process.terminationStatus).")
        }
        return latencies
    }

    private func nextLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            let chunk = output.fileHandleForReading.availableData
            if chunk.isEmpty { return nil }
            buffer += chunk
        }
    }
}
