import Foundation
import GanzhiTestSupport

/// A gateway that publishes without a pause, some thousand readings a second, whether anybody listens or not.
final class Load: @unchecked Sendable {
    // @unchecked: what the thread writes is read with the lock held, or after the semaphore told its end.
    private let city: Installation
    private let topics: [String]
    private let ended = DispatchSemaphore(value: 0)
    private let lock = NSLock()
    private var isEnding = false
    private var record = LoadRecord()
    private var published: [Reading] = []
    private var result: Result<Void, any Error> = .success(())

    /// Readings that one run of the publishing client takes, and the time after which the next begins.
    private static let (chunk, pace) = (1000, 0.2)

    /// Begins to publish.
    ///
    /// - Parameter topics: Where to; each device has one of them.
    init(on city: Installation, to topics: [String] = [Installation.gateway]) {
        self.city = city
        self.topics = topics
        let thread = Thread { [self] in
            result = Result {
                while !lock.withLock({ isEnding }) {
                    let next = Date.now + Self.pace
                    try publish(record.next(Self.chunk))
                    Thread.sleep(until: next)
                }
                try publish(record.last())
            }
            ended.signal()
        }
        thread.start()
    }

    /// Readings that the broker has so far.
    var count: Int { lock.withLock { published.count } }

    private func publish(_ readings: [Reading]) throws {
        for (place, topic) in topics.enumerated() {
            let own = readings.filter { Int($0.device.dropFirst()).map { $0 % topics.count } == place }
            try city.publish(own, to: topic)
        }
        lock.withLock { published += readings }
    }

    /// Tells it to end.
    func end() { lock.withLock { isEnding = true } }

    /// Ends it, and returns what the broker has acknowledged: all of it, in its order.
    func finish() throws -> (record: LoadRecord, published: [Reading]) {
        end()
        ended.wait()
        try result.get()
        return (record, published)
    }
}
