import Glibc

/// Ends the wait of a session's loop from any thread: a pipe that the loop polls beside its socket.
public final class Waker: Sendable {
    /// The end that becomes readable.
    let descriptor: Int32
    private let writer: Int32

    /// Creates a waker for one session.
    public init() {
        var ends: [Int32] = [-1, -1]
        let code = pipe(&ends)
        precondition(code == 0, "The process has no file descriptors left for a pipe")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        writer = ends[1]
    }

    deinit {
        close(descriptor)
        close(writer)
    }

    /// Ends the present wait or, where the loop is not waiting, the next one.
    public func wake() {
        var byte: UInt8 = 1
        // A full pipe wakes too.
        _ = write(writer, &byte, 1)
    }

    /// Takes back what ``wake()`` asked for.
    func clear() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { bytes in
            while read(descriptor, bytes.baseAddress, bytes.count) == bytes.count {}
        }
    }
}
