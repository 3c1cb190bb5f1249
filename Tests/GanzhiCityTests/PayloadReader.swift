import Foundation
import GanzhiCity
import Testing

/// What an independent reader finds in a payload: Foundation's JSON parser and the rules of RFC 8428 written down again.
struct SeenReading: Hashable {
    var device: String
    var metric: String
    /// Milliseconds since 1970.
    var time: Int64
    var value: Double
    var unit: String
}

/// The readings of a message, or `nil` where it must be refused whole.
func seenReadings(_ message: PlannedMessage) -> [SeenReading]? {
    guard let root = try? JSONSerialization.jsonObject(with: Data(message.payload)) else { return nil }
    guard message.contentType == "application/senml+json" else {
        let objects = root as? [[String: Any]] ?? (root as? [String: Any]).map { [$0] } ?? []
        let readings = objects.compactMap { object -> SeenReading? in
            guard let time = object["ts"] as? NSNumber, let device = object["device"] as? String,
                let metric = object["metric"] as? String, let value = object["value"] as? NSNumber,
                let unit = object["unit"] as? String
            else { return nil }
            return SeenReading(
                device: device,
                metric: metric,
                time: time.int64Value,
                value: value.doubleValue,
                unit: unit
            )
        }
        return readings.isEmpty || readings.count != objects.count ? nil : readings
    }
    guard let records = root as? [[String: Any]], !records.isEmpty else { return nil }
    var (name, time, unit) = ("", 0.0, "")
    var readings: [SeenReading] = []
    for record in records {
        guard !record.keys.contains(where: { $0.hasSuffix("_") }) else { return nil }
        guard ["v", "vs", "vb", "vd"].filter({ record[$0] != nil }).count == 1, record["vs"] == nil,
            let value = record["v"] as? NSNumber
        else { return nil }
        name = record["bn"] as? String ?? name
        time = (record["bt"] as? NSNumber)?.doubleValue ?? time
        unit = record["bu"] as? String ?? unit
        let whole = name + (record["n"] as? String ?? "")
        guard whole.wholeMatch(of: /[A-Za-z0-9][-A-Za-z0-9:.\/_]*/) != nil,
            let cut = whole.lastIndex(where: { $0 == "/" || $0 == ":" })
        else { return nil }
        let seconds = time + ((record["t"] as? NSNumber)?.doubleValue ?? 0)
        readings.append(
            SeenReading(
                device: String(whole[..<cut]),
                metric: String(whole[whole.index(after: cut)...]),
                time: Int64((seconds * 1000).rounded()),
                value: value.doubleValue,
                unit: record["u"] as? String ?? unit
            )
        )
    }
    return readings
}
