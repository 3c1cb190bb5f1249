/// The straight line of least squares through values over time.
///
/// The count is the owner's, and so is the origin: a time near the readings, such as the start of their pane. Times are
/// kept as microseconds from there and values relative to the first one taken in, so that neither 1.7e15 µs since 1970
/// nor 1e9 plus millimetres cost digits.
///
/// - Complexity: O(1) with three divisions per value; nothing is allocated.
/// - Accuracy: A slope is within 1e-12 of the spread of the values over that of the times. Residuals are kept as such,
///   not as a difference of large sums: they lose half the digits that such a difference would lose.
/// - Source: Co-moments updated and merged as in P. Pébay, "Formulas for Robust, One-Pass Parallel Computation of
///   Covariances and Arbitrary-Order Statistical Moments", Sandia report SAND2008-6212, section 3.1, after Welford (1962)
///   and Chan, Golub, LeVeque (1982). Residuals as in recursive least squares: R. L. Plackett, "Some Theorems in Least
///   Squares", Biometrika 37 (1950).
struct Regression {
    /// Mean time, in microseconds from the owner's origin.
    private var meanTime = 0.0
    /// The first value taken in; it only keeps the numbers small.
    private var base = 0.0
    /// Mean of the values less `base`.
    private var meanValue = 0.0
    /// Sum of the squared distances of times from their mean, in square microseconds.
    private var sxx = 0.0
    /// Sum of the products of both distances.
    private var sxy = 0.0
    /// Sum of the squared distances of values from the line, or from their mean where there is none.
    private var residuals = 0.0

    /// How steep the line is, per microsecond; 0 where there is none.
    private var steepness: Double { sxx > 0 ? sxy / sxx : 0 }

    /// Adds one value; `count` includes it, and `origin` is the same for all until they are merged.
    @inline(__always)
    mutating func add(time: Int64, value: Double, origin: Int64, count: Int) {
        if count == 1 { base = value }
        let weight = 1 / Double(count)
        let timeDistance = Double(time &- origin) - meanTime
        let valueDistance = value - base - meanValue
        let miss = valueDistance - steepness * timeDistance
        meanTime += timeDistance * weight
        meanValue += valueDistance * weight
        let others = 1 - weight
        let ownSxx = sxx
        sxx += timeDistance * timeDistance * others
        sxy += timeDistance * valueDistance * others
        // Where all times were the same, the line is free to go through the new reading.
        residuals += miss * miss * others * (sxx > 0 ? ownSxx / sxx : 1)
    }

    /// Adds what a later part came to whose times count from `laterOrigin`; the own origin stays.
    mutating func merge(
        _ later: Regression,
        ownCount: Int,
        laterCount: Int,
        ownOrigin: Int64,
        laterOrigin: Int64
    ) {
        guard laterCount > 0 else { return }
        let shift = Double(laterOrigin &- ownOrigin)
        guard ownCount > 0 else {
            self = later
            meanTime += shift
            return
        }
        let timeDistance = (later.meanTime - meanTime) + shift
        let valueDistance = (later.base - base) + (later.meanValue - meanValue)
        let share = Double(laterCount) / Double(ownCount + laterCount)
        let weight = Double(ownCount) * share
        // First two lines of the same steepness, each through its own mean; then one through both.
        let sharedSxx = sxx + later.sxx
        let bend = steepness - later.steepness
        residuals += later.residuals
        if sxx > 0, later.sxx > 0 { residuals += bend * bend * (sxx * (later.sxx / sharedSxx)) }
        sxx = sharedSxx
        sxy += later.sxy
        let miss = valueDistance - steepness * timeDistance
        meanTime += timeDistance * share
        meanValue += valueDistance * share
        sxx += timeDistance * timeDistance * weight
        sxy += timeDistance * valueDistance * weight
        residuals += miss * miss * weight * (sxx > 0 ? sharedSxx / sxx : 1)
    }

    /// By how much the line rises per second; nan when fewer than two times differ.
    func slope(_ count: Int) -> Double {
        count > 1 && sxx > 0 ? steepness * 1_000_000 : .nan
    }

    /// The height of the line at a time; nan when it has no slope.
    func value(at time: Int64, origin: Int64, count: Int) -> Double {
        guard count > 1, sxx > 0 else { return .nan }
        return base + (meanValue + steepness * (Double(time &- origin) - meanTime))
    }

    /// Sum of the squared distances of values from the line; nan when it has no slope.
    func residualSquares(_ count: Int) -> Double {
        count > 1 && sxx > 0 ? residuals : .nan
    }
}
