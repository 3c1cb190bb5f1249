/// What the engine knows of a series whatever the plan; first thing in the series' memory.
///
/// It fills half a cache line, so that the row of a series that one plan watches lies beside it.
struct SeriesHeader {
    /// Running time of the feed when it was last heard.
    var heard: Int64 = 0
    /// The feed through which it was last heard.
    var feed: UInt32 = 0
    /// Number of the layout of its memory.
    var layout: UInt16 = 0
    /// Where the next recent reading goes.
    var nextRecent: UInt8 = 0
    /// A hash of each recent reading: only where one is equal are the readings themselves compared.
    var fingerprints = Fingerprints()
}

/// Hashes of eight readings, in lanes of 16 bits.
struct Fingerprints {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// Whether some lane holds this hash; now and then also where none does, but a neighbour nearly.
    ///
    /// - Source: "Determine if a word has a zero byte" of Sean Anderson's Bit Twiddling Hacks, with lanes for bytes.
    @inline(__always)
    func mayHold(_ fingerprint: UInt16) -> Bool {
        let ones: UInt64 = 0x0001_0001_0001_0001
        let all = UInt64(fingerprint) &* ones
        let (low, high) = (low ^ all, high ^ all)
        return ((low &- ones) & ~low | (high &- ones) & ~high) & (ones &<< 15) != 0
    }
}

/// One of the last readings that were heard and no duplicates.
struct RecentReading {
    var time: Int64
    var value: Double

    /// Readings that are remembered.
    static let count = 8

    /// A hash of time and value.
    @inline(__always)
    static func fingerprint(time: Int64, value: Double) -> UInt16 {
        // Adding zero makes one zero of both.
        let product =
            (UInt64(bitPattern: time) ^ (value + 0).bitPattern &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        return UInt16(truncatingIfNeeded: product >> 48) | 1
    }
}

extension SeriesHeader {
    /// Whether this reading is one of the last eight; if not, remembers it.
    @inline(__always)
    static func isDuplicate(
        _ header: UnsafeMutablePointer<SeriesHeader>,
        _ recents: UnsafeMutablePointer<RecentReading>,
        time: Int64,
        value: Double
    ) -> Bool {
        let fingerprint = RecentReading.fingerprint(time: time, value: value)
        if header.pointee.fingerprints.mayHold(fingerprint),
            isRecent(header, recents, fingerprint, time: time, value: value)
        {
            return true
        }
        let place = Int(header.pointee.nextRecent & 7)
        recents[place] = RecentReading(time: time, value: value)
        withUnsafeMutableBytes(of: &header.pointee.fingerprints) {
            $0.storeBytes(of: fingerprint, toByteOffset: place * 2, as: UInt16.self)
        }
        header.pointee.nextRecent = UInt8(truncatingIfNeeded: place &+ 1) & 7
        return false
    }

    @inline(never)
    private static func isRecent(
        _ header: UnsafeMutablePointer<SeriesHeader>,
        _ recents: UnsafeMutablePointer<RecentReading>,
        _ fingerprint: UInt16,
        time: Int64,
        value: Double
    ) -> Bool {
        withUnsafeBytes(of: &header.pointee.fingerprints) { lanes in
            for place in 0..<RecentReading.count
            // A place that was never written has no fingerprint.
            where lanes.load(fromByteOffset: place * 2, as: UInt16.self) == fingerprint {
                if recents[place].time == time, recents[place].value == value { return true }
            }
            return false
        }
    }
}
