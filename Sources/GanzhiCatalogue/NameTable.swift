internal import CGanzhi
internal import GanzhiModel

/// Finds numbers by a hash of what they stand for; what that is, and whether it is the right one, the user knows.
///
/// Open addressing with linear probing and at most half of the places taken. A place holds the hash and the number + 1;
/// the hash's upper bits are the home of an entry, so that the table grows without looking at any name.
struct NameTable: Sendable {
    private var places: [UInt64]
    private var shift: UInt32
    private var count = 0

    init() {
        places = Array(repeating: 0, count: 16)
        shift = 28
    }

    /// The number of this hash that is the right one; `nil` where there is none.
    @inline(__always) func number(hash: UInt32, where isRight: (Int) -> Bool) -> Int? {
        withLookup { $0.number(hash: hash, where: isRight) }
    }

    /// Gives the places as they are, for many look-ups at once.
    @inline(__always) func withLookup<Result>(_ body: (Lookup) -> Result) -> Result {
        places.withUnsafeBufferPointer { places in
            body(Lookup(places: places.baseAddress.unsafelyUnwrapped, mask: places.count &- 1, shift: shift))
        }
    }

    /// The places between two insertions.
    struct Lookup {
        fileprivate let places: UnsafePointer<UInt64>
        fileprivate let mask: Int
        fileprivate let shift: UInt32

        /// Asks for the memory where the search for a hash begins, so that many searches wait for theirs together.
        @inline(__always) func prefetch(hash: UInt32) {
            ganzhi_prefetch(places + Int(truncatingIfNeeded: hash &>> shift))
        }

        /// The number that is most likely the one of this hash; negative where there is none.
        @inline(__always) func candidate(hash: UInt32) -> Int32 {
            var index = Int(truncatingIfNeeded: hash &>> shift)
            // An empty place is always met, as half of them are.
            while places[index] != 0 {
                if UInt32(truncatingIfNeeded: places[index] &>> 32) == hash {
                    return Int32(truncatingIfNeeded: places[index]) &- 1
                }
                index = (index &+ 1) & mask
            }
            return -1
        }

        /// The number of this hash that is the right one; `nil` where there is none.
        @inline(__always) func number(hash: UInt32, where isRight: (Int) -> Bool) -> Int? {
            var index = Int(truncatingIfNeeded: hash &>> shift)
            while places[index] != 0 {
                if UInt32(truncatingIfNeeded: places[index] &>> 32) == hash {
                    let number = Int(UInt32(truncatingIfNeeded: places[index])) &- 1
                    if isRight(number) { return number }
                }
                index = (index &+ 1) & mask
            }
            return nil
        }
    }

    func write(to state: inout StateWriter) throws {
        try state.array(places)
        try state.value(shift)
        try state.value(count)
    }

    /// Reads what a table with hashes of the same seed wrote.
    init(from state: inout StateReader) throws {
        let written: [UInt64] = try state.array()
        places = Array(onHugePages: written.count) { _ = $0.initialize(from: written) }
        shift = try state.value()
        count = try state.value()
        let isPossible = shift < 32 && places.count == 1 << (32 - shift) && 2 * count <= places.count
        guard isPossible else { throw StateMismatch("a table of names has a size that there is not") }
    }

    mutating func insert(_ number: Int, hash: UInt32) {
        if 2 * (count + 1) > places.count { grow() }
        place(UInt64(hash) << 32 | UInt64(UInt32(number) + 1))
        count += 1
    }

    private mutating func place(_ entry: UInt64) {
        var index = Int(UInt32(truncatingIfNeeded: entry >> 32) >> shift)
        while places[index] != 0 { index = (index + 1) & (places.count - 1) }
        places[index] = entry
    }

    private mutating func grow() {
        let old = places
        places = Array(onHugePages: old.count * 2) { $0.initialize(repeating: 0) }
        shift -= 1
        for entry in old where entry != 0 { place(entry) }
    }
}
