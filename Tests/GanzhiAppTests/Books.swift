import Foundation

/// The books of a feed, as `ganzhi ledger --json` prints them.
struct Books {
    let feed: String
    let messages: [String: Int]
    let readings: [String: Int]
    /// Counts that stand beside the equations.
    let beside: [String: Int]
    /// Counts by `column reason`.
    let reasons: [String: Int]
    let isBalanced: Bool

    init(_ line: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        feed = object["feed"] as? String ?? ""
        messages = object["messages"] as? [String: Int] ?? [:]
        readings = object["readings"] as? [String: Int] ?? [:]
        beside = object["beside"] as? [String: Int] ?? [:]
        let entries = object["reasons"] as? [[String: Any]] ?? []
        reasons = Dictionary(
            entries.map { ("\($0["column"] ?? "") \($0["reason"] ?? "")", $0["count"] as? Int ?? 0) },
            uniquingKeysWith: +
        )
        isBalanced = object["balanced"] as? Bool ?? false
    }

    /// Messages that are journalled and not booked yet.
    var pending: Int { messages["pending"] ?? 0 }
}
