import Foundation
import Glibc

/// A private mosquitto on a free port of the loopback interface; ended with the last reference.
///
/// `@unchecked Sendable`: the process is started and ended by the one test that owns the broker.
public final class Mosquitto: @unchecked Sendable {
    /// Where it listens.
    public let port: Int
    /// Its folder, for password files, certificates and the like.
    public let folder: TemporaryFolder

    private let configuration: URL
    private var process: Process?

    /// The program, or `nil` where it is not installed.
    private static let program: String? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return (path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin"])
            .map { $0 + "/mosquitto" }.first { access($0, X_OK) == 0 }
    }()

    /// Whether a broker can be started here.
    public static var isInstalled: Bool { program != nil }

    /// Why a test that needs a broker does not run.
    public static let absence = "mosquitto is not installed (apt install mosquitto)"

    /// A broker could not be started, with what it said.
    public struct Failure: Error, CustomStringConvertible {
        /// What went wrong.
        public let description: String
    }

    /// Starts a broker.
    ///
    /// - Parameters:
    ///   - lines: Further lines of its configuration; `{folder}` stands for its folder.
    ///   - allowsAnonymous: Whether clients need no name.
    ///   - prepare: Puts files into its folder before it starts.
    public init(
        _ lines: String = "",
        allowsAnonymous: Bool = true,
        prepare: (TemporaryFolder) throws -> Void = { _ in }
    ) throws {
        folder = try TemporaryFolder()
        // As root it would drop its rights, and with them the access to its folder.
        chmod(folder.url.path, 0o777)
        port = try Self.freePort()
        try prepare(folder)
        configuration = try folder.write(
            """
            user root
            allow_anonymous \(allowsAnonymous)
            listener \(port) 127.0.0.1
            set_tcp_nodelay true
            \(lines.replacingOccurrences(of: "{folder}", with: folder.url.path))

            """,
            to: "mosquitto.conf"
        )
        try start()
    }

    deinit { kill() }

    /// Starts it again on the same port, and waits until it accepts connections.
    public func start() throws {
        guard let program = Self.program else { throw Failure(description: Self.absence) }
        let log = folder.url.appending(path: "log")
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["-c", configuration.path]
        process.standardOutput = output
        process.standardError = output
        // A child inherits which signals its parent's thread blocks, and test threads block SIGTERM.
        var none = sigset_t()
        var blocked = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &blocked)
        defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        try process.run()
        self.process = process
        let deadline = Date.now + 20
        while !accepts() {
            guard process.isRunning, Date.now < deadline else {
                throw Failure(description: "mosquitto did not start: \(self.log)")
            }
            usleep(1000)
        }
    }

    /// Ends it in good order: it stores its sessions, where it is configured to.
    public func stop() { end(SIGTERM) }

    /// Ends it as a power failure would.
    public func kill() { end(SIGKILL) }

    private func end(_ signal: Int32) {
        guard let process else { return }
        Glibc.kill(process.processIdentifier, signal)
        process.waitUntilExit()
        self.process = nil
    }

    /// What it has logged since it was started last.
    public var log: String { (try? String(contentsOf: folder.url.appending(path: "log"), encoding: .utf8)) ?? "" }

    private func accepts() -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return Self.withAddress(port: port) { connect(descriptor, $0, $1) } == 0
    }

    private static func freePort() throws -> Int {
        let (descriptor, port) = try listen()
        close(descriptor)
        return port
    }

    /// A socket that listens on a free port of the loopback interface, and that port.
    public static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard withAddress(port: 0, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 16) == 0 else {
            close(descriptor)
            throw Failure(description: "no free port on the loopback interface")
        }
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func withAddress(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
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
