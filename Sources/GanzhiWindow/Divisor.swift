/// Divides by a number that is known long before, without a division.
struct Divisor: Sendable, Hashable {
    let value: Int64
    private let reciprocal: UInt64

    /// Creates a divisor.
    ///
    /// - Parameter value: Positive.
    init(_ value: Int64) {
        self.value = value
        reciprocal = value == 1 ? .max : (1 << 63) / UInt64(value) * 2 + (1 << 63) % UInt64(value) * 2 / UInt64(value)
    }

    /// The quotient, rounded down.
    ///
    /// The dividend times ⌊2^64 ÷ divisor⌋ is short of the quotient by less than two, so that one step makes it exact; see
    /// Granlund and Montgomery, "Division by Invariant Integers using Multiplication", PLDI 1994.
    @inline(__always)
    func floor(_ dividend: Int64) -> Int64 {
        guard dividend >= 0 else { return TimeGrid.floorDivide(dividend, value) }
        let quotient = Int64(bitPattern: UInt64(bitPattern: dividend).multipliedFullWidth(by: reciprocal).high)
        return dividend &- quotient &* value >= value ? quotient &+ 1 : quotient
    }

    /// What is left of the division, from 0 on.
    @inline(__always)
    func modulo(_ dividend: Int64) -> Int64 { dividend &- floor(dividend) &* value }
}
