/// How readings in one unit become readings in another: `value * numerator / denominator + offset`.
///
/// Numerator and denominator are whole numbers wherever the factor allows, and mostly one of them is 1, so that
/// multiplying and dividing rounds once: 350 mm are 0.35 m to the bit.
@frozen public struct UnitConversion: Sendable, Hashable {
    /// What a value is multiplied with; positive.
    public let numerator: Double
    /// What it is then divided by; positive.
    public let denominator: Double
    /// What is then added, in the unit converted to.
    public let offset: Double

    /// Changes nothing.
    public static let identity = UnitConversion(numerator: 1, denominator: 1, offset: 0)

    /// Creates a conversion.
    @inlinable public init(numerator: Double, denominator: Double, offset: Double) {
        self.numerator = numerator
        self.denominator = denominator
        self.offset = offset
    }

    /// The value in the other unit; infinite where it is too large.
    @inlinable public func apply(_ value: Double) -> Double { value * numerator / denominator + offset }
}

extension Unit {
    /// A setting's value in another unit, computed exactly and rounded once: 35 cm are 0.35 m to the bit.
    ///
    /// - Parameters:
    ///   - value: The number as it was written.
    ///   - source: The unit it was written with.
    ///   - target: The unit wanted.
    ///   - asDifference: Whether the number is a difference, such as a rise by 5 Cel, which is one by 5 K.
    /// - Returns: `nil` where the dimensions differ, or the result is too large for a `Double`.
    public static func threshold(
        _ value: ExactDecimal,
        from source: Unit,
        to target: Unit,
        asDifference: Bool = false
    ) -> Double? {
        guard let exact = ExactConversion(from: source, to: target) else { return nil }
        return value.scaled(
            by: [exact.numerators.0, exact.numerators.1],
            over: [exact.denominators.0, exact.denominators.1],
            plus: asDifference ? (0, 1) : exact.offset
        )
    }

    /// How readings in this unit are expressed in another; `nil` where the dimensions differ.
    public func conversion(to target: Unit) -> UnitConversion? {
        guard self != target else { return .identity }
        guard let exact = ExactConversion(from: self, to: target) else { return nil }
        var numerator = UInt128(exact.numerators.0) * UInt128(exact.numerators.1)
        var denominator = UInt128(exact.denominators.0) * UInt128(exact.denominators.1)
        let divisor = Self.greatestCommonDivisor(numerator, denominator)
        numerator /= divisor
        denominator /= divisor
        let offset = Self.rounded(exact.offset)
        guard max(numerator, denominator) > 1 << 53 else {
            return UnitConversion(numerator: Double(numerator), denominator: Double(denominator), offset: offset)
        }
        // Beyond 2^53 whole numbers are not exact in a Double; the quotient rounded once is then as near as it gets.
        return Natural(numerator).dividedAndRounded(by: Natural(denominator))
            .map { UnitConversion(numerator: $0, denominator: 1, offset: offset) }
    }

    private static func rounded(_ fraction: (numerator: Int64, denominator: Int64)) -> Double {
        guard fraction.numerator != 0 else { return 0 }
        let magnitude = Natural(UInt128(fraction.numerator.magnitude))
            .dividedAndRounded(by: Natural(UInt128(fraction.denominator.magnitude)))
        guard let magnitude else { preconditionFailure("two numbers of 64 bits have no quotient that is too large") }
        return fraction.numerator < 0 ? -magnitude : magnitude
    }

    private static func greatestCommonDivisor(_ first: UInt128, _ second: UInt128) -> UInt128 {
        var (first, second) = (first, second)
        while second != 0 { (first, second) = (second, first % second) }
        return first
    }
}

/// The way from one unit to another in whole numbers: value × numerators ÷ denominators + offset.
private struct ExactConversion {
    let numerators: (UInt64, UInt64)
    let denominators: (UInt64, UInt64)
    let offset: (numerator: Int64, denominator: Int64)

    /// `nil` where the dimensions differ.
    init?(from source: Unit, to target: Unit) {
        guard source.dimension == target.dimension else { return nil }
        let (from, to) = (source.toBase, target.toBase)
        numerators = (from.numerator, to.denominator)
        denominators = (from.denominator, to.numerator)
        // base = v·a/b + p/q, and target = (base − r/s)·d/c; the numbers of the table keep this far from overflow,
        // which a test over all pairs shows.
        let difference = from.offset.numerator * to.offset.denominator - to.offset.numerator * from.offset.denominator
        offset = (
            difference * Int64(to.denominator),
            from.offset.denominator * to.offset.denominator * Int64(to.numerator)
        )
    }
}
