import Foundation
import ServiceLifecycle
import Synchronization

/// Tells the service manager that started the daemon, systemd as a rule, how it stands.
final class ServiceManager: Service {
    private let board: HealthBoard
    private let socket: DatagramSocket
    private let report: Mutex<(report: ServiceReport, unsent: [String])>
    private let isStopping = Atomic(false)

    /// Seconds between two looks at the daemon.
    private static let pause = 0.1
    /// Lines that wait at most while nobody takes them; then the oldest go.
    private static let mostUnsent = 100

    /// A connection to the service manager; `nil` where none started the daemon.
    ///
    /// - Parameters:
    ///   - broker: Its address, for the status.
    ///   - environment: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` are read.
    init?(board: HealthBoard, broker: String, environment: [String: String]) {
        guard let path = environment["NOTIFY_SOCKET"], let socket = DatagramSocket(path: path) else { return nil }
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let watchdog = isOurs ? environment["WATCHDOG_USEC"].flatMap { Int64($0) } : nil
        self.board = board
        self.socket = socket
        report = Mutex((ServiceReport(broker: broker, watchdog: watchdog), []))
    }

    func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await BlockingThread.run("service") { self.loop() }
        } onCancelOrGracefulShutdown: {
            self.isStopping.store(true, ordering: .relaxed)
        }
    }

    private func loop() {
        while !isStopping.load(ordering: .relaxed) {
            tell {
                $0.turn(
                    self.board.engine.withLock { $0.phase },
                    self.board.intake.withLock { $0.connection },
                    turns: self.board.turns,
                    at: Self.now
                )
            }
            Thread.sleep(forTimeInterval: Self.pause)
        }
        tell { $0.stopping() }
    }

    /// A reload begins.
    func beginReload() { tell { $0.beginReload(at: Self.now) } }

    /// A reload is over, whatever came of it.
    func endReload() { tell { $0.endReload() } }

    private func tell(_ lines: (inout ServiceReport) -> [String]) {
        // Sent with the report held: what was decided first arrives first.
        report.withLock { state in
            state.unsent += lines(&state.report)
            guard !state.unsent.isEmpty else { return }
            if socket.send(Array(state.unsent.joined(separator: "\n").utf8)) {
                state.unsent = []
            } else {
                state.unsent = state.unsent.suffix(Self.mostUnsent)
            }
        }
    }

    /// The clock that systemd compares a reload with.
    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
