extension Double {
    /// The double nearest to a mantissa times a power of ten, ties to even; infinite beyond every double.
    ///
    /// - Returns: `nil` where 128 bits of the power do not decide it.
    /// - Source: Daniel Lemire, "Number Parsing at a Gigabyte per Second", Software: Practice and Experience 2021, an
    ///   algorithm of Michael Eisel.
    init?(nearestTo mantissa: UInt64, exponent: Int) {
        guard mantissa > 0, exponent >= PowersOfFive.smallest else {
            self = 0
            return
        }
        guard exponent <= PowersOfFive.greatest else {
            self = .infinity
            return
        }
        let shift = mantissa.leadingZeroBitCount
        let normal = mantissa << UInt64(shift)
        let power = PowersOfFive.power(exponent)
        var product = normal.multipliedFullWidth(by: power.high)
        if product.high & 0x1FF == 0x1FF {
            // The bits that are rounded away are all ones: the second half of the power may carry into the others.
            let (low, overflow) = product.low.addingReportingOverflow(normal.multipliedFullWidth(by: power.low).high)
            product.low = low
            if overflow { product.high += 1 }
        }
        if product.low == .max, exponent < -27 || exponent > 55 { return nil }

        let upper = Int(product.high >> 63)
        var significand = product.high >> UInt64(upper + 9)
        // floor(log2(10^exponent)), by 152170 / 2^16 = log2(5) nearly.
        var binary = ((152_170 + 65_536) * exponent) >> 16 + 63 + upper - shift + 1023
        if binary <= 0 {
            // Too small for a leading bit that is not written.
            guard binary > -63 else {
                self = 0
                return
            }
            significand >>= UInt64(1 - binary)
            significand = (significand + significand & 1) >> 1
            self.init(bitPattern: significand)
            return
        }
        // Right in the middle of two doubles, which only these powers can be: to the even one.
        if product.low <= 1, exponent >= -4, exponent <= 23, significand & 3 == 1,
            significand << UInt64(upper + 9) == product.high
        {
            significand &= ~1
        }
        significand = (significand + significand & 1) >> 1
        if significand >= 1 << 53 {
            significand = 1 << 52
            binary += 1
        }
        guard binary < 0x7FF else {
            self = .infinity
            return
        }
        self.init(bitPattern: UInt64(binary) << 52 | significand & ~(1 << 52))
    }
}
