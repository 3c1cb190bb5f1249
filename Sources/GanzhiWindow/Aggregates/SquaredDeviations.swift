/// How far values lie from their mean, in squares.
///
/// The count is the owner's; an owner without values holds a fresh one. Values are kept relative to the first one taken
/// in: where values are large and close together (1e9 plus millimetres) the mean itself, rounded to a `Double`, would
/// cost the variance its digits.
///
/// - Complexity: O(1) with one division per value; nothing is allocated.
/// - Accuracy: Within 1e-12 relative for thousands of values of any magnitude whose squared distances fit in a `Double`
///   (values up to 1e150); beyond, the result is infinite or nan.
/// - Source: B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products", Technometrics 4
///   (1962); merging: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing
///   Sample Variances", COMPSTAT 1982, where a shift by one of the values is advised, too.
struct SquaredDeviations {
    /// The first value taken in; it only keeps the numbers small.
    private var origin = 0.0
    /// Mean of the values less `origin`.
    private var offset = 0.0
    /// Sum of the squared distances of the values from their mean.
    private(set) var squares = 0.0

    /// The mean of the values; 0 without any.
    var mean: Double { origin + offset }

    /// Adds one value; `count` includes it.
    @inline(__always)
    mutating func add(_ value: Double, count: Int) {
        if count == 1 { origin = value }
        let shifted = value - origin
        let distance = shifted - offset
        offset += distance / Double(count)
        squares += distance * (shifted - offset)
    }

    /// Adds what a later part came to.
    mutating func merge(_ later: SquaredDeviations, ownCount: Int, laterCount: Int) {
        guard laterCount > 0 else { return }
        guard ownCount > 0 else {
            self = later
            return
        }
        let distance = (later.origin - origin) + (later.offset - offset)
        let share = Double(laterCount) / Double(ownCount + laterCount)
        offset += distance * share
        squares += later.squares + distance * distance * (Double(ownCount) * share)
    }

    /// The mean squared distance of `count` values from their mean; nan without any.
    func variance(_ count: Int) -> Double {
        count > 0 ? squares / Double(count) : .nan
    }

    /// The variance of what `count` values are a sample of (divided by one less than their count); nan below two.
    func sampleVariance(_ count: Int) -> Double {
        count > 1 ? squares / Double(count - 1) : .nan
    }
}
