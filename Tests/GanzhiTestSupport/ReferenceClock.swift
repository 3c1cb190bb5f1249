import GanzhiModel
import GanzhiPipeline
import GanzhiWindow

/// The clocks on the city's walls.
struct ReferenceClock {
    private let calendar: DayCalendar
    private let types: DayTypes
    private static let day: Int64 = 86_400_000_000

    init(_ calendar: DayCalendar, types: DayTypes) {
        self.calendar = calendar
        self.types = types
    }

    /// Local time of the step that ends at an instant: its last microsecond.
    private func local(endingAt instant: Int64) -> Int64 {
        let last = instant - 1
        let offset = calendar.changes.last { $0.at * 1_000_000 <= last }?.offset ?? calendar.firstOffset
        return last + offset * 1_000_000
    }

    /// Days since 1970-01-01.
    private func date(endingAt instant: Int64) -> Int64 {
        floored(local(endingAt: instant), Self.day) / Self.day
    }

    /// Whether the step that ends at an instant does so in local hours.
    func isWithin(_ hours: LocalHours, endingAt instant: Int64) -> Bool {
        let time = local(endingAt: instant) - date(endingAt: instant) * Self.day
        let (from, to) = (hours.from.microseconds, hours.to.microseconds)
        return from < to ? from <= time && time < to : from <= time || time < to
    }

    /// Whether the step that ends at an instant does so on a day of a type.
    func isOn(_ type: DayType, endingAt instant: Int64) -> Bool {
        types.isDay(Int(date(endingAt: instant)), of: type)
    }

    /// Whether the step that ends at an instant does so on a day on which a source holds.
    func isValid(_ source: Scenario.Source?, endingAt instant: Int64) -> Bool {
        let date = date(endingAt: instant)
        return (source?.validFrom).map { Self.date($0) <= date } ?? true && !isOver(source, endingAt: instant)
    }

    /// Whether the step that ends at an instant does so behind the last day of a source.
    func isOver(_ source: Scenario.Source?, endingAt instant: Int64) -> Bool {
        (source?.validTo).map { Self.date($0) < date(endingAt: instant) } ?? false
    }

    /// Days since 1970-01-01 of `YYYY-MM-DD`.
    private static func date(_ text: String) -> Int64 { milliseconds(ofDate: text + "T00:00:00Z")! / 86_400_000 }
}
