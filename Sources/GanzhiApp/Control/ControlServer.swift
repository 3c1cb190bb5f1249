import Foundation
import Logging
import ServiceLifecycle

/// Serves the clients of the control socket: a few at a time, each on a thread of its own and for a limited time.
final class ControlServer: Service, @unchecked Sendable {
    // @unchecked: the clients are read and written with the condition held.
    private let listener: ControlListener
    private let desk: ControlDesk
    private let logger: Logger
    private let condition = MonotonicCondition()
    private var clients: Set<Int32> = []

    /// Clients that are served at a time.
    private static let mostClients = 8
    /// Seconds that a client has for a request, and for taking the answer.
    private static let patience = 10.0
    /// Seconds that clients have to take their answers when the daemon ends.
    private static let farewell = 2.0

    init(listener: ControlListener, desk: ControlDesk, logger: Logger) {
        self.listener = listener
        self.desk = desk
        self.logger = logger
    }

    func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await BlockingThread.run("control") { self.loop() }
        } onCancelOrGracefulShutdown: {
            self.listener.stop()
        }
    }

    private func loop() {
        while let client = listener.accept() {
            let isAdmitted = condition.withLock {
                clients.count < Self.mostClients && clients.insert(client).inserted
            }
            guard isAdmitted else {
                let answer = ControlAnswer.refused(
                    .unavailable,
                    "The daemon serves \(Self.mostClients) others at the moment. Try again."
                )
                try? ControlStream(client).write(line: Self.line(answer), within: 0.1)
                continue
            }
            let thread = Thread { self.serve(client) }
            thread.name = "control client"
            thread.start()
        }
        condition.withLock {
            // Whoever waits for an answer gets it; no further request is read.
            for client in clients { shutdown(client, Int32(SHUT_RD)) }
            let deadline = MonotonicCondition.deadline(seconds: Self.farewell)
            while !clients.isEmpty { if !condition.wait(until: deadline) { break } }
        }
    }

    private func serve(_ client: Int32) {
        let actor = ControlPeer.name(of: client)
        // On a descriptor of its own: the number among the clients stays taken until it is removed there.
        var stream = ControlStream(fcntl(client, F_DUPFD_CLOEXEC, 0))
        do {
            while let line = try stream.readLine(within: Self.patience) {
                try stream.write(line: Self.line(desk.answer(line, actor: actor)), within: Self.patience)
            }
        } catch .tooLong {
            let answer = ControlAnswer.refused(
                .usage,
                "The request has more than \(ControlStream.longestLine) bytes. Ask for less at once."
            )
            try? stream.write(line: Self.line(answer), within: Self.patience)
        } catch {
            logger.debug("a control client went in the middle of a request", metadata: ["user": "\(actor)"])
        }
        condition.withLock {
            clients.remove(client)
            close(client)
            condition.broadcast()
        }
    }

    private static func line(_ answer: ControlAnswer) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try Array(encoder.encode(answer))
        } catch {
            preconditionFailure("Answers hold only what JSON can hold: \(error)")
        }
    }
}
