/// Functions that need all readings of a window, which are those of `self`; bad ones enter none of them.
///
/// The window ends at `end`, not before its last reading. All are one pass, O(*n*), without allocating.
extension ReadingRun {
    /// What a counter counts per second: the sum of its increases over the time from the first reading to the last.
    ///
    /// A drop is a reset: the counter began again from 0, so that its increase is its new value. Readings of the same time
    /// count in order of arrival. Nothing is extrapolated to the window's borders. Nan when the first time is the last.
    ///
    /// - Source: Counter resets as in Prometheus, `extrapolatedRate` in `promql/functions.go`, which adds the value before
    ///   each drop to last − first.
    func rate() -> Double {
        var increases = CompensatedSum()
        var firstTime: Int64?
        var lastTime = Int64.min
        var lastValue = 0.0
        for reading in self where reading.isUsable {
            if firstTime == nil {
                firstTime = reading.time
            } else {
                increases.add(reading.value >= lastValue ? reading.value - lastValue : reading.value)
            }
            lastTime = reading.time
            lastValue = reading.value
        }
        guard let firstTime, lastTime > firstTime else { return .nan }
        return increases.value / Double(lastTime &- firstTime) * 1_000_000
    }

    /// The mean in which each value counts for as long as it was held: until the next reading or the window's end.
    ///
    /// Time before the first reading counts for nothing, as nothing is carried in. Of readings of the same time only the
    /// last was held. Where no time passes, the last value; nan without readings.
    func timeWeightedMean(until end: Int64) -> Double {
        var sum = CompensatedSum()
        var firstTime = Int64.min
        var firstValue = 0.0
        var isConstant = true
        var held: LoggedReading?
        for reading in self where reading.isUsable {
            if let held {
                Self.add(held.value, for: reading.time &- held.time, to: &sum)
                isConstant = isConstant && reading.value == firstValue
            } else {
                firstTime = reading.time
                firstValue = reading.value
            }
            held = reading
        }
        guard let held else { return .nan }
        // A value that never changes is its mean to the bit.
        guard end > firstTime, !isConstant else { return held.value }
        Self.add(held.value, for: end &- held.time, to: &sum)
        return sum.value / Double(end &- firstTime)
    }

    /// Adds a product with what its rounding leaves out.
    @inline(__always)
    private static func add(_ value: Double, for time: Int64, to sum: inout CompensatedSum) {
        let time = Double(time)
        let product = value * time
        sum.add(product)
        sum.add((-product).addingProduct(value, time))
    }

    /// The share of time, of that which ``timeWeightedMean(until:)`` weighs, in which the value was above a bound.
    ///
    /// Where no time passes, 1 or 0 by the last value; nan without readings.
    func share(above bound: Double, until end: Int64) -> Double {
        share(above: bound, sign: 1, until: end)
    }

    /// The share of time, of that which ``timeWeightedMean(until:)`` weighs, in which the value was below a bound.
    ///
    /// Where no time passes, 1 or 0 by the last value; nan without readings.
    func share(below bound: Double, until end: Int64) -> Double {
        share(above: -bound, sign: -1, until: end)
    }

    /// The share of time in which the value times `sign` was above a bound; whole microseconds, so that it is exact.
    @inline(__always)
    private func share(above bound: Double, sign: Double, until end: Int64) -> Double {
        var above: Int64 = 0
        var firstTime = Int64.min
        var held: LoggedReading?
        for reading in self where reading.isUsable {
            if let held {
                if held.value * sign > bound { above &+= reading.time &- held.time }
            } else {
                firstTime = reading.time
            }
            held = reading
        }
        guard let held else { return .nan }
        let isAbove = held.value * sign > bound
        guard end > firstTime else { return isAbove ? 1 : 0 }
        if isAbove { above &+= end &- held.time }
        return Double(above) / Double(end &- firstTime)
    }
}
