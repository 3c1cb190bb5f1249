import Foundation
public import GanzhiWindow

extension DayCalendar {
    /// The days of a zone, from 1970 to 2037, as Foundation's zone database has them.
    public init(zone identifier: String) {
        guard let zone = TimeZone(identifier: identifier) else { preconditionFailure("No zone \(identifier).") }
        func offset(_ second: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
        }
        var changes: [Change] = []
        // Foundation tells daylight saving's changes only; zones change for other reasons too.
        for later in stride(from: Int64(43_200), through: 2_145_916_800, by: 43_200) {
            var (before, after) = (later - 43_200, later)
            guard offset(before) != offset(after) else { continue }
            while after - before > 1 {
                let middle = (before + after) / 2
                if offset(middle) == offset(later) { after = middle } else { before = middle }
            }
            changes.append(Change(at: after, offset: offset(after)))
        }
        self.init(zone: identifier, firstOffset: offset(0), changes: changes)
    }
}
