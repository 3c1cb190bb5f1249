/// Random numbers that are the same on every machine and run.
///
/// - Source: SplitMix64, Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014. The standard
///   library promises no fixed mapping to floating point, so this type brings its own.
struct CityRandom: Sendable {
    private var state: UInt64

    /// Creates a generator; different streams of one seed are independent.
    init(seed: UInt64, stream: UInt64) {
        state = stream
        state = seed ^ next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in `[0, 1)`, in steps of 2^-53.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in `[low, high)`.
    mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

    /// A whole number from 0 to `bound`, both included; `bound` must not be negative.
    mutating func integer(upTo bound: Int64) -> Int64 {
        Int64((next().multipliedFullWidth(by: UInt64(bound) + 1)).high)
    }

    /// Whether something with this probability happens.
    mutating func happens(_ probability: Double) -> Bool { unit() < probability }

    /// Noise with mean 0, standard deviation about `deviation` and never above 3.5 of them: the sum of four uniforms.
    mutating func noise(_ deviation: Double) -> Double {
        (unit() + unit() + unit() + unit() - 2) * 1.732 * deviation
    }
}
