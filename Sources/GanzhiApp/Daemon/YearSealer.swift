import Foundation
import GanzhiStore
import Glibc
import Logging
import ServiceLifecycle
import Synchronization

/// Looks now and then whether a year is over, and moves its events into a sealed file.
final class YearSealer: Service {
    private let store: EventStore
    private let zone: TimeZone
    private let logger: Logger
    private let isEnding = Mutex(false)

    /// Time between two looks; each costs two short reads.
    private static let pause = Duration.seconds(10)

    /// Creates it for the city's IANA zone.
    init(store: EventStore, zone: String, logger: Logger) {
        self.store = store
        self.zone = TimeZone(identifier: zone) ?? .gmt
        self.logger = logger
    }

    func run() async throws {
        var said: String?
        await withTaskCancellationOrGracefulShutdownHandler {
            while !isOver {
                do {
                    try await BlockingThread.run("years") { try self.seal() }
                    said = nil
                } catch {
                    // It is tried again; what cannot be sealed is still in the store.
                    let reason = "\(error)"
                    if said != reason { logger.error("a past year cannot be sealed", metadata: ["error": "\(reason)"]) }
                    said = reason
                }
                guard !isOver else { break }
                await cancelWhenGracefulShutdown { try? await Task.sleep(for: Self.pause) }
            }
        } onCancelOrGracefulShutdown: {
            self.isEnding.withLock { $0 = true }
        }
    }

    private var isOver: Bool { isEnding.withLock { $0 } }

    private func seal() throws {
        // Of this thread only, as Linux has it.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        for file in try store.sealClosedYears(in: zone, at: Clocks.now, isCancelled: { self.isOver }) {
            logger.info(
                "a past year is sealed",
                metadata: [
                    "file": "\(file.name)", "first": "\(file.firstSerial)", "last": "\(file.lastSerial)",
                ]
            )
        }
    }
}
