import GanzhiModel

/// Event time cut into numbered steps: equal ones since the Unix epoch, or whole days of a calendar.
struct TimeGrid: Sendable, Hashable {
    /// Microseconds of a step; of a calendar's days as if all had 24 hours.
    let width: Int64
    /// Days of a step; 0 where steps are equal.
    let days: Int64
    private let divisor: Divisor

    /// Steps of a span; where it is whole days, of a calendar's days.
    init(_ span: TimeSpan) {
        width = span.microseconds
        divisor = Divisor(width)
        days = span.isMultiple(of: .days(1)) ? span.microseconds / TimeSpan.days(1).microseconds : 0
    }

    /// Number of the step that holds a time.
    @inline(__always)
    func index(of time: Int64, _ calendar: UnsafePointer<DayCalendar>) -> Int64 {
        days == 0 ? divisor.floor(time) : dayIndex(of: time, calendar)
    }

    /// The same where steps are equal.
    @inline(__always)
    func index(ofEqual time: Int64) -> Int64 { divisor.floor(time) }

    /// Begin of a step.
    @inline(__always)
    func start(of index: Int64, _ calendar: UnsafePointer<DayCalendar>) -> Int64 {
        days == 0 ? index &* width : dayStart(of: index, calendar)
    }

    /// The last begin of a step that is not after a time.
    @inline(__always)
    func floor(_ time: Int64, _ calendar: UnsafePointer<DayCalendar>) -> Int64 {
        start(of: index(of: time, calendar), calendar)
    }

    /// The first begin of a step after a time.
    @inline(__always)
    func next(after time: Int64, _ calendar: UnsafePointer<DayCalendar>) -> Int64 {
        start(of: index(of: time, calendar) &+ 1, calendar)
    }

    @inline(never)
    private func dayIndex(of time: Int64, _ calendar: UnsafePointer<DayCalendar>) -> Int64 {
        Self.floorDivide(calendar.pointee.day(holding: time), days)
    }

    @inline(never)
    private func dayStart(of index: Int64, _ calendar: UnsafePointer<DayCalendar>) -> Int64 {
        calendar.pointee.start(ofDay: index * days)
    }

    @inline(__always)
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value < 0 && quotient &* divisor != value ? quotient - 1 : quotient
    }

    @inline(__always)
    static func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
