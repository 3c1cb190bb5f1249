// For its square root, which a program that links nothing else would miss.
import Glibc

/// How many different values there were: the set of them up to 1,024, an estimate beyond.
///
/// A sketch is a handle into a pool, 0 while it holds nothing. Its block is a header and either a hash table of values or
/// 32,760 registers of one byte. Zero and minus zero are the same value. What a sketch says depends only on the values it
/// has seen, so that merging gives exactly what taking in all values at once would have given.
///
/// - Complexity: A value costs O(1). A number from registers and a merge of them cost a pass over 32 KB.
/// - Memory: 32 bytes up to 2 values, 64 up to 5, … 16 KB up to 1,024; 32 KB beyond.
/// - Accuracy: An estimate has a standard error of 1.04 / √32,760 = 0.57 %: 2 % is three and a half of them.
/// - Limits: The estimate is meant for up to some 10^13 values. Hashes have no secret: who chooses values to that end can
///   make them collide.
/// - Source: P. Flajolet et al., "HyperLogLog", AofA 2007; the estimator without tables of bias is algorithm 6 of
///   O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", arXiv 1702.01284 (2017). Other than there
///   a register is chosen by multiplying the upper half of the hash, as their number is no power of two, and the lower
///   half gives its value, so that 1 + 32 is the greatest. Hash: the mixer of SplitMix64 (Steele, Lea, Flood 2014).
enum DistinctSketch {
    /// Values that a sketch knows exactly.
    static var exactLimit: Int { 1024 }
    /// Registers of an estimate: with the header they fill a block.
    static var registers: Int { 1 << registersLog * 8 - 8 }

    private static var registersLog: Int { 12 }
    private static var greatestRank: Int { 33 }
    /// In the header of registers; that of a set is the number of its values.
    private static var estimated: UInt64 { 1 << 63 }
    /// What no value is stored as, as minus zero is zero.
    private static var empty: UInt64 { 0 }

    /// Takes in a finite value.
    @inline(__always)
    static func insert(_ value: Double, into handle: inout UInt32, pool: inout WordPool) {
        // Adding zero makes a zero of minus zero.
        insert(stored: (value + 0).bitPattern ^ (-0.0).bitPattern, &handle, &pool)
    }

    /// Adds what another sketch of the pool holds to one.
    static func merge(_ other: UInt32, into handle: inout UInt32, pool: inout WordPool) {
        assert(other == 0 || other != handle, "A sketch cannot be merged into itself.")
        guard other != 0 else { return }
        let added = pool[other]
        let words = 1 << pool.logWords(other)
        guard handle != 0 else {
            handle = pool.take(logWords: pool.logWords(other))
            pool[handle].update(from: added, count: words)
            return
        }
        guard added[0] & estimated != 0 else {
            for slot in 1..<words where added[slot] != empty { insert(stored: added[slot], &handle, &pool) }
            return
        }
        if pool[handle][0] & estimated == 0 { estimate(&handle, &pool) }
        let own = UnsafeMutableRawPointer(pool[handle] + 1)
        let theirs = UnsafeRawPointer(added + 1)
        for offset in stride(from: 0, to: registers, by: 8) {
            let greater = pointwiseMax(
                own.load(fromByteOffset: offset, as: SIMD8<UInt8>.self),
                theirs.load(fromByteOffset: offset, as: SIMD8<UInt8>.self)
            )
            own.storeBytes(of: greater, toByteOffset: offset, as: SIMD8<UInt8>.self)
        }
    }

