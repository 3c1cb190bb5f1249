import Foundation
import GanzhiModel

/// What a warning event says, read from its bytes.
struct WarningContent: Decodable, Sendable {
    /// A measure behind the decision.
    struct Evidence: Codable, Sendable {
        var measure: String
        var value: Double
        /// Unit of value and thresholds; `nil` for plain numbers.
        var unit: String?
        var start: Timestamp
        var end: Timestamp
        var count: Int
        var coverage: Double
        var good: Double
        var revision: Int
        var thresholds: [Threshold]
    }

    /// What a measure was held against.
    struct Threshold: Codable, Sendable {
        var comparison: String
        var value: Double
    }

    /// Truth of a level's condition: `true`, `false` or `unknown`.
    enum Verdict: String, Codable, Sendable {
        case yes = "true"
        case no = "false"
        case unknown

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = (try? container.decode(Bool.self)).map { $0 ? .yes : .no } ?? .unknown
        }
    }

    /// The members of an event that are read.
    struct Members: Decodable, Sendable {
        var scenario: String
        var key: String
        var level: String
        var previous: String
        var instant: Timestamp
        var reason: String?
        var evidence: [Evidence]?
        var conditions: [String: Verdict]?
        var suppressed: [Suppressed]?
        /// Hash of the generation that held.
        var generation: String
        /// Hash of the scenario that decided.
        var scenarioHash: String
    }

    /// What kept the event from being published.
    struct Suppressed: Codable, Sendable {
        var kind: String
        var id: String?
        var author: String?
        var reason: String?
        var scenario: String?
        var key: String?
    }

    var id: String
    var type: String
    var subject: String
    var serial: UInt64
    var time: String
    var data: Members

    /// Reads an event; `nil` where it is none of a warning.
    init?(_ event: Event) {
        guard event.type.hasPrefix(Self.prefix),
            let content = try? JSONDecoder().decode(WarningContent.self, from: Data(event.bytes))
        else { return nil }
        self = content
    }

    private static let prefix = "ganzhi.warning."

    /// What happened, in a word: `raised`.
    var kind: String { String(type.dropFirst(Self.prefix.count)) }
}
