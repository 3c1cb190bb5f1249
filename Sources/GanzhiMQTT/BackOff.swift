/// How long to wait before the next attempt: twice as long each time, up to a limit, and at random between half of that
/// and all of it, so that clients of a broker that came back do not all knock at once.
struct BackOff {
    private let minimum: Int
    private let maximum: Int
    private var next: Int
    private var random: UInt64

    /// Creates a back-off.
    ///
    /// - Parameters:
    ///   - minimum: First wait in milliseconds; at least 1.
    ///   - maximum: Longest wait in milliseconds.
    ///   - seed: Decides the random part.
    init(minimum: Int, maximum: Int, seed: UInt64) {
        self.minimum = max(1, minimum)
        self.maximum = max(self.minimum, maximum)
        next = self.minimum
        random = seed
    }

    /// The next wait in milliseconds.
    mutating func wait() -> Int {
        let whole = next
        next = next > maximum / 2 ? maximum : next * 2
        // SplitMix64 (Steele, Lea, Flood, 2014).
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return whole - Int(mixed % UInt64(whole / 2 + 1))
    }

    /// Begins with the first wait again, as things work.
    mutating func reset() { next = minimum }
}
