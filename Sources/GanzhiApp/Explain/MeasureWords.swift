import GanzhiWindow

/// What a measure means, in words.
enum MeasureWords {
    static func meaning(of measure: Measure) -> String { "\(what(measure)) \(window(measure.window))" }

    private static func what(_ measure: Measure) -> String {
        let unit = measure.unit.isEmpty ? "" : " \(measure.unit)"
        return switch measure.function {
        case .count: "the number of readings"
        case .sum: "the sum of the readings"
        case .min: "the smallest reading"
        case .max: "the greatest reading"
        case .mean: "the mean of the readings"
        case .stddev: "the standard deviation of the readings"
        case .variance: "the variance of the readings"
        case .first: "the earliest reading"
        case .last: "the latest reading"
        case .delta: "the latest reading minus the earliest"
        case .rate: "the increase per second of a counter that may restart"
        case .slope: "the slope per second of the best line through the readings"
        case .twa: "the mean over time, each reading held until the next,"
        case .quantile(let share): "the value that \(Figure.percent(share)) of the readings lie below, within 1 %,"
        case .distinct: "the number of different values"
        case .above(let number): "the share of time above \(Figure.text(number))\(unit)"
        case .below(let number): "the share of time below \(Figure.text(number))\(unit)"
        case .circularMean: "the mean direction of the readings"
        }
    }

    private static func window(_ window: WindowSpec) -> String {
        switch window.kind {
        case .hopping where window.isDaily: "of the last \(window.size) of whole local days, each \(window.every)"
        case .hopping where window.size == window.every: "of each \(window.size)"
        case .hopping: "of the last \(window.size), every \(window.every)"
        case .sliding: "of the \(window.size) up to each reading"
        case .session: "of each stretch of readings without a pause of \(window.size)"
        }
    }
}
