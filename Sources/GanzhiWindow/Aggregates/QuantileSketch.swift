/// How often values fell into buckets whose borders lie 2 % apart, so that any quantile is known within 1 %.
///
/// A sketch is a handle into a pool, 0 while it holds nothing. Its block is a header and the buckets in use in order, each
/// a word: the bucket's key in the upper 18 bits and how many values it holds in the lower 46. Merging adds counts, so it
/// gives to the bit what taking in all values at once would have given.
///
/// An octave has 35 buckets of either sign; zero has one. Their borders follow a cubic through the octave instead of a
/// logarithm, which takes 1 % more buckets and is the same on every processor: in no place are borders more than
/// 1/50 apart in natural logarithm, and the value between two of them that a quantile reports is within
/// tanh(1/100) < 1 % of both.
///
/// - Complexity: A value costs O(log *b*) for *b* buckets in use, and a move of those behind it when its bucket is new.
/// - Memory: 32 bytes up to 3 buckets, 64 up to 7, and so on; 16 KB at most. Values that move by few percent use a few.
/// - Limits: 2,047 buckets, which is 58 octaves of one sign. A sketch that would need more is marked as overflown and
///   has no quantiles any more: no evidence, no verdict.
/// - Source: C. Masson, J. E. Rim, H. K. Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error
///   Guarantees", VLDB 2019; the cubic is `CubicallyInterpolatedMapping` of DataDog's sketches-java, times 35.
enum QuantileSketch {
    /// Buckets a sketch has at most.
    static var bucketLimit: Int { 1 << greatestLog - 1 }

    private static var greatestLog: Int { 11 }
    private static var bucketsPerOctave: Int { 35 }
    /// Bits of a word that count values.
    private static var countBits: UInt64 { 46 }
    private static var countMask: UInt64 { 1 << countBits - 1 }
    /// The key of zero; negative values have smaller ones.
    private static var zeroKey: Int { 1 << 17 }
    /// Added to exponents, so that those of the smallest numbers are positive, too.
    private static var exponentBias: Int { 64 }
    /// In a header; the rest of it is the number of buckets.
    private static var overflown: UInt64 { 1 << 63 }

    /// The number of a value's bucket; finite values have keys in their order.
    @inline(__always)
    static func key(_ value: Double) -> Int {
        var magnitude = abs(value)
        var exponent = Self.exponentBias
        if magnitude < .leastNormalMagnitude {
            guard magnitude > 0 else { return zeroKey }
            magnitude *= 0x1p52
            exponent -= 52
        }
        let bits = magnitude.bitPattern
        exponent &+= Int(truncatingIfNeeded: bits &>> 52)
        let s = Double(bitPattern: bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000) - 1
        // 35 times 6/35 s³ − 3/5 s² + 10/7 s, which goes from 0 to 1 as the logarithm of 1 + s to the base 2 does.
        let part = Int(truncatingIfNeeded: Int32(((6 * s - 21) * s + 50) * s))
        let index = exponent &* bucketsPerOctave &+ part
        return value < 0 ? zeroKey &- index : zeroKey &+ index
    }

    /// A value that is within 1 % of all in a bucket.
    static func value(_ key: Int) -> Double {
        guard key != zeroKey else { return 0 }
        let index = abs(key - zeroKey)
        let part = index % bucketsPerOctave
        let low = border(part)
        let high = border(part + 1)
        let magnitude = Double(
            sign: .plus,
            exponent: index / bucketsPerOctave - exponentBias - 1023,
            significand: 2 * low * high / (low + high)
        )
        return key < zeroKey ? -magnitude : magnitude
    }

    /// The lower border of a bucket, from 1 to 2 in its octave.
    private static func border(_ part: Int) -> Double {
        // Newton's steps double the digits, and the first guess is good to two.
        var s = Double(part) / Double(bucketsPerOctave)
        for _ in 0..<6 { s -= (((6 * s - 21) * s + 50) * s - Double(part)) / ((18 * s - 42) * s + 50) }
        return 1 + s
    }

    /// Takes in a finite value.
    @inline(__always)
    static func insert(_ value: Double, into handle: inout UInt32, pool: inout WordPool) {
        let target = UInt64(truncatingIfNeeded: key(value)) &<< countBits
        guard handle != 0 else { return start(target, &handle, &pool) }
        let words = pool[handle]
        let count = Int(truncatingIfNeeded: words[0] & 0xFFFF)
        let place = lowerBound(target, words + 1, count)
        if place < count, words[place &+ 1] &- target <= countMask {
            words[place &+ 1] &+= 1
        } else {
            insertBucket(target | 1, at: place, &handle, &pool)
        }
    }

