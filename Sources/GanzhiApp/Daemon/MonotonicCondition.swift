import Glibc

/// A lock with a condition, whose waits end by the monotonic clock.
///
/// Foundation's `NSCondition` waits for a time of the wall clock: when the machine's clock is set back by an hour, such a
/// wait takes an hour longer.
final class MonotonicCondition: @unchecked Sendable {
    // @unchecked: the two are made for use by any thread.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// When a wait ends.
    struct Deadline { fileprivate var time: timespec }

    /// The instant that is so many seconds away.
    static func deadline(seconds: Double) -> Deadline {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let nanoseconds = time.tv_nsec + Int(seconds * 1e9)
        time.tv_sec += nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        return Deadline(time: time)
    }

    /// Holds the lock meanwhile.
    func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// With the lock held: gives it up until ``broadcast()``; `false` when the deadline has passed.
    func wait(until deadline: Deadline) -> Bool {
        var time = deadline.time
        return pthread_cond_timedwait(condition, mutex, &time) == 0
    }

    /// With the lock held: ends all waits.
    func broadcast() { pthread_cond_broadcast(condition) }
}
