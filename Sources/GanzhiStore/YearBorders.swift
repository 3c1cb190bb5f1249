internal import Foundation
internal import GanzhiModel

/// Calendar years of a time zone.
struct YearBorders {
    private let calendar: Calendar

    init(zone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
    }

    /// The year that a time lies in.
    func year(of time: Timestamp) -> Int {
        calendar.component(.year, from: Date(timeIntervalSince1970: Double(time.microseconds) / 1e6))
    }

    /// The first instant of a year.
    func start(of year: Int) -> Timestamp {
        guard let date = calendar.date(from: DateComponents(year: year, month: 1, day: 1)) else {
            preconditionFailure("every year has a first day")
        }
        return Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }
}
