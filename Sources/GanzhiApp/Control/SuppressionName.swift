import Foundation
import GanzhiModel

/// Ids of suppressions, short enough to be typed: `s-20260620-3f9a`.
enum SuppressionName {
    /// An id that is not taken.
    ///
    /// - Parameters:
    ///   - kind: What the id is for.
    ///   - now: Gives the day.
    ///   - zone: Whose day it is.
    ///   - isTaken: Whether there is one of this name already.
    static func make(
        _ kind: Suppression.Kind,
        at now: Timestamp,
        zone: TimeZone,
        isTaken: (String) throws -> Bool
    ) rethrows -> String {
        let date = Date(timeIntervalSince1970: Double(now.milliseconds) / 1000)
        let local = Timestamp(milliseconds: now.milliseconds + Int64(zone.secondsFromGMT(for: date)) * 1000)
        let letter = kind == .silence ? "s" : "m"
        let day = local.rfc3339.prefix(10).filter { $0 != "-" }
        // Four digits are enough for a day; should they ever not be, more are taken.
        var (bits, attempts) = (UInt32(16), 0)
        while true {
            let digits = String(UInt64.random(in: (1 << (bits - 4))..<(1 << bits)), radix: 16)
            let name = "\(letter)-\(day)-\(digits)"
            if try !isTaken(name) { return name }
            attempts += 1
            if attempts.isMultiple(of: 64), bits < 60 { bits += 4 }
        }
    }
}
