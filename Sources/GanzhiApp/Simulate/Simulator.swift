import Foundation
public import GanzhiCity
public import GanzhiMQTT
import GanzhiModel
import Synchronization

/// `ganzhi simulate`: publishes a city, or a capture, over MQTT, and reports what it sent.
public enum Simulator {
    /// Publishes a simulated city at its own pace until its end, or until the task is cancelled.
    ///
    /// - Parameters:
    ///   - city: The city; its start is taken as now.
    ///   - broker: Where to.
    ///   - isPaced: Whether messages wait for their time; otherwise they leave as fast as the broker takes them.
    /// - Returns: What the broker has acknowledged.
    /// - Throws: ``AppError`` where the broker refuses us.
    public static func publish(_ city: City, to broker: BrokerSettings, isPaced: Bool) async throws -> CityReport {
        let report = Mutex(CityReport())
        try await publishing(to: broker) { link in
            let start = ContinuousClock.now
            for message in city {
                if Task.isCancelled { return }
                if isPaced {
                    let due = start.advanced(by: .microseconds(message.at.microseconds))
                    if due > .now { try? await Task.sleep(until: due) }
                    if Task.isCancelled { return }
                }
                guard link.publish(message.topic, message.payload, message.contentType) else { return }
                report.withLock { $0.add(message) }
            }
        }
        return report.withLock { $0 }
    }

    /// Publishes a capture at its pace.
    ///
    /// - Parameters:
    ///   - path: The capture, plain, .gz, .zst or `-`.
    ///   - speed: How much faster than it was recorded.
    ///   - broker: Where to.
    /// - Returns: Messages that the broker has acknowledged.
    /// - Throws: ``AppError`` where the capture or the broker cannot be read or reached.
    public static func publish(capture path: String, speed: PlaybackSpeed, to broker: BrokerSettings) async throws
        -> Int
    {
        let count = Atomic(0)
        try await publishing(to: broker) { link in
            let source = try LineSource(path)
            var pacer = CapturePacer(speed: speed)
            let start = ContinuousClock.now
            while let line = try source.next() {
                if Task.isCancelled { return }
                let message: CaptureLine
                do throws(Problem) {
                    message = try CaptureLine(line, number: source.lineNumber, file: source.name)
                } catch {
                    throw AppError(.data, error.description)
                }
                let due = start.advanced(by: .microseconds(pacer.due(message.received).microseconds))
                if speed != .max, due > .now { try? await Task.sleep(until: due) }
                if Task.isCancelled { return }
                guard link.publish(message.topic, message.payload, message.contentType) else { return }
                count.add(1, ordering: .relaxed)
            }
        }
        return count.load(ordering: .relaxed)
    }

    /// Runs a publishing session around the body and waits until the broker has everything.
    private static func publishing(
        to broker: BrokerSettings,
        _ body: @escaping @Sendable (PublishLink) async throws -> Void
    ) async throws {
        let link = PublishLink(broker)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await BlockingThread.run("publish") { link.session.run() } }
            group.addTask {
                defer { link.session.close(milliseconds: 30_000) }
                try await body(link)
            }
            try await group.waitForAll()
        }
        try link.check()
    }
}