    /// Adds what another sketch of the pool holds to one.
    static func merge(_ other: UInt32, into handle: inout UInt32, pool: inout WordPool) {
        assert(other == 0 || other != handle, "A sketch cannot be merged into itself.")
        guard other != 0 else { return }
        let added = pool[other]
        if handle == 0 {
            handle = pool.take(logWords: pool.logWords(other))
            pool[handle].update(from: added, count: Int(added[0] & 0xFFFF) + 1)
            return
        }
        if added[0] & overflown != 0 { return overflow(&handle, &pool) }
        guard pool[handle][0] & overflown == 0 else { return }
        let addedCount = Int(added[0] & 0xFFFF)
        let ownCount = Int(pool[handle][0] & 0xFFFF)
        var words = pool[handle]
        var both = 0
        var own = 1
        var next = 1
        while own <= ownCount, next <= addedCount {
            let ownKey = words[own] &>> countBits
            let nextKey = added[next] &>> countBits
            if ownKey == nextKey { both += 1 }
            if ownKey <= nextKey { own += 1 }
            if nextKey <= ownKey { next += 1 }
        }
        let union = ownCount + addedCount - both
        guard union <= bucketLimit else { return overflow(&handle, &pool) }
        if union >> pool.logWords(handle) != 0 {
            grow(&handle, toHold: union, &pool)
            words = pool[handle]
        }
        // From the end on, so that no bucket is written over before it has been read.
        own = ownCount
        next = addedCount
        var place = union
        while next > 0 {
            let ownKey = own > 0 ? words[own] &>> countBits : 0
            let nextKey = added[next] &>> countBits
            if ownKey > nextKey {
                words[place] = words[own]
                own -= 1
            } else if ownKey < nextKey {
                words[place] = added[next]
                next -= 1
            } else {
                words[place] = words[own] &+ added[next] & countMask
                own -= 1
                next -= 1
            }
            place -= 1
        }
        words[0] = UInt64(union)
    }

    /// How many values a sketch holds; 0 once it has overflown.
    static func count(_ handle: UInt32, pool: borrowing WordPool) -> Int {
        guard handle != 0 else { return 0 }
        let words = pool[handle]
        var total = 0
        for bucket in 0..<Int(words[0] & 0xFFFF) { total &+= Int(words[bucket + 1] & countMask) }
        return total
    }

    /// Whether a sketch needed more buckets than there may be.
    static func isOverflown(_ handle: UInt32, pool: borrowing WordPool) -> Bool {
        handle != 0 && pool[handle][0] & overflown != 0
    }

    /// A value within 1 % of that of rank ⌊q (n − 1)⌋ of n in order; nan without values and once overflown.
    static func quantile(_ q: Double, _ handle: UInt32, pool: borrowing WordPool) -> Double {
        assert(q >= 0 && q <= 1, "A quantile is from 0 to 1.")
        let total = count(handle, pool: pool)
        guard total > 0 else { return .nan }
        let rank = rank(q, of: total)
        let words = pool[handle]
        var bucket = 1
        var below = Int(words[1] & countMask)
        while below <= rank {
            bucket += 1
            below += Int(words[bucket] & countMask)
        }
        return value(Int(words[bucket] &>> countBits))
    }

    /// ⌊q (n − 1)⌋ for the decimal number that was meant by `q`: 0.58 of 101 is 58, though the nearest double is less.
    static func rank(_ q: Double, of count: Int) -> Int {
        let exact = q * Double(count - 1)
        let nearest = exact.rounded()
        let isMeant = abs(exact - nearest) <= 1e-12 * Swift.max(1, exact)
        return Swift.min(count - 1, Int(isMeant ? nearest : exact.rounded(.down)))
    }

    /// Forgets all values and keeps the block for new ones.
    static func removeAll(_ handle: UInt32, pool: borrowing WordPool) {
        if handle != 0 { pool[handle][0] = 0 }
    }

    /// Gives the memory back; the handle becomes 0.
    static func release(_ handle: inout UInt32, pool: inout WordPool) {
        pool.release(&handle)
    }

    /// The first of some sorted words that is not below a target.
    @inline(__always)
    private static func lowerBound(_ target: UInt64, _ words: UnsafeMutablePointer<UInt64>, _ count: Int) -> Int {
        // Without branches, as readings jump to and fro between buckets. A count's last bit does not matter for order.
        let half = target &>> 1
        var low = 0
        var left = count
        while left > 1 {
            let step = left &>> 1
            low &+= step & (0 &- isLess(words[low &+ step &- 1] &>> 1, half))
            left &-= step
        }
        return left == 1 ? low &+ isLess(words[low] &>> 1, half) : low
    }

    /// 1 where one number of 63 bits is less than another, else 0.
    @inline(__always)
    private static func isLess(_ one: UInt64, _ other: UInt64) -> Int {
        Int(truncatingIfNeeded: (one &- other) &>> 63)
    }

    @inline(never)
    private static func start(_ target: UInt64, _ handle: inout UInt32, _ pool: inout WordPool) {
        handle = pool.take(logWords: WordPool.smallestLog)
        pool[handle][0] = 1
        pool[handle][1] = target | 1
    }

    @inline(never)
    private static func insertBucket(_ bucket: UInt64, at place: Int, _ handle: inout UInt32, _ pool: inout WordPool) {
        let header = pool[handle][0]
        guard header & overflown == 0 else { return }
        let count = Int(header)
        guard count < bucketLimit else { return overflow(&handle, &pool) }
        if (count + 1) >> pool.logWords(handle) != 0 { grow(&handle, toHold: count + 1, &pool) }
        let words = pool[handle]
        let first = words + 1 + place
        (first + 1).update(from: first, count: count - place)
        first.pointee = bucket
        words[0] = header + 1
    }

    /// Moves a sketch into the smallest block that holds so many buckets.
    private static func grow(_ handle: inout UInt32, toHold buckets: Int, _ pool: inout WordPool) {
        let larger = pool.take(logWords: Int.bitWidth - buckets.leadingZeroBitCount)
        pool[larger].update(from: pool[handle], count: Int(pool[handle][0] & 0xFFFF) + 1)
        pool.release(&handle)
        handle = larger
    }

    private static func overflow(_ handle: inout UInt32, _ pool: inout WordPool) {
        pool.release(&handle)
        handle = pool.take(logWords: WordPool.smallestLog)
        pool[handle][0] = overflown
    }
}
