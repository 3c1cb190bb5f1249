internal import CGanzhi
import Glibc

/// A number of a JSON text: checked, and read as far as its digits fit.
///
/// Points into the payload and lives no longer than the decoding of it.
package struct JSONNumber {
    /// The digits without point and sign, as a whole number; meaningless where ``digitCount`` is above 19.
    var mantissa: UInt64
    /// The power of ten that ``mantissa`` is to be multiplied with.
    var exponent: Int
    /// Digits of the mantissa, leading zeros included.
    var digitCount: Int
    /// Whether a minus sign stands before it.
    var isNegative: Bool
    /// The number as written.
    var text: UnsafeBufferPointer<UInt8>

    /// The nearest double, ties to even; infinite where the number is greater than every double.
    ///
    /// - Source: William D. Clinger, "How to Read Floating Point Numbers Accurately", PLDI 1990: with a mantissa up to
    ///   2^53 and a power of ten up to 10^22 both are exact doubles, so one operation rounds once.
    @inline(__always) package var value: Double {
        if digitCount <= 19, mantissa <= 1 << 53, exponent.magnitude <= 22 {
            let magnitude = Double(Int64(bitPattern: mantissa))
            let power = ganzhi_power_of_ten(Int(exponent.magnitude))
            let result = exponent < 0 ? magnitude / power : magnitude * power
            return isNegative ? -result : result
        }
        return slowValue
    }

    @inline(never) private var slowValue: Double {
        guard digitCount <= 19, let value = Double(nearestTo: mantissa, exponent: exponent) else {
            return librarysValue
        }
        return isNegative ? -value : value
    }

    /// The number by the C library, which needs it NUL-terminated.
    private var librarysValue: Double {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { copy in
            for (index, byte) in text.enumerated() { copy[index] = CChar(bitPattern: byte) }
            copy[text.count] = 0
            return copy.baseAddress.map { strtod($0, nil) } ?? .nan
        }
    }

    /// The number times `unit` as a whole number, rounded to nearest; `nil` where it does not fit.
    ///
    /// Exact for whole numbers, and for fractions to a quarter of a microsecond in times of this millennium.
    @inline(__always) func scaled(by unit: Int64) -> Int64? {
        if exponent == 0, digitCount <= 18 {
            let (result, overflow) = Int64(mantissa).multipliedReportingOverflow(by: unit)
            return overflow ? nil : (isNegative ? -result : result)
        }
        return Int64(roundingToNearest: value * Double(unit))
    }
}

extension Int64 {
    /// The nearest whole number, ties away from zero; `nil` where it does not fit, and for what is no number.
    init?(roundingToNearest value: Double) {
        guard value.magnitude < 9.2e18 else { return nil }
        self.init(value.rounded())
    }
}

extension JSONScanner {
    /// Reads a number, minus sign or digit at the cursor.
    @inline(__always) package mutating func number() throws(JSONFault) -> JSONNumber {
        let first = cursor
        let isNegative = take(0x2D)
        var mantissa: UInt64 = 0
        var exponent = 0
        let whole = cursor
        digits(into: &mantissa)
        var digitCount = cursor - whole
        guard digitCount > 0, digitCount == 1 || whole.pointee != 0x30 else { throw fault(.badNumber) }
        if take(0x2E) {
            let fraction = cursor
            digits(into: &mantissa)
            exponent = fraction - cursor
            guard exponent < 0 else { throw fault(.badNumber) }
            digitCount -= exponent
        }
        if next | 0x20 == 0x65 { exponent += try exponentPart() }
        return JSONNumber(
            mantissa: mantissa,
            exponent: exponent,
            digitCount: digitCount,
            isNegative: isNegative,
            text: UnsafeBufferPointer(start: first, count: cursor - first)
        )
    }

    /// Reads digits, up to eight at a time; wraps around beyond 19.
    ///
    /// - Source: Daniel Lemire, "Quickly parsing eight digits", 2018; fewer are shifted up, which puts zeros before them.
    @inline(__always) private mutating func digits(into mantissa: inout UInt64) {
        while true {
            let word = word(at: cursor)
            let digits = word &- 0x3030_3030_3030_3030
            // The lowest mark is right: digits below it neither carry nor borrow.
            let marks = ((word &+ 0x4646_4646_4646_4646) | digits) & 0x8080_8080_8080_8080
            let count = marks.trailingZeroBitCount >> 3
            guard count > 0 else { return }
            let shifted = digits &<< UInt64(64 - 8 * count)
            let pairs = shifted &* 10 &+ (shifted >> 8)
            let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
            let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
            mantissa = mantissa &* ganzhi_whole_power_of_ten(count) &+ ((low &+ high) >> 32)
            cursor += count
            guard count == 8 else { return }
        }
    }

    /// Reads `e`, sign and digits; stops counting where no double has such an exponent.
    private mutating func exponentPart() throws(JSONFault) -> Int {
        cursor += 1
        let isNegative = next == 0x2D
        if isNegative || next == 0x2B { cursor += 1 }
        let first = cursor
        var exponent = 0
        while cursor < end {
            let digit = cursor.pointee &- 0x30
            guard digit < 10 else { break }
            if exponent < 1_000_000_000 { exponent = exponent * 10 + Int(digit) }
            cursor += 1
        }
        guard cursor > first else { throw fault(.badNumber) }
        return isNegative ? -exponent : exponent
    }
}
