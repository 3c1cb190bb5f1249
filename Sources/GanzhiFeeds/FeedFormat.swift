/// How a feed's payloads are to be read.
public enum FeedFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// Native JSON, or JSON with configured paths where the feed has a mapping.
    case json
    /// SenML in JSON (RFC 8428).
    case senml = "senml+json"

    /// The format of an MQTT 5 content type, parameters and case aside; `nil` where it names another one.
    ///
    /// - Parameter contentType: The content type; empty, as with MQTT 3.1.1, means JSON.
    public init?(contentType: String) {
        switch contentType.prefix(while: { $0 != ";" && $0 != " " }).lowercased() {
        case "", "application/json": self = .json
        case "application/senml+json": self = .senml
        default: return nil
        }
    }
}
