import GanzhiModel
import GanzhiWindow

/// The city's clock and calendar: which hour and which day an instant is.
struct LocalClock {
    private let calendar: DayCalendar
    private let days: DayTypes

    init(calendar: DayCalendar, days: DayTypes) {
        self.calendar = calendar
        self.days = days
    }

    /// The local day, counted from 1970-01-01, and the time of day.
    ///
    /// - Complexity: O(log changes of the zone's offset).
    func local(_ time: Timestamp) -> (day: Int, time: TimeSpan) {
        var (low, high) = (0, calendar.changes.count)
        while low < high {
            let middle = (low + high) / 2
            if calendar.changes[middle].at * 1_000_000 <= time.microseconds { low = middle + 1 } else { high = middle }
        }
        let offset = low == 0 ? calendar.firstOffset : calendar.changes[low - 1].offset
        let local = time.microseconds + offset * 1_000_000
        let day = TimeSpan.days(1).microseconds
        let number = (local - (local % day + day) % day) / day
        return (Int(number), TimeSpan(microseconds: local - number * day))
    }

    /// The local day and time of what ends at an instant: those of the microsecond before it.
    func local(endingAt instant: Timestamp) -> (day: Int, time: TimeSpan) {
        local(instant - TimeSpan(microseconds: 1))
    }

    /// Whether a day is of a type.
    func isDay(_ day: Int, of type: DayType) -> Bool { days.isDay(day, of: type) }

    /// Days since 1970-01-01 of a date written `YYYY-MM-DD`; `nil` for other texts.
    ///
    /// - Source: Howard Hinnant, chrono-compatible low-level date algorithms, days_from_civil.
    static func day(_ date: String) -> Int? {
        let parts = date.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        let year = parts[1] <= 2 ? parts[0] - 1 : parts[0]
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (parts[1] + (parts[1] > 2 ? -3 : 9)) + 2) / 5 + parts[2] - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
