import Foundation
import GanzhiModel
import GanzhiTestSupport
import GanzhiWindow
import Testing

/// What the reference stands on.
struct ReferenceTests {
    @Test(arguments: [
        "Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Europe/London",
        "Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "UTC",
    ])
    func `days begin where Foundation's calendar says that they do`(zone: String) throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: zone))
        let days = ReferenceDays(DayCalendar(zone: zone), from: .zero)
        for day in Int64(0)..<24_000 {
            let begin = days.begin(day)
            let middle = Date(timeIntervalSince1970: Double((begin + days.begin(day + 1)) / 2) / 1e6)
            #expect(Double(begin) / 1e6 == calendar.startOfDay(for: middle).timeIntervalSince1970)
        }
    }
}
