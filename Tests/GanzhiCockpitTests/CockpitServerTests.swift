import Foundation
import GanzhiModel
import GanzhiTestSupport
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import GanzhiCockpit

@Suite struct CockpitServerTests {
    /// Runs a server on a free port, lets a body ask it, and shuts it down.
    private func serve(
        host: String = "127.0.0.1",
        port: Int = 0,
        _ body: @escaping @Sendable (CockpitServer, _ port: Int, LogLines) throws -> Void
    ) async throws {
        let log = LogLines()
        let server = CockpitServer(
            host: host,
            port: port,
            registry: MetricsRegistry(),
            logger: log.logger,
            now: { Health.sample().taken }
        )
        let group = ServiceGroup(services: [server], logger: log.logger)
        let running = Task { try await group.run() }
        let outcome = await Self.onThread {
            let place = try eventually("a word of the server: \(log.all)") {
                log.all.lazy.compactMap { $0.metadata["listen"] }.first
            }
            try body(server, Int(place.split(separator: ":").last ?? "") ?? 0, log)
        }
        await group.triggerGracefulShutdown()
        try await running.value
        try outcome.get()
    }

    /// Waits on a thread of its own: the server needs those of Swift's pool.
    private static func onThread(_ body: @escaping @Sendable () throws -> Void) async -> Result<Void, any Error> {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: Result { try body() }) }.start()
        }
    }

    @Test func `readiness is 200, or 503 with the reasons`() async throws {
        try await serve { server, port, _ in
            var answer = try HTTPAnswer("/readyz", port: port)
            #expect(answer.status == 503)
            #expect(answer.body == #"{"ready":false,"reasons":["starting: the journal has not been read yet"]}"# + "\n")
            var health = Health.sample()
            health.troubles = []
            server.show(health)
            answer = try HTTPAnswer("/readyz", port: port)
            #expect(answer.status == 200 && answer.body == #"{"ready":true}"# + "\n")
            #expect(answer.fields["content-type"] == "application/json; charset=utf-8")
            health.phase = .recovering(block: 3, of: 9)
            health.troubles = [.init(part: "clock", reason: "It “jumped”.", preventsReadiness: false)]
            server.show(health)
            answer = try HTTPAnswer("/readyz", port: port)
            #expect(answer.status == 503)
            #expect(
                answer.body
                    == #"{"ready":false,"reasons":["recovering: block 3 of 9"],"#
                    + #""troubles":[{"part":"clock","reason":"It “jumped”."}]}"# + "\n"
            )
        }
    }

    @Test func `liveness is 200, or 503 when a thread stands still`() async throws {
        try await serve { server, port, _ in
            #expect(try HTTPAnswer("/healthz", port: port).body == #"{"alive":true}"# + "\n")
            var health = Health.sample()
            health.phase = .recovering(block: 3, of: 9)
            health.intake = .init()
            server.show(health)
            #expect(try HTTPAnswer("/healthz", port: port).status == 200)
            health.still["intake"] = .seconds(31)
            server.show(health)
            let answer = try HTTPAnswer("/healthz", port: port)
            #expect(answer.status == 503)
            #expect(
                answer.body
                    == #"{"alive":false,"reasons":["intake: the thread has not moved for 31 s"]}"# + "\n"
            )
        }
    }

    @Test func `metrics come as Prometheus text, or as OpenMetrics to whoever asks for it`() async throws {
        try await serve { server, port, _ in
            server.show(.sample())
            let plain = try HTTPAnswer("/metrics", port: port)
            #expect(plain.status == 200)
            #expect(plain.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(plain.body.contains("\nganzhi_events_total 17\n") && !plain.body.contains("# EOF"))
            let accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
            let open = try HTTPAnswer("/metrics", port: port, fields: [accept])
            #expect(open.fields["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            #expect(open.body.hasSuffix("\n# EOF\n"))
            #expect(open.fields["content-length"] == "\(open.body.utf8.count)")
            let head = try HTTPAnswer("/metrics", port: port, method: "HEAD")
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head.fields["content-length"] == "\(plain.body.utf8.count)")
        }
    }

    @Test func `other paths are told the right ones, other methods are refused`() async throws {
        try await serve { _, port, _ in
            for path in ["/", "/metrics/", "/readyz/x", "/favicon.ico"] {
                let answer = try HTTPAnswer(path, port: port)
                #expect(answer.status == 404)
                for right in ["/metrics", "/healthz", "/readyz"] { #expect(answer.body.contains(right)) }
            }
            let answer = try HTTPAnswer("/readyz", port: port, method: "POST", fields: ["Content-Length: 0"])
            #expect(answer.status == 405 && answer.fields["allow"] == "GET, HEAD")
            #expect(try HTTPAnswer("/readyz?verbose=1", port: port).status == 503)
        }
    }

    @Test func `it listens at IPv6 too`() async throws {
        try await serve(host: "::1") { _, port, log in
            let answer = try HTTPAnswer("/healthz", port: port, host: "::1")
            #expect(answer.status == 200)
            #expect(log.all.contains { $0.metadata["listen"] == "[::1]:\(port)" })
        }
    }

    @Test func `a port that is taken is said, with a remedy, and ends nothing`() async throws {
        let (descriptor, port) = try Mosquitto.listen()
        defer { close(descriptor) }
        try await serve(port: port) { server, _, log in
            server.show(.sample())
            let error = try #require(log.all.first { $0.level == .error })
            #expect(error.metadata["listen"] == "127.0.0.1:\(port)")
            #expect(error.metadata["remedy"]?.contains("http: {listen:") == true)
        }
    }

    /// Connections that stay open while the server stops.
    private final class Clients: Sendable {
        let all = Mutex<[Int32]>([])
        deinit { all.withLock { for client in $0 { close(client) } } }
    }

    @Test func `clients that say nothing, or half of a request, do not keep it from its end`() async throws {
        let clients = Clients()
        try await serve { server, port, _ in
            server.show(.sample())
            for request in ["", "GET /metrics HTTP/1.1\r\nHost: x\r\n", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"] {
                let client = try HTTPAnswer.connection(port: port)
                _ = request.withCString { send(client, $0, request.utf8.count, Int32(MSG_NOSIGNAL)) }
                clients.all.withLock { $0.append(client) }
            }
            // One more asks and asks, and never reads what it is told.
            let deaf = try HTTPAnswer.connection(port: port)
            let request = Array("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
            var isFull = false
            for _ in 0..<100_000 where !isFull {
                isFull = send(deaf, request, request.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) < 0
            }
            clients.all.withLock { $0.append(deaf) }
            // The server has taken them all when it answers one that came behind them.
            #expect(try HTTPAnswer("/healthz", port: port).status == 200)
        }
        #expect(clients.all.withLock { $0.count } == 4)
    }
}
