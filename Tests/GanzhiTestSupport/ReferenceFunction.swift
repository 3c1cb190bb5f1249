import Foundation
import GanzhiModel
import GanzhiWindow

extension WindowFunction {
    /// What the function says about readings, by its definition; `nil` where it has no result.
    ///
    /// - Parameters:
    ///   - readings: Good and uncertain readings in order of event time, ties by arrival; never empty.
    ///   - end: The window's end.
    func reference(_ readings: [Reference.Heard], until end: Int64) -> Double? {
        let values = readings.map(\.value)
        let value: Double? =
            switch self {
            case .count: Double(values.count)
            case .sum: values.reduce(0, +)
            case .min: values.min()!
            case .max: values.max()!
            case .mean: average(values)
            case .first: values.first!
            case .last: values.last!
            case .delta: values.last! - values.first!
            case .variance(let sample): squaredDeviation(values, sample: sample)
            case .stddev(let sample): squaredDeviation(values, sample: sample).map { $0.squareRoot() }
            case .rate: growthPerSecond(readings)
            case .slope: leastSquares(readings)
            case .twa: timeWeighted(readings, until: end) { $0 }
            case .above(let bound): timeWeighted(readings, until: end) { $0 > bound ? 1 : 0 }
            case .below(let bound): timeWeighted(readings, until: end) { $0 < bound ? 1 : 0 }
            case .quantile(let share): values.sorted()[rank(share, of: values.count)]
            case .distinct: Double(Set(values.map { $0 == 0 ? 0 : $0 }).count)
            case .circularMean: meanDirection(values)
            }
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    /// How near another computation of the value must come.
    func nearness(_ readings: [Reference.Heard]) -> ReferenceOutcome.Nearness {
        let values = readings.map(\.value)
        let size = values.map(abs).max()!
        switch self {
        case .quantile: return .share(0.0101)
        case .distinct: return Set(values).count <= 1024 ? .share(1e-9) : .share(0.02)
        case .circularMean: return .angle
        case .variance: return .floor(1e-12 * size * size)
        case .stddev: return .rootOfFloor(1e-12 * size * size)
        case .sum, .mean, .twa: return .floor(1e-13 * size)
        case .rate, .slope:
            let seconds = Double(readings.last!.time - readings.first!.time) / 1e6
            return .floor(seconds == 0 ? 0 : 1e-11 * size / seconds)
        default: return .share(1e-9)
        }
    }
}

private func average(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

private func squaredDeviation(_ values: [Double], sample: Bool) -> Double? {
    let divisor = values.count - (sample ? 1 : 0)
    guard divisor > 0 else { return nil }
    let centre = average(values)
    return values.map { ($0 - centre) * ($0 - centre) }.reduce(0, +) / Double(divisor)
}

private func growthPerSecond(_ readings: [Reference.Heard]) -> Double? {
    let seconds = Double(readings.last!.time - readings.first!.time) / 1e6
    guard seconds > 0 else { return nil }
    let growth = zip(readings, readings.dropFirst()).map { before, after in
        after.value >= before.value ? after.value - before.value : after.value
    }
    return growth.reduce(0, +) / seconds
}

private func leastSquares(_ readings: [Reference.Heard]) -> Double? {
    let times = readings.map { Double($0.time - readings[0].time) / 1e6 }
    let values = readings.map(\.value)
    let (time, value) = (average(times), average(values))
    let spread = times.map { ($0 - time) * ($0 - time) }.reduce(0, +)
    guard spread > 0 else { return nil }
    return zip(times, values).map { ($0 - time) * ($1 - value) }.reduce(0, +) / spread
}

/// Mean of what a value counts for, each held until the next reading or the end; the last one's where no time passes.
private func timeWeighted(
    _ readings: [Reference.Heard],
    until end: Int64,
    _ worth: (Double) -> Double
) -> Double {
    let until = readings.dropFirst().map(\.time) + [end]
    let weights = zip(readings, until).map { Double($1 - $0.time) }
    let total = weights.reduce(0, +)
    guard total > 0 else { return worth(readings.last!.value) }
    return zip(readings, weights).map { worth($0.value) * $1 }.reduce(0, +) / total
}

private func meanDirection(_ degrees: [Double]) -> Double? {
    let angles = degrees.map { $0.truncatingRemainder(dividingBy: 360) * .pi / 180 }
    let (east, north) = (average(angles.map { sin($0) }), average(angles.map { cos($0) }))
    guard (east * east + north * north).squareRoot() >= 1e-9 else { return nil }
    let angle = atan2(east, north) * 180 / .pi
    // What is a hair below 0 would be rounded to 360.
    return angle < 0 ? (angle + 360 < 360 ? angle + 360 : 0) : angle
}

/// ⌊q (n − 1)⌋ in whole numbers: the decimal digits of a share, times the places before the last value.
private func rank(_ share: Double, of count: Int) -> Int {
    let digits = "\(share)".split(separator: ".")
    guard digits.count == 2, digits[1].count <= 9, let whole = Int(digits[0]), let fraction = Int(digits[1]) else {
        return Int((share * Double(count - 1)).rounded(.down))
    }
    let scale = (0..<digits[1].count).reduce(1) { scale, _ in scale * 10 }
    return (whole * scale + fraction) * (count - 1) / scale
}
