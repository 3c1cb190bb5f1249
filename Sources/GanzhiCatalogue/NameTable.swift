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

    /// What stands where the search for a hash begins; loading it early lets searches wait for memory together.
    @inline(__always) func home(of hash: UInt32) -> UInt64 { places[Int(truncatingIfNeeded: hash &>> shift)] }

    /// The number of this hash that is the right one; `nil` where there is none.
    ///
    /// - Parameters:
    ///   - hash: The hash.
    ///   - home: What ``home(of:)`` said since the last insertion.
    ///   - isRight: Whether a number with this hash is the right one.
    @inline(__always) func number(hash: UInt32, home: UInt64, where isRight: (Int) -> Bool) -> Int? {
        let mask = places.count &- 1
        var index = Int(truncatingIfNeeded: hash &>> shift)
        var place = home
        // An empty place is always met, as half of them are.
        while place != 0 {
            if UInt32(truncatingIfNeeded: place &>> 32) == hash {
                let number = Int(UInt32(truncatingIfNeeded: place)) &- 1
                if isRight(number) { return number }
            }
            index = (index &+ 1) & mask
            place = places[index]
        }
        return nil
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
        places = Array(repeating: 0, count: old.count * 2)
        shift -= 1
        for entry in old where entry != 0 { place(entry) }
    }
}
