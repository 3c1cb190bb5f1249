import GanzhiModel

/// The local days on which the source of a scenario is in force.
struct Validity {
    private let from: Int
    private let to: Int

    init(_ source: Scenario.Source?) {
        from = source?.validFrom.flatMap(LocalClock.day) ?? .min
        to = source?.validTo.flatMap(LocalClock.day) ?? .max
    }

    /// Whether it is in force on every day.
    var isAlways: Bool { from == .min && to == .max }

    /// Whether it is in force on a day, counted from 1970-01-01.
    func contains(_ day: Int) -> Bool { day >= from && day <= to }

    /// Whether a day lies behind it.
    func isOver(on day: Int) -> Bool { day > to }
}
