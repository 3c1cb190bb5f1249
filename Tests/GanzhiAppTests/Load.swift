import Foundation
import GanzhiTestSupport

/// A gateway that publishes without a pause, some thousand readings a second, whether anybody listens or not.
final class Load: @unchecked Sendable {
    // @unchecked: what the thread writes is read after the semaphore told its end; `isEnding` is behind the lock.
    private let city: Installation
    private let ended = DispatchSemaphore(value: 0)
    private let lock = NSLock()
    private var isEnding = false
    private var record = LoadRecord()
    private var published: [Reading] = []
    private var result: Result<Void, any Error> = .success(())

    /// Readings that one run of the publishing client takes, and the time after which the next begins.
    private static let (chunk, pace) = (1000, 0.2)

    /// Begins to publish.
    init(on city: Installation) {
        self.city = city
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

    private func publish(_ readings: [Reading]) throws {
        try city.publish(readings)
        published += readings
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
