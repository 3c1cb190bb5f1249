import Foundation
import GanzhiModel
import GanzhiStore

/// Times on the clocks of a city, for people.
enum LocalTime {
    /// `2026-06-20 14:12:10+08:00`; milliseconds where there are any.
    static func text(_ time: Timestamp, in zone: TimeZone) -> String {
        TerminalText.local(time, in: zone).replacing(".000", with: "", maxReplacements: 1)
    }
}
