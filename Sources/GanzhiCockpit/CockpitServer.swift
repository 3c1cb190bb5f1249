import Foundation
public import GanzhiModel
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization

/// Serves metrics, health and readiness over HTTP.
///
/// It runs on threads of its own, knows nothing but the health taken last, and has no authentication: whoever reaches
/// the port may read. Where the port cannot be had the daemon goes on without.
public final class CockpitServer: Service {
    private let host: String
    private let port: Int
    private let registry: MetricsRegistry
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let metrics: Mutex<HealthMetrics>
    private let health = Mutex<Health?>(nil)

    /// Connections that are served at a time; more wait.
    private static let mostConnections = 256
    /// How long a connection may say nothing.
    private static let patience = TimeAmount.seconds(10)
    /// How long requests have to end when the daemon stops.
    private static let farewell = Duration.milliseconds(300)

    /// Creates a server; ``run()`` opens the port.
    ///
    /// - Parameters:
    ///   - host: Address or name to listen at.
    ///   - port: TCP port; 0 is any that is free, said in the log.
    ///   - registry: What `/metrics` shows.
    ///   - now: Wall clock; the machine's unless told.
    public init(
        host: String,
        port: Int,
        registry: MetricsRegistry = .ofProcess,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp = CockpitServer.wallClock
    ) {
        self.host = host
        self.port = port
        self.logger = logger
        self.registry = registry
        self.now = now
        metrics = Mutex(HealthMetrics(registry))
    }

    /// The machine's wall clock.
    public static func wallClock() -> Timestamp {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
    }

    /// Shows a health from now on.
    public func show(_ health: Health) {
        metrics.withLock { $0.show(health) }
        self.health.withLock { $0 = health }
    }

    /// Serves until shutdown; a port that cannot be had is said in the log and nothing else.
    public func run() async {
        // Shutdown must not wait for a client that takes its time, so requests are cut off soon.
        await withTaskGroup { group in
            group.addTask { await self.serve() }
            group.addTask {
                try? await gracefulShutdown()
                try? await Task.sleep(for: Self.farewell)
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func serve() async {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let responder = CockpitResponder(registry: registry, health: { self.health.withLock { $0 } }, now: now)
        let application = Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: Self.patience)),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)
            ),
            onServerRunning: { [host, port, logger] channel in
                let place = "\(host.contains(":") ? "[\(host)]" : host):\(channel.localAddress?.port ?? port)"
                logger.info("metrics and health are served", metadata: ["listen": "\(place)"])
            },
            logger: quiet
        )
        do {
            try await application.run()
        } catch is CancellationError {
            return
        } catch {
            logger.error(
                "metrics and health are not served; all else goes on",
                metadata: [
                    "listen": "\(host):\(port)", "error": "\(error)",
                    "remedy": "free the port or name another with `http: {listen: …}`, and restart",
                ]
            )
        }
        try? await gracefulShutdown()
    }
}
