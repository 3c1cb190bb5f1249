import Foundation

/// Lines over a connected socket, both ways, bounded in length and time; the socket is closed in the end.
struct ControlStream: ~Copyable {
    /// Bytes that a line may have.
    static let longestLine = 1 << 20

    /// Why no line came or went.
    enum Failure: Error {
        /// The line has more bytes than ``longestLine``.
        case tooLong
        /// The other side took more time than it had.
        case tooSlow
        /// The other side went, perhaps in the middle of a line.
        case gone
    }

    private let descriptor: Int32
    private var pending: [UInt8] = []

    /// Takes over a connected socket.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit { close(descriptor) }

    /// The next line without its end; `nil` where the other side has none any more.
    mutating func readLine(within seconds: Double) throws(Failure) -> [UInt8]? {
        let deadline = Date.now + seconds
        var searched = 0
        while true {
            if let end = pending[searched...].firstIndex(of: 0x0A) {
                defer { pending.removeSubrange(...end) }
                guard end <= Self.longestLine else { throw .tooLong }
                return Array(pending[..<end])
            }
            guard pending.count <= Self.longestLine else { throw .tooLong }
            searched = pending.count
            try wait(for: POLLIN, until: deadline)
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(descriptor, &piece, piece.count)
            if count > 0 {
                pending += piece[..<count]
            } else if count == 0 {
                guard pending.isEmpty else { throw .gone }
                return nil
            } else if errno != EINTR, errno != EAGAIN {
                throw .gone
            }
        }
    }

    /// Writes a line and its end.
    func write(line: [UInt8], within seconds: Double) throws(Failure) {
        let deadline = Date.now + seconds
        var rest = (line + [0x0A])[...]
        while !rest.isEmpty {
            try wait(for: POLLOUT, until: deadline)
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR, errno != EAGAIN {
                throw .gone
            }
        }
    }

    private func wait(for events: Int32, until deadline: Date) throws(Failure) {
        var state = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        let left = deadline.timeIntervalSinceNow
        guard left > 0, poll(&state, 1, Int32(min(left * 1000 + 1, 1e9))) != 0 else { throw .tooSlow }
    }
}
