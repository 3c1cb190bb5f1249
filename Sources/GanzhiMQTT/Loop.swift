import Glibc

/// What the two sessions' loops share.
enum Loop {
    /// How long a broker may take to accept a connection, in milliseconds.
    static let connectTimeout = 10_000

    /// Monotonic milliseconds.
    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// What a wait ended with.
    struct Ready {
        var isReadable = false
        var isWritable = false
        var wasWoken = false
    }

    /// Waits for the socket or the waker.
    ///
    /// - Parameters:
    ///   - socket: The connection's; -1 for none.
    ///   - waker: Ends the wait too, and is cleared.
    ///   - milliseconds: The longest wait.
    static func wait(socket: Int32, write: Bool, waker: Waker, milliseconds: Int) -> Ready {
        var entries = (
            pollfd(fd: socket, events: Int16(POLLIN | (write ? POLLOUT : 0)), revents: 0),
            pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0)
        )
        let count = withUnsafeMutableBytes(of: &entries) { bytes in
            poll(bytes.baseAddress?.assumingMemoryBound(to: pollfd.self), 2, Int32(clamping: max(0, milliseconds)))
        }
        var ready = Ready()
        guard count > 0 else { return ready }
        // An error or a hang-up is found out by reading.
        ready.isReadable = entries.0.revents & ~Int16(POLLOUT) != 0
        ready.isWritable = entries.0.revents & Int16(POLLOUT) != 0
        ready.wasWoken = entries.1.revents != 0
        if ready.wasWoken { waker.clear() }
        return ready
    }

    /// Whether the socket has something to read at this moment.
    static func isReadable(_ socket: Int32) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }
}
