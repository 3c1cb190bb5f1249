import Foundation
import GanzhiModel

/// Reads the city's holidays, in the config or in a file of their own.
///
/// - `holidays` (list of days `2026-10-01` and of spans `2026-10-01..2026-10-07`): days off.
/// - `workdays` (the same): days off that are made working days for them.
struct CalendarReader {
    /// A span of days is at most this long.
    private static let longest = 366

    /// Reads a mapping, or the file that a text names.
    ///
    /// - Parameters:
    ///   - value: What stands under `calendar`.
    ///   - path: Where a file named in the config lies.
    /// - Returns: The days, and the file of their own where they have one.
    func read(_ value: YAMLValue, path: (String) -> String) -> (days: DayTypes, file: YAMLFile?) {
        guard !value.isMapping else { return (readDays(value), nil) }
        guard let name = value.text("a mapping with `holidays`, or a file that holds one").map(path) else {
            return (DayTypes(), nil)
        }
        let source: SourceText
        do throws(Problem) {
            source = try SourceText.read(name, limit: SourceText.maximumYAML)
        } catch {
            value.report("“\(name)” cannot be read: \(error.message)", error.remedy)
            return (DayTypes(), nil)
        }
        let file = YAMLFile(source)
        return (file.root().map { readDays($0.named("the calendar")) } ?? DayTypes(), file)
    }

    private func readDays(_ value: YAMLValue) -> DayTypes {
        guard let mapping = value.mapping(.configCalendar) else { return DayTypes() }
        let holidays = readList(mapping["holidays"])
        let workdays = readList(mapping["workdays"])
        for (day, value) in workdays.sorted(by: { $0.key < $1.key }) {
            guard let other = holidays[day] else { continue }
            value.report(
                "\(Self.text(of: day)) is a holiday too (line \(other.place.line)), so it is said to be both.",
                "Remove it from one of the two lists."
            )
        }
        return DayTypes(holidays: holidays.keys, workdays: workdays.keys)
    }

    /// The days of a list, each with where it was said first.
    private func readList(_ value: YAMLValue?) -> [Int: YAMLValue] {
        var days: [Int: YAMLValue] = [:]
        for value in value?.list(of: "days") ?? [] {
            let example = "Write days such as `2026-10-01`, or spans such as `2026-10-01..2026-10-07`."
            let span = value.read("a day", example) { text throws(Fault) in
                let ends = text.components(separatedBy: "..")
                guard ends.count <= 2, let from = Self.day(ends[0]), let to = Self.day(ends[ends.count - 1]) else {
                    throw Fault("\(ScalarText.quoted(text)) is neither a day nor a span of days.", example)
                }
                guard from <= to else {
                    throw Fault("\(ScalarText.quoted(text)) ends before it begins.", "Exchange the two days.")
                }
                guard to - from < Self.longest else {
                    throw Fault(
                        "\(ScalarText.quoted(text)) spans \(to - from + 1) days, more than a year.",
                        "Write the days that are meant."
                    )
                }
                return from...to
            }
            for day in span.map(Array.init) ?? [] where days[day] == nil { days[day] = value }
        }
        return days
    }

    /// Days since 1970-01-01.
    private static func day(_ text: String) -> Int? {
        guard let day = try? ScalarText.day(text), let midnight = Timestamp(rfc3339: day + "T00:00:00Z") else {
            return nil
        }
        let length = TimeSpan.days(1).microseconds
        let days = midnight.microseconds / length
        return Int(midnight.microseconds % length < 0 ? days - 1 : days)
    }

    private static func text(of day: Int) -> String {
        String(Timestamp(microseconds: Int64(day) * TimeSpan.days(1).microseconds).rfc3339.prefix(10))
    }
}
