/// What a pane holds besides its counts, and where: parts that no function of its windows asks for take no room.
///
/// A pane is a run of 8-byte words: number and counts, event and received time of the newest reading, then the parts in
/// the order of ``Parts``.
struct PaneForm: Sendable, Hashable {
    /// Parts that functions are computed from.
    struct Parts: OptionSet, Sendable, Hashable {
        let rawValue: UInt16

        static let sum = Parts(rawValue: 1 << 0)
        static let extrema = Parts(rawValue: 1 << 1)
        static let first = Parts(rawValue: 1 << 2)
        static let last = Parts(rawValue: 1 << 3)
        static let squares = Parts(rawValue: 1 << 4)
        static let regression = Parts(rawValue: 1 << 5)
        static let circular = Parts(rawValue: 1 << 6)
        static let sketches = Parts(rawValue: 1 << 7)

        init(rawValue: UInt16) { self.rawValue = rawValue }

        /// What a function is computed from; nothing where a count or the readings themselves do.
        init(_ function: WindowFunction) {
            self =
                switch function {
                case .count, .rate, .twa, .above, .below: []
                case .sum, .mean: .sum
                case .min, .max: .extrema
                case .stddev, .variance: .squares
                case .first: .first
                case .last: .last
                case .delta: [.first, .last]
                case .slope: .regression
                case .quantile, .distinct: .sketches
                case .circularMean: .circular
                }
        }
    }

    let parts: Parts
    /// Whether it is nothing but sums and extrema, which are merged in registers.
    var isPlain: Bool { parts.isSubset(of: [.sum, .extrema]) }
    /// Whether quantiles, and whether distinct values, are asked for.
    let hasQuantiles: Bool
    let hasDistinct: Bool
    // Places of the parts, in bytes.
    let sum: Int
    let extrema: Int
    let first: Int
    let last: Int
    let squares: Int
    let regression: Int
    let circular: Int
    let sketches: Int
    /// Bytes of a pane.
    let bytes: Int

    init(_ functions: [WindowFunction]) {
        let parts = functions.reduce(into: Parts()) { $0.formUnion(Parts($1)) }
        var next = MemoryLayout<Pane>.size
        func place(_ part: Parts, _ bytes: Int) -> Int {
            defer { if parts.contains(part) { next += bytes } }
            return next
        }
        self.parts = parts
        sum = place(.sum, MemoryLayout<CompensatedSum>.stride)
        extrema = place(.extrema, MemoryLayout<Extrema>.stride)
        first = place(.first, MemoryLayout<FirstValue>.stride)
        last = place(.last, MemoryLayout<Double>.stride)
        squares = place(.squares, MemoryLayout<SquaredDeviations>.stride)
        regression = place(.regression, MemoryLayout<Regression>.stride)
        circular = place(.circular, MemoryLayout<CircularSum>.stride)
        sketches = place(.sketches, MemoryLayout<SketchHandles>.stride)
        bytes = next
        hasQuantiles = functions.contains { if case .quantile = $0 { true } else { false } }
        hasDistinct = functions.contains(.distinct)
    }
}

/// The smallest and the greatest value.
struct Extrema {
    var minimum = Double.infinity
    var maximum = -Double.infinity

    /// Takes in the extrema of other readings.
    @inline(__always)
    mutating func merge(_ other: Extrema) {
        minimum = other.minimum < minimum ? other.minimum : minimum
        maximum = other.maximum > maximum ? other.maximum : maximum
    }
}

/// The value with the earliest event time.
struct FirstValue {
    var time = Int64.max
    var value = 0.0
}

/// Where the sketches of a pane stand in their pool; 0 for none.
struct SketchHandles {
    var quantiles: UInt32 = 0
    var distinct: UInt32 = 0
}
