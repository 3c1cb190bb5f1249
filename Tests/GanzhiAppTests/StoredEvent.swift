import Foundation
import GanzhiTestSupport

/// An event as the store holds it.
struct StoredEvent {
    /// The bytes.
    let line: String
    private let object: [String: Any]

    init(_ line: String) throws {
        self.line = line
        object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
    }

    var id: String { object["id"] as? String ?? "" }
    var type: String { object["type"] as? String ?? "" }
    var subject: String { object["subject"] as? String ?? "" }
    var sequence: String { object["sequence"] as? String ?? "" }
    var serial: Int { object["serial"] as? Int ?? 0 }
    var data: [String: Any] { object["data"] as? [String: Any] ?? [:] }
    var scenario: String { data["scenario"] as? String ?? "" }
    var key: String { data["key"] as? String ?? "" }
    var level: String { data["level"] as? String ?? "" }
    var instant: Int64 { data["instant"] as? Int64 ?? 0 }
    var block: Int { data["block"] as? Int ?? 0 }
    /// When it was decided, in milliseconds.
    var decided: Int64 { (data["times"] as? [String: Any])?["decided"] as? Int64 ?? 0 }
    /// The title of the event without `ganzhi.`, with scenario, key and level.
    var summary: String {
        ([String(type.dropFirst("ganzhi.".count))] + [scenario, key, level].filter { !$0.isEmpty })
            .joined(separator: " ")
    }

    /// Whether the ladder moved, which is decided in event time alone.
    ///
    /// That a warning is stale depends on running time, so on the pace of the input.
    var isTransition: Bool { type.hasPrefix("ganzhi.warning.") && type != "ganzhi.warning.stale" }

    /// What must be the same whenever and through whatever the readings come: all but times of arrival and decision,
    /// generation, serial and block.
    func transition() throws -> String {
        let fields = ["scenario", "key", "level", "previous", "instant", "evidence", "conditions"]
        let kept = data.filter { fields.contains($0.key) }
        return type
            + String(
                decoding: try JSONSerialization.data(withJSONObject: kept, options: .sortedKeys),
                as: UTF8.self
            )
    }
}
