package import GanzhiModel
package import GanzhiWindow

/// The days of a zone, found by looking at every stretch of one offset: day 0 is 1970-01-01.
///
/// A day begins at the first instant at which the clocks on the wall show its date and the start hour, or anything later.
/// A date that the zone leaves out, as Pacific/Apia did 30 December 2011, is no day and has no number.
package struct ReferenceDays {
    /// Stretches of one offset, earliest first, in microseconds.
    private let stretches: [(from: Int64, to: Int64, offset: Int64)]
    private let startHour: Int64
    /// Dates without time, by days since 1970-01-01.
    private var missing: [Int64] = []
    private static let day: Int64 = 86_400_000_000

    package init(_ calendar: DayCalendar, from startHour: TimeSpan) {
        let offsets = [calendar.firstOffset] + calendar.changes.map(\.offset)
        let borders = [Int64.min] + calendar.changes.map { $0.at * 1_000_000 } + [Int64.max]
        stretches = offsets.indices.map { (borders[$0], borders[$0 + 1], offsets[$0] * 1_000_000) }
        self.startHour = startHour.microseconds
        for change in calendar.changes {
            let near = floored(change.at * 1_000_000, Self.day) / Self.day
            missing += (near - 2...near + 2).filter {
                begin(ofDate: $0) == begin(ofDate: $0 + 1) && !missing.contains($0)
            }
        }
    }

    /// First instant of a date, which is also that of the next where it has no time.
    private func begin(ofDate date: Int64) -> Int64 {
        let shown = date * Self.day + startHour
        for stretch in stretches {
            let instant = max(stretch.from, shown - stretch.offset)
            if instant < stretch.to { return instant }
        }
        preconditionFailure("The last stretch never ends.")
    }

    /// First instant of a day.
    package func begin(_ day: Int64) -> Int64 {
        var date = day
        for missing in missing where missing <= date { date += 1 }
        return begin(ofDate: date)
    }

    /// The last day that has begun.
    package func day(holding time: Int64) -> Int64 {
        var day = floored(time, Self.day) / Self.day + 2
        while begin(day) > time { day -= 1 }
        return day
    }
}

/// Instants at which windows end or ladders are evaluated: multiples of a span, or days whose number is a multiple.
struct ReferenceGrid {
    private let every: Int64
    /// Days of a step and where they begin; `nil` where steps are no whole days.
    private let days: (step: Int64, begins: ReferenceDays)?
    private static let day: Int64 = 86_400_000_000

    init(every: TimeSpan, days: ReferenceDays) {
        self.every = every.microseconds
        self.days = every.isMultiple(of: .days(1)) ? (every.microseconds / Self.day, days) : nil
    }

    /// The first instant after a time.
    func next(after time: Int64) -> Int64 {
        guard let days else { return floored(time, every) + every }
        var day = days.begins.day(holding: time) + 1
        while day % days.step != 0 { day += 1 }
        return days.begins.begin(day)
    }

    /// The last instant that is not after a time.
    func last(upTo time: Int64) -> Int64 {
        guard let days else { return floored(time, every) }
        var day = days.begins.day(holding: time)
        while day % days.step != 0 { day -= 1 }
        return days.begins.begin(day)
    }

    /// All instants after one time and up to another.
    func instants(after begin: Int64, upTo end: Int64) -> [Int64] {
        var found: [Int64] = []
        var instant = next(after: begin)
        while instant <= end {
            found.append(instant)
            instant = next(after: instant)
        }
        return found
    }

    /// Begin of the window of a size that ends at an instant.
    func start(ofWindowEnding end: Int64, size: Int64) -> Int64 {
        guard let days else { return end - size }
        return days.begins.begin(days.begins.day(holding: end) - size / Self.day)
    }

    /// End of the last window of a size that holds a time, if any does.
    func lastEnd(ofWindowHolding time: Int64, size: Int64) -> Int64? {
        guard days != nil else {
            let end = floored(time + size, every)
            return end > time ? end : nil
        }
        var found: Int64?
        var end = next(after: time)
        while start(ofWindowEnding: end, size: size) <= time {
            found = end
            end = next(after: end)
        }
        return found
    }

    /// The steps of a window, counted back from its end; a part of one at the far end counts as one.
    func slots(start: Int64, end: Int64) -> [(start: Int64, end: Int64)] {
        guard let days else { return equalSlots(start: start, end: end, slot: every) }
        var slots: [(start: Int64, end: Int64)] = []
        var (day, slotEnd) = (days.begins.day(holding: end), end)
        while slotEnd > start {
            day -= days.step
            let slotStart = max(start, days.begins.begin(day))
            slots.append((slotStart, slotEnd))
            slotEnd = slotStart
        }
        return slots
    }
}

/// Stretches of one length, counted back from an end; a part of one at the far end counts as one.
func equalSlots(start: Int64, end: Int64, slot: Int64) -> [(start: Int64, end: Int64)] {
    stride(from: end, to: start, by: -Int(slot)).map { (max(start, $0 - slot), $0) }
}
