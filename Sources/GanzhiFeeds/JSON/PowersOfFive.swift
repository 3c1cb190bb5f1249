/// The leading 128 bits of powers of five, for exponents of ten that doubles can have.
enum PowersOfFive {
    /// Below it every number of 19 digits rounds to zero.
    static let smallest = -342
    /// Above it every number but zero is greater than every double.
    static let greatest = 308

    /// The power, its leading bit shifted up to the highest: truncated, for small negative exponents rounded up.
    ///
    /// - Parameter exponent: From ``smallest`` to ``greatest``.
    @inline(__always) static func power(_ exponent: Int) -> (high: UInt64, low: UInt64) {
        let place = 2 * (exponent - smallest)
        return (table[place], table[place + 1])
    }

    /// High and low words in turn.
    private static let table: [UInt64] = negative() + positive()

    /// 5^-342 to 5^-1, as 2^bits divided by five again and again: each division by the next five is exact but for what
    /// it drops, which never comes back.
    private static func negative() -> [UInt64] {
        var limbs = [UInt32](repeating: 0, count: 40)
        limbs[0] = 1 << 31
        var powers: [UInt64] = []
        for exponent in 1 ... -smallest {
            var remainder: UInt64 = 0
            for index in limbs.indices {
                let dividend = remainder << 32 | UInt64(limbs[index])
                limbs[index] = UInt32(dividend / 5)
                remainder = dividend % 5
            }
            let (high, low) = leading(limbs)
            let isRoundedUp = exponent <= 27
            powers += [low &+ (isRoundedUp ? 1 : 0), high]
        }
        return powers.reversed()
    }

    /// 5^0 to 5^308.
    private static func positive() -> [UInt64] {
        // Highest word first; 5^308 has 716 bits.
        var limbs = [UInt32](repeating: 0, count: 23)
        limbs[22] = 1
        var powers: [UInt64] = []
        for _ in 0...greatest {
            let (high, low) = leading(limbs)
            powers += [high, low]
            var carry: UInt64 = 0
            for index in limbs.indices.reversed() {
                let product = UInt64(limbs[index]) * 5 + carry
                limbs[index] = UInt32(truncatingIfNeeded: product)
                carry = product >> 32
            }
        }
        return powers
    }

    /// The leading 128 bits of a number, highest word first.
    private static func leading(_ limbs: [UInt32]) -> (high: UInt64, low: UInt64) {
        let words = Array(limbs.drop { $0 == 0 }.prefix(5)) + [0, 0, 0, 0, 0]
        let shift = UInt64(words[0].leadingZeroBitCount)
        func word(_ index: Int) -> UInt64 {
            let pair = UInt64(words[index]) << 32 | UInt64(words[index + 1])
            return shift == 0 ? pair : pair << shift | UInt64(words[index + 2]) >> (32 - shift)
        }
        return (word(0), word(2))
    }
}
