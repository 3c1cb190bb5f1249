/// What kind of day it is in the city.
public enum DayType: String, Sendable, Hashable, Codable, CaseIterable, BitwiseCopyable {
    /// A day on which people work: Monday to Friday that is no holiday, or a day off that was made a working day (调休).
    case workday
    /// Any other day.
    case restday
    /// A holiday of the city's calendar.
    case holiday
    /// A Saturday or Sunday that was not made a working day.
    case weekend
}

/// The city's holidays, and the days off that were made working days for them.
public struct DayTypes: Sendable, Hashable, Codable {
    /// Holidays, as days since 1970-01-01, ascending.
    public let holidays: [Int]
    /// Days off that are worked on, as days since 1970-01-01, ascending.
    public let workdays: [Int]

    /// Creates a calendar; without days Monday to Friday are working days.
    public init(holidays: some Sequence<Int> = [], workdays: some Sequence<Int> = []) {
        self.holidays = Set(holidays).sorted()
        self.workdays = Set(workdays).sorted()
    }

    /// Whether a day is of a type.
    ///
    /// - Parameter day: Days since 1970-01-01, a Thursday.
    /// - Complexity: O(log days).
    public func isDay(_ day: Int, of type: DayType) -> Bool {
        let isWorkedOn = Self.contains(workdays, day)
        let isHoliday = Self.contains(holidays, day)
        let weekday = ((day + 3) % 7 + 7) % 7
        let isWorkday = isWorkedOn || !isHoliday && weekday < 5
        return switch type {
        case .workday: isWorkday
        case .restday: !isWorkday
        case .holiday: isHoliday && !isWorkedOn
        case .weekend: weekday >= 5 && !isWorkedOn
        }
    }

    private static func contains(_ days: [Int], _ day: Int) -> Bool {
        var (low, high) = (0, days.count)
        while low < high {
            let middle = (low + high) / 2
            if days[middle] < day { low = middle + 1 } else { high = middle }
        }
        return low < days.count && days[low] == day
    }
}
