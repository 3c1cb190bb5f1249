import Foundation
import GanzhiWindow

/// Turns a time zone of the system into a calendar that needs no system.
enum ZoneCalendar {
    /// Seconds since 1970 that are looked through for changes of the offset: the years 1970 to 2099.
    private static let span: Range<Int64> = 0..<4_102_444_800
    private static let day: Int64 = 86_400

    /// Reads the name of a zone.
    static func read(_ value: YAMLValue) -> DayCalendar? {
        value.read("a time zone", "Write for example `Asia/Shanghai`.") { text throws(Fault) in
            let database = "/usr/share/zoneinfo"
            guard FileManager.default.fileExists(atPath: database) else {
                throw Fault("The system has no time zones (\(database) is absent).", "Install the package tzdata.")
            }
            let isName = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "/_+-".contains($0) }
            let file = isName ? FileManager.default.contents(atPath: "\(database)/\(text)") : nil
            guard !text.hasPrefix("/"), let file, file.starts(with: Array("TZif".utf8)),
                let calendar = calendar(of: text)
            else {
                throw Fault(
                    "\(ScalarText.quoted(text)) is no time zone of this system.",
                    didYouMean(text, among: TimeZone.knownTimeZoneIdentifiers)
                        ?? "Write an IANA name, such as `Asia/Shanghai`."
                )
            }
            return calendar
        }
    }

    /// The calendar of a zone; `nil` where the system does not know it.
    ///
    /// Offsets of 1970 hold before, those of 2099 after. Changes less than a day apart are one.
    static func calendar(of zone: String) -> DayCalendar? {
        guard let timeZone = TimeZone(identifier: zone) else { return nil }
        func offset(_ second: Int64) -> Int64 {
            Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
        }
        let first = offset(span.lowerBound)
        var last = first
        var changes: [DayCalendar.Change] = []
        for day in stride(from: span.lowerBound + day, to: span.upperBound, by: Int(day)) {
            let next = offset(day)
            guard next != last else { continue }
            var (before, after) = (day - Self.day, day)
            while after - before > 1 {
                let middle = (before + after) / 2
                if offset(middle) == last { before = middle } else { after = middle }
            }
            changes.append(DayCalendar.Change(at: after, offset: next))
            last = next
        }
        return DayCalendar(zone: zone, firstOffset: first, changes: changes)
    }
}
