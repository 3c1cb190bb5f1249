import Foundation
import Glibc

/// The broker of a benchmark: a private mosquitto on a free port of the loopback interface, or one that runs already.
final class BenchBroker {
    let host: String
    let port: Int
    private let child: BenchChild?

    /// Uses a broker that runs already.
    init(host: String, port: Int) {
        self.host = host
        self.port = port
        child = nil
    }

    /// Starts a private broker with limits as in `deploy/mosquitto.conf`, without persistence.
    ///
    /// - Throws: ``AppError`` where there is no mosquitto, or it does not start.
    init(in folder: BenchFolder) throws {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let program = (path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin"])
            .map { $0 + "/mosquitto" }.first { access($0, X_OK) == 0 }
        guard let program else {
            throw AppError(
                .unavailable,
                "mosquitto is not installed. Install it (apt install mosquitto), or name --host and --port."
            )
        }
        host = "127.0.0.1"
        port = try Self.freePort()
        let configuration = folder.url.appending(path: "mosquitto.conf")
        try """
        listener \(port) 127.0.0.1
        allow_anonymous true
        persistence false
        max_inflight_messages 0
        max_queued_messages 0
        max_queued_bytes 0
        set_tcp_nodelay true
        log_dest none

        """.write(to: configuration, atomically: true, encoding: .utf8)
        let child = try BenchChild(program, ["-c", configuration.path])
        self.child = child
        let deadline = ContinuousClock.now.advanced(by: .seconds(10))
        while !accepts() {
            guard child.isRunning, ContinuousClock.now < deadline else {
                throw AppError(.unavailable, "mosquitto did not start on port \(port) within ten seconds.")
            }
            usleep(1000)
        }
    }

    private func accepts() -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return Self.withLoopback(port: port) { connect(descriptor, $0, $1) } == 0
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        guard withLoopback(port: 0, { bind(descriptor, $0, $1) }) == 0 else {
            throw AppError(
                .unavailable,
                "The loopback interface has no free port: \(String(cString: strerror(errno)))."
            )
        }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func withLoopback(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
