/// A sum that carries its rounding error along.
///
/// - Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974); the
///   error of one addition without a branch as in D. Knuth, The Art of Computer Programming, volume 2, 4.2.2.
public struct CompensatedSum: Sendable {
    private var sum = 0.0
    private var error = 0.0

    /// Creates a sum of nothing.
    public init() {}

    /// The sum, rounded once.
    public var value: Double { sum + error }

    /// Adds one value.
    public mutating func add(_ value: Double) {
        let next = sum + value
        let part = next - sum
        error += (sum - (next - part)) + (value - part)
        sum = next
    }

    /// Adds what a later part came to, its error included.
    @inline(__always)
    mutating func merge(_ later: CompensatedSum) {
        add(later.sum)
        error += later.error
    }
}