    /// How many different values a sketch has seen, a whole number.
    static func count(_ handle: UInt32, pool: borrowing WordPool) -> Double {
        guard handle != 0 else { return 0 }
        let words = pool[handle]
        guard words[0] & estimated != 0 else { return Double(words[0]) }
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: greatestRank + 1) { histogram in
            histogram.initialize(repeating: 0)
            let ranks = UnsafeRawBufferPointer(start: words + 1, count: registers)
            for rank in ranks { histogram[Int(rank)] += 1 }
            return (estimate(histogram) + 0.5).rounded(.down)
        }
    }

    /// Forgets all values and keeps the block for new ones, unless it is registers'.
    static func removeAll(_ handle: inout UInt32, pool: inout WordPool) {
        guard handle != 0 else { return }
        if pool[handle][0] & estimated != 0 { return pool.release(&handle) }
        pool[handle].update(repeating: 0, count: 1 << pool.logWords(handle))
    }

    /// Gives the memory back; the handle becomes 0.
    static func release(_ handle: inout UInt32, pool: inout WordPool) {
        pool.release(&handle)
    }

    /// The number that registers stand for, by how many have each value.
    private static func estimate(_ histogram: UnsafeMutableBufferPointer<Int>) -> Double {
        let all = Double(registers)
        var sum = all * tau(1 - Double(histogram[greatestRank]) / all)
        for rank in stride(from: greatestRank - 1, through: 1, by: -1) { sum = 0.5 * (sum + Double(histogram[rank])) }
        sum += all * sigma(Double(histogram[0]) / all)
        // 1 / (2 ln 2)
        return 0.721347520444481703680 * all * all / sum
    }

    private static func sigma(_ x: Double) -> Double {
        guard x < 1 else { return .infinity }
        var power = x
        var factor = 1.0
        var sum = x
        while true {
            power *= power
            let before = sum
            sum += power * factor
            factor += factor
            if sum == before { return sum }
        }
    }

    private static func tau(_ x: Double) -> Double {
        guard x > 0, x < 1 else { return 0 }
        var root = x
        var factor = 1.0
        var sum = 1 - x
        while true {
            root = root.squareRoot()
            let before = sum
            factor *= 0.5
            sum -= (1 - root) * (1 - root) * factor
            if sum == before { return sum / 3 }
        }
    }

    /// A hash of a stored value.
    @inline(__always)
    private static func hash(_ stored: UInt64) -> UInt64 {
        var mixed = stored &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed &>> 31)
    }

    /// The place that the upper half of a hash has among `count`.
    @inline(__always)
    private static func place(_ hash: UInt64, of count: Int) -> Int {
        Int(truncatingIfNeeded: ((hash &>> 32) &* UInt64(truncatingIfNeeded: count)) &>> 32)
    }

    /// Values that a set in a block of so many words may hold: three quarters, that probing stays short.
    @inline(__always)
    private static func room(_ logWords: Int) -> Int {
        Swift.min(exactLimit, ((1 &<< logWords &- 1) &* 3) &>> 2)
    }

    @inline(__always)
    private static func insert(stored: UInt64, _ handle: inout UInt32, _ pool: inout WordPool) {
        if handle == 0 { handle = takeEmpty(logWords: WordPool.smallestLog, &pool) }
        let words = pool[handle]
        let hash = hash(stored)
        if words[0] & estimated != 0 { return register(hash, words) }
        let slots = 1 &<< pool.logWords(handle) &- 1
        var slot = place(hash, of: slots)
        while words[slot &+ 1] != empty {
            if words[slot &+ 1] == stored { return }
            slot = slot &+ 1 < slots ? slot &+ 1 : 0
        }
        if Int(truncatingIfNeeded: words[0]) < room(pool.logWords(handle)) {
            words[slot &+ 1] = stored
            words[0] &+= 1
        } else {
            insertInFull(stored, &handle, &pool)
        }
    }

    @inline(never)
    private static func insertInFull(_ stored: UInt64, _ handle: inout UInt32, _ pool: inout WordPool) {
        if Int(pool[handle][0]) < exactLimit {
            let log = pool.logWords(handle)
            var larger = takeEmpty(logWords: log + 1, &pool)
            let words = pool[handle]
            for slot in 1..<1 << log where words[slot] != empty { insert(stored: words[slot], &larger, &pool) }
            pool.release(&handle)
            handle = larger
        } else {
            estimate(&handle, &pool)
        }
        insert(stored: stored, &handle, &pool)
    }

    /// Makes registers of a set.
    private static func estimate(_ handle: inout UInt32, _ pool: inout WordPool) {
        let block = takeEmpty(logWords: registersLog, &pool)
        pool[block][0] = estimated
        let words = pool[handle]
        for slot in 1..<1 << pool.logWords(handle) where words[slot] != empty {
            register(hash(words[slot]), pool[block])
        }
        pool.release(&handle)
        handle = block
    }

    @inline(__always)
    private static func register(_ hash: UInt64, _ words: UnsafeMutablePointer<UInt64>) {
        let rank = UInt8(truncatingIfNeeded: UInt32(truncatingIfNeeded: hash).leadingZeroBitCount &+ 1)
        let register = UnsafeMutableRawPointer(words + 1) + place(hash, of: registers)
        if register.load(as: UInt8.self) < rank { register.storeBytes(of: rank, as: UInt8.self) }
    }

    private static func takeEmpty(logWords: Int, _ pool: inout WordPool) -> UInt32 {
        let handle = pool.take(logWords: logWords)
        pool[handle].update(repeating: 0, count: 1 << logWords)
        return handle
    }
}
