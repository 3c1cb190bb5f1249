import Dispatch
import GanzhiModel

/// The times that the log goes by.
struct LogClock: Sendable {
    /// Wall clock.
    var now: @Sendable () -> Timestamp
    /// Monotonic clock in microseconds.
    var monotonic: @Sendable () -> Int64
    /// Does something after so many microseconds.
    var after: @Sendable (Int64, @escaping @Sendable () -> Void) -> Void

    /// The machine's.
    static let machine = LogClock(
        now: { Clocks.now },
        monotonic: { Clocks.monotonic },
        after: { microseconds, body in
            DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(Int(microseconds)), execute: body)
        }
    )
}
