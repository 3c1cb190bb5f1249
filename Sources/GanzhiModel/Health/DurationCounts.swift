/// How long something took, each time: counts by upper bound, as Prometheus' histograms have them.
public struct DurationCounts: Sendable, Hashable {
    /// Upper bounds in seconds, inclusive and ascending; what is longer is in the last count.
    public static let bounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// Durations by the first bound that they do not exceed; one more than there are bounds.
    public private(set) var counts: [UInt64]
    /// Sum of all durations, in seconds.
    public private(set) var sum = 0.0

    /// Creates counts of nothing.
    public init() { counts = Array(repeating: 0, count: Self.bounds.count + 1) }

    /// How many there were.
    public var count: UInt64 { counts.reduce(0, +) }

    /// Counts one that took so many seconds; a clock that went back counts as no time.
    ///
    /// - Complexity: O(bounds), without allocation.
    public mutating func add(seconds: Double) {
        let seconds = max(0, seconds)
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
    }
}
