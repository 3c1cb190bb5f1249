/// A number without rounding: a sum of doubles that do not overlap, smallest first.
///
/// Slow and obvious; what aggregates are compared with. No overflow or underflow may happen on the way.
///
/// - Source: J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates", 1997.
struct Exact {
    private var parts: [Double] = []

    init(_ value: Double = 0) { self += value }

    /// The number, rounded.
    var value: Double { parts.reduce(0, +) }

    static func += (left: inout Exact, right: Double) {
        var carried = right
        var parts: [Double] = []
        for part in left.parts {
            let sum = carried + part
            let virtual = sum - carried
            let error = (carried - (sum - virtual)) + (part - virtual)
            if error != 0 { parts.append(error) }
            carried = sum
        }
        if carried != 0 { parts.append(carried) }
        left.parts = parts
    }

    static func + (left: Exact, right: Exact) -> Exact {
        var sum = left
        for part in right.parts { sum += part }
        return sum
    }

    static func - (left: Exact, right: Exact) -> Exact { left + right * Exact(-1) }

    static func * (left: Exact, right: Exact) -> Exact {
        var product = Exact()
        for one in left.parts {
            for other in right.parts {
                let high = one * other
                product += high
                product += (-high).addingProduct(one, other)
            }
        }
        return product
    }
}

/// Squared distances of values from their mean, times their count, without rounding.
func exactSquares(_ values: [Double]) -> Exact { exactProducts(values, values) }

/// Products of the distances of values from their means, times their count, without rounding.
func exactProducts(_ left: [Double], _ right: [Double]) -> Exact {
    var leftSum = Exact()
    var rightSum = Exact()
    var products = Exact()
    for (one, other) in zip(left, right) {
        leftSum += one
        rightSum += other
        products = products + Exact(one) * Exact(other)
    }
    return Exact(Double(left.count)) * products - leftSum * rightSum
}

/// Whether a number is within a part of another one; both nan will do, too.
func agrees(_ one: Double, _ other: Double, within part: Double = 1e-9, of scale: Double = 0) -> Bool {
    if one.isNaN || other.isNaN { return one.isNaN && other.isNaN }
    return abs(one - other) <= part * max(abs(other), scale)
}
