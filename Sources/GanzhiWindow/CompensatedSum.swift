/// A sum that carries its rounding error along.
///
/// - Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974).
struct CompensatedSum {
    private var sum = 0.0
    private var error = 0.0

    /// The sum, rounded once.
    var value: Double { sum + error }

    /// Adds one value.
    @inline(__always)
    mutating func add(_ value: Double) {
        let next = sum + value
        error += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
        sum = next
    }

    /// Adds what a later part came to, its error included.
    mutating func merge(_ later: CompensatedSum) {
        add(later.sum)
        error += later.error
    }
}
