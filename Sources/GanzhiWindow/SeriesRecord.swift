/// What the engine knows of a series whatever the plan.
struct SeriesRecord {
    /// Event times of the last readings that were heard and no duplicates.
    var recentTimes = SIMD8<Int64>(repeating: .min)
    /// Their values.
    var recentValues = SIMD8<Double>(repeating: 0)
    /// Greatest accepted event time; `.min` before the first.
    var newest: Int64 = .min
    /// Running time of the feed when it was last heard.
    var heard: Int64 = 0
    /// The feed through which it was last heard.
    var feed: UInt32 = 0
    /// Microseconds between readings as the catalogue expects; 0 where it does not say.
    var expectedInterval: Int64 = 0
    /// First of its routes.
    var firstRoute: UInt32 = 0
    /// Number of its routes: the plans that watch it.
    var routeCount: UInt32 = 0
    /// Where the next recent reading goes.
    var nextRecent: UInt32 = 0

    /// Whether this reading is one of the last eight; if not, remembers it.
    @inline(__always)
    mutating func isDuplicate(time: Int64, value: Double) -> Bool {
        if any((recentTimes .== time) .& (recentValues .== value)) { return true }
        // By address: setting an element of a vector by its number would copy the whole vector and back.
        let place = Int(nextRecent & 7) * 8
        withUnsafeMutableBytes(of: &recentTimes) { $0.storeBytes(of: time, toByteOffset: place, as: Int64.self) }
        withUnsafeMutableBytes(of: &recentValues) { $0.storeBytes(of: value, toByteOffset: place, as: Double.self) }
        nextRecent = (nextRecent &+ 1) & 7
        return false
    }
}

/// A plan that watches a series, and the series' row there.
struct Route {
    var plan: UInt32
    var row: UInt32
}
