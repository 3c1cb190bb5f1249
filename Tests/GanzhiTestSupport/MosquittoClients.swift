import Foundation
import Glibc

/// Programs of mosquitto's own that publish and subscribe, so that nothing of ours vouches for itself.
public enum MosquittoClients {
    private static let publisher = ChildProcess.find("mosquitto_pub")
    private static let subscriber = ChildProcess.find("mosquitto_sub")

    /// Whether they can be started here, and a broker too.
    public static var areInstalled: Bool { Mosquitto.isInstalled && publisher != nil && subscriber != nil }

    /// Why a test that needs them does not run.
    public static let absence = "mosquitto or its clients are not installed (apt install mosquitto mosquitto-clients)"

    /// They do not do what they were told, with what they said.
    public struct Failure: Error, CustomStringConvertible {
        /// What went wrong.
        public let description: String
    }

    /// Publishes each line as a message of QoS 1 and returns when the broker has acknowledged all of them.
    public static func publish(_ lines: [String], to topic: String, port: Int, isRetained: Bool = false) throws {
        guard let publisher else { throw Failure(description: absence) }
        let folder = try TemporaryFolder()
        let input = try folder.write(lines.map { $0 + "\n" }.joined(), to: "lines")
        let options = ["-h", "127.0.0.1", "-p", "\(port)", "-V", "mqttv5", "-q", "1", "-t", topic, "-l", "-d"]
        // It tells each acknowledgement, which is what counts: where the last one comes while it meets the end of its
        // input, it may wait for ever.
        let client = try ChildProcess(
            "/usr/bin/env",
            ["stdbuf", "-oL", publisher] + options + (isRetained ? ["-r"] : []),
            input: input
        )
        func isAcknowledged() -> Bool {
            client.output.split(separator: 0x0A).count { $0.firstRange(of: Data(" received PUBACK ".utf8)) != nil }
                >= lines.count
        }
        try eventually("\(lines.count) acknowledgements: \(client.errors)", within: 120) {
            if isAcknowledged() { return true }
            guard client.isRunning || isAcknowledged() else {
                throw Failure(description: "mosquitto_pub ended with \(try client.wait()): \(client.errors)")
            }
            return false
        }
        client.send(SIGTERM)
    }

    /// Subscribes with QoS 1; every message is a line of the client's stdout.
    ///
    /// - Parameters:
    ///   - session: Name of a session that the broker keeps; `nil` for a passing one.
    ///   - format: How messages are written, in the language of mosquitto_sub; `%p` is the payload, `%t` the topic.
    ///   - options: Further options.
    public static func subscribe(
        _ filter: String,
        port: Int,
        session: String? = nil,
        format: String = "%p",
        options: [String] = []
    ) throws -> ChildProcess {
        guard let subscriber else { throw Failure(description: absence) }
        let arguments = ["-h", "127.0.0.1", "-p", "\(port)", "-V", "mqttv311", "-q", "1", "-t", filter, "-F", format]
        return try ChildProcess(subscriber, arguments + (session.map { ["-c", "-i", $0] } ?? []) + options)
    }

    /// The retained messages that a filter matches, as `topic payload`, by topic.
    public static func retained(_ filter: String, port: Int) throws -> [String] {
        // The broker answers one filter after the other, so the message that answers the second tells the end.
        let end = "ganzhi-test/end"
        try publish(["end"], to: end, port: port, isRetained: true)
        let client = try subscribe(filter, port: port, format: "%r %t %p", options: ["-t", end])
        try eventually("retained messages of \(filter)") { client.lines.contains { $0.hasPrefix("1 \(end) ") } }
        try client.kill()
        return client.lines.filter { $0.hasPrefix("1 ") && !$0.hasPrefix("1 \(end) ") }.map { String($0.dropFirst(2)) }
            .sorted()
    }
}
