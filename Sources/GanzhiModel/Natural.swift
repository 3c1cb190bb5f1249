/// A natural number of any size, with just what exact unit conversion needs; slow, for settings and never for readings.
struct Natural: Hashable, Sendable {
    /// 64-bit digits, least significant first, without leading zeros; empty for zero.
    private var limbs: [UInt64]

    init(_ value: UInt128) {
        limbs = [UInt64(truncatingIfNeeded: value), UInt64(truncatingIfNeeded: value >> 64)]
        trim()
    }

    var isZero: Bool { limbs.isEmpty }

    /// Bits without leading zeros; 0 for zero.
    var bitWidth: Int { limbs.isEmpty ? 0 : limbs.count * 64 - limbs[limbs.count - 1].leadingZeroBitCount }

    private mutating func trim() {
        while limbs.last == 0 { limbs.removeLast() }
    }

    mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index].multipliedFullWidth(by: factor)
            let (low, overflow) = product.low.addingReportingOverflow(carry)
            limbs[index] = low
            carry = product.high + (overflow ? 1 : 0)
        }
        if carry > 0 { limbs.append(carry) }
        trim()
    }

    mutating func multiply(byPowerOfTen exponent: Int) {
        var rest = exponent
        while rest >= 19 {
            multiply(by: 10_000_000_000_000_000_000)
            rest -= 19
        }
        for _ in 0..<max(0, rest) { multiply(by: 10) }
    }

    mutating func add(_ other: Natural) {
        var carry: UInt64 = 0
        for index in 0..<max(limbs.count, other.limbs.count) {
            if index == limbs.count { limbs.append(0) }
            let (first, overflow) = limbs[index].addingReportingOverflow(
                index < other.limbs.count ? other.limbs[index] : 0
            )
            let (sum, again) = first.addingReportingOverflow(carry)
            limbs[index] = sum
            carry = overflow || again ? 1 : 0
        }
        if carry > 0 { limbs.append(carry) }
    }

    /// Takes away a number that must not be greater than this one.
    mutating func subtract(_ other: Natural) {
        var borrow: UInt64 = 0
        for index in limbs.indices {
            let (first, overflow) = limbs[index].subtractingReportingOverflow(
                index < other.limbs.count ? other.limbs[index] : 0
            )
            let (difference, again) = first.subtractingReportingOverflow(borrow)
            limbs[index] = difference
            borrow = overflow || again ? 1 : 0
        }
        precondition(borrow == 0, "a natural number cannot go below zero")
        trim()
    }

    mutating func shiftLeft(by bits: Int) {
        guard !limbs.isEmpty, bits > 0 else { return }
        let small = UInt64(bits % 64)
        if small > 0 {
            var carry: UInt64 = 0
            for index in limbs.indices {
                let limb = limbs[index]
                limbs[index] = limb << small | carry
                carry = limb >> (64 - small)
            }
            if carry > 0 { limbs.append(carry) }
        }
        limbs.insert(contentsOf: repeatElement(0, count: bits / 64), at: 0)
    }
}

extension Natural: Comparable {
    static func < (left: Natural, right: Natural) -> Bool {
        guard left.limbs.count == right.limbs.count else { return left.limbs.count < right.limbs.count }
        for index in left.limbs.indices.reversed() where left.limbs[index] != right.limbs[index] {
            return left.limbs[index] < right.limbs[index]
        }
        return false
    }
}

extension Natural {
    /// The quotient as the nearest `Double`, ties to even, subnormals included; `nil` where it is too large for one.
    ///
    /// - Parameter denominator: Not zero.
    /// - Source: Long division bit by bit with one rounding at the end, as IEEE 754 defines a correctly rounded result.
    func dividedAndRounded(by denominator: Natural) -> Double? {
        precondition(!denominator.isZero, "a quotient needs a denominator other than zero")
        guard !isZero else { return 0 }
        // Shift so that 1 <= remainder / divisor < 2; the quotient is then that times 2^exponent.
        var remainder = self
        var divisor = denominator
        var exponent = bitWidth - denominator.bitWidth
        if exponent > 0 { divisor.shiftLeft(by: exponent) } else { remainder.shiftLeft(by: -exponent) }
        if remainder < divisor {
            remainder.shiftLeft(by: 1)
            exponent -= 1
        }
        guard exponent <= 1023 else { return nil }

        let bits = min(53, 53 + exponent + 1022)
        guard bits >= 0 else { return 0 }
        var significand: UInt64 = 0
        for _ in 0..<bits {
            significand <<= 1
            if remainder >= divisor {
                significand |= 1
                remainder.subtract(divisor)
            }
            remainder.shiftLeft(by: 1)
        }
        // The remainder has been doubled: compared with the divisor it says which half of the last place is left.
        if remainder > divisor || (remainder == divisor && significand & 1 == 1) { significand += 1 }
        let result = Double(sign: .plus, exponent: exponent - bits + 1, significand: Double(significand))
        return result.isFinite ? result : nil
    }
}
