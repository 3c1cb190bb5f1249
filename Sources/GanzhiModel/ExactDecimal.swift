/// A decimal number exactly as a person wrote it: a whole number times a power of ten.
///
/// Settings are kept this way until their unit is known, so that `35 cm` becomes 0.35 m with one rounding, not two.
public struct ExactDecimal: Sendable, Hashable {
    /// Whether the number is below zero; never set for zero.
    public let isNegative: Bool

    /// The digits as a whole number, without zeros at the end.
    let mantissa: UInt128

    /// The power of ten that the digits are multiplied with.
    let exponent: Int

    /// The largest power of ten that a literal may have, either way; far outside of what a `Double` holds.
    private static let greatestExponent = 400

    /// Significant digits that a literal may have.
    private static let greatestDigitCount = 38

    /// Reads a decimal literal such as `35`, `-0.10` or `1.5e3`.
    ///
    /// - Parameter text: A sign or none, digits, a point with digits or none, an exponent (`e`, `E`) or none.
    /// - Returns: `nil` where the text is something else, has more than 38 significant digits, or an exponent beyond
    ///   ±400.
    public init?(_ text: String) {
        var rest = Substring(text).utf8
        func skip(_ characters: UInt8...) -> UInt8? {
            guard let first = rest.first, characters.contains(first) else { return nil }
            rest = rest.dropFirst()
            return first
        }
        func digits() -> Substring.UTF8View {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(digits.count)
            return digits
        }

        let isNegative = skip(0x2B, 0x2D) == 0x2D
        let whole = digits()
        guard !whole.isEmpty else { return nil }
        var fraction = Substring().utf8
        if skip(0x2E) != nil {
            fraction = digits()
            guard !fraction.isEmpty else { return nil }
        }
        var exponent = 0
        if skip(0x45, 0x65) != nil {
            let sign = skip(0x2B, 0x2D) == 0x2D ? -1 : 1
            guard let magnitude = Int(Substring(digits())), magnitude <= Self.greatestExponent else { return nil }
            exponent = sign * magnitude
        }
        guard rest.isEmpty else { return nil }

        var significant = Array((Array(whole) + Array(fraction)).drop { $0 == 0x30 })
        exponent -= fraction.count
        while significant.last == 0x30 {
            significant.removeLast()
            exponent += 1
        }
        guard significant.count <= Self.greatestDigitCount, abs(exponent) <= Self.greatestExponent else { return nil }
        mantissa = significant.reduce(0) { $0 * 10 + UInt128($1 - 0x30) }
        self.exponent = mantissa == 0 ? 0 : exponent
        self.isNegative = isNegative && mantissa != 0
    }

    /// The nearest `Double`, ties to even; `nil` where the number is too large for one.
    public var doubleValue: Double? { scaled(by: [], over: [], plus: (0, 1)) }

    /// This number × a factor + `offset`, computed exactly and rounded once; `nil` where it is too large for a `Double`.
    ///
    /// - Parameters:
    ///   - numerators: Their product is the factor's numerator.
    ///   - denominators: Their product is the factor's denominator; none of them zero.
    ///   - offset: Numerator and positive denominator of what is added after scaling.
    func scaled(
        by numerators: [UInt64],
        over denominators: [UInt64],
        plus offset: (numerator: Int64, denominator: Int64)
    ) -> Double? {
        var numerator = Natural(mantissa)
        var denominator = Natural(1)
        for part in numerators { numerator.multiply(by: part) }
        for part in denominators { denominator.multiply(by: part) }
        if exponent > 0 {
            numerator.multiply(byPowerOfTen: exponent)
        } else {
            denominator.multiply(byPowerOfTen: -exponent)
        }
        var isNegative = isNegative
        if offset.numerator != 0 {
            // n/d + p/q = (n·q + p·d) / (d·q)
            var addend = denominator
            addend.multiply(by: offset.numerator.magnitude)
            numerator.multiply(by: offset.denominator.magnitude)
            denominator.multiply(by: offset.denominator.magnitude)
            if isNegative == (offset.numerator < 0) {
                numerator.add(addend)
            } else if numerator >= addend {
                numerator.subtract(addend)
            } else {
                addend.subtract(numerator)
                numerator = addend
                isNegative.toggle()
            }
        }
        guard let magnitude = numerator.dividedAndRounded(by: denominator) else { return nil }
        return isNegative && magnitude != 0 ? -magnitude : magnitude
    }
}

extension ExactDecimal: CustomStringConvertible {
    /// The number in plain decimals where that takes at most 20 zeros, else with an exponent.
    public var description: String {
        let digits = String(mantissa)
        let sign = isNegative ? "-" : ""
        switch exponent {
        case 0...20: return sign + digits + String(repeating: "0", count: exponent)
        case -20..<0:
            let padded = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
            return "\(sign)\(padded.dropLast(-exponent)).\(padded.suffix(-exponent))"
        default: return "\(sign)\(digits)e\(exponent)"
        }
    }
}
