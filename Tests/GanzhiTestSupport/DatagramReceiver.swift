import Foundation
import Glibc

/// A Unix datagram socket that a test listens at, as systemd and its journal do.
public final class DatagramReceiver: Sendable {
    /// What senders name: a path, or `@` and an abstract name.
    public let address: String
    private let descriptor: Int32
    private let folder: TemporaryFolder?

    /// A socket on a path of its own, or with an abstract name.
    public init(isAbstract: Bool = false) throws {
        folder = isAbstract ? nil : try TemporaryFolder()
        address = folder?.url.appending(path: "socket").path ?? "@ganzhi-test-\(UUID().uuidString)"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
        var name = Array(address.utf8)
        if isAbstract { name[0] = 0 }
        var socket = sockaddr_un()
        socket.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &socket.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + (isAbstract ? 0 : 1))
        let code = withUnsafePointer(to: &socket) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard code == 0 else { throw Impatience(description: "no socket at \(address): \(errno)") }
    }

    deinit { close(descriptor) }

    /// The next datagram, or `nil` where none has come.
    public func next() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 1 << 17)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    /// Waits for a datagram with such a line, and returns all lines until then, in order.
    public func lines(until what: String, _ isMeant: (String) -> Bool) throws -> [String] {
        var lines: [String] = []
        return try eventually("\(what), not only \(lines)") {
            while let bytes = next() {
                let new = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
                lines += new
                if new.contains(where: isMeant) { return lines }
            }
            return nil
        }
    }
}
