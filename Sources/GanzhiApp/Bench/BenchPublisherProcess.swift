import Foundation
import GanzhiMQTT

/// The child process that runs ``BenchPublisher``, as its parent sees it.
final class BenchPublisherProcess {
    private let child: BenchChild

    /// Starts the child and waits until it is ready.
    init(_ options: BenchPublisher.Options) throws {
        child = try BenchChild(
            URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path,
            [
                "bench", "publish", "--host", options.broker.host, "--port", "\(options.broker.port)", "--client-id",
                options.broker.clientID, "--messages", "\(options.messages)", "--pack", "\(options.pack)", "--root",
                options.root, "--lanes", "\(options.lanes)", "--rate", "\(options.rate)", "--probes",
                "\(options.probes)",
            ]
        )
        guard child.nextLine() == "ready" else {
            throw AppError(.unavailable, "The publishing process did not get ready.")
        }
    }

    /// Lets it begin.
    func go() throws { try child.write(line: "go") }

    /// Waits for its end and returns the latencies of its probes in microseconds.
    func finish() throws -> [Double] {
        var latencies: [Double] = []
        var isDone = false
        while let line = child.nextLine() {
            if line == "done" { isDone = true }
            if let latency = Double(line) { latencies.append(latency) }
        }
        guard isDone, child.succeeds() else { throw AppError(.unavailable, "The publishing process failed.") }
        return latencies
    }
}
