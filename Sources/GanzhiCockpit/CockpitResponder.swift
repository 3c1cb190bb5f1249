import GanzhiModel
import Hummingbird
import HTTPTypes

/// Answers what may be asked about the daemon over HTTP: `/metrics`, `/healthz` and `/readyz`, and nothing else.
struct CockpitResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let registry: MetricsRegistry
    /// The health taken last; `nil` before the first.
    let health: @Sendable () -> Health?
    /// Wall clock.
    let now: @Sendable () -> Timestamp

    func respond(to request: Request, context: Context) async throws -> Response {
        let path = request.uri.path
        guard ["/metrics", "/healthz", "/readyz"].contains(path) else {
            return Self.json(.notFound) {
                $0.member("error", "There is nothing here. Ask for /metrics, /healthz or /readyz.")
            }
        }
        guard request.method == .get || request.method == .head else {
            var refusal = Self.json(.methodNotAllowed) {
                $0.member("error", "Nothing can be changed here. Use GET.")
            }
            refusal.headers[.allow] = "GET, HEAD"
            return refusal
        }
        let response =
            switch path {
            case "/metrics": metrics(accept: request.headers[.accept])
            case "/healthz": alive()
            default: ready()
            }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func metrics(accept: String?) -> Response {
        let format = MetricsText.Format(accept: accept)
        return Self.response(.ok, format.contentType, Array(MetricsText.text(of: registry, format).utf8))
    }

    /// Whether the process makes progress: what a watchdog asks before it restarts it.
    private func alive() -> Response {
        let reasons = health()?.stuck(at: now()) ?? []
        return Self.json(reasons.isEmpty ? .ok : .serviceUnavailable) { writer in
            writer.name("alive")
            writer.value(reasons.isEmpty)
            if !reasons.isEmpty {
                writer.name("reasons")
                writer.array { writer in for reason in reasons { writer.value(reason) } }
            }
        }
    }

    /// Whether it does what it is for.
    private func ready() -> Response {
        let health = health() ?? Health(taken: now(), started: now())
        return Self.json(health.isReady ? .ok : .serviceUnavailable) { health.writeReadiness(to: &$0) }
    }

    private static func json(_ status: HTTPResponse.Status, _ members: (inout JSONWriter) -> Void) -> Response {
        var writer = JSONWriter()
        writer.object(members)
        writer.newline()
        return response(status, "application/json; charset=utf-8", writer.bytes)
    }

    private static func response(_ status: HTTPResponse.Status, _ type: String, _ bytes: [UInt8]) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
