/// The bytes of a name inside a buffer that outlives it.
struct NameBytes {
    let start: UnsafeRawPointer
    let count: Int

    @inline(__always) init(start: UnsafeRawPointer, count: Int) {
        self.start = start
        self.count = count
    }

    @inline(__always) func word(at offset: Int) -> UInt64 {
        start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Up to eight bytes as one number, without reading beyond them.
    @inline(__always) var shortWord: UInt64 {
        if count >= 8 { return word(at: 0) }
        if count >= 4 {
            let low = start.loadUnaligned(as: UInt32.self)
            let high = start.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            return UInt64(low) | UInt64(high) &<< UInt64(truncatingIfNeeded: (count &- 4) &* 8)
        }
        guard count > 0 else { return 0 }
        let first = start.load(as: UInt8.self)
        let middle = start.load(fromByteOffset: count &>> 1, as: UInt8.self)
        let last = start.load(fromByteOffset: count &- 1, as: UInt8.self)
        return UInt64(first) | UInt64(middle) &<< UInt64(truncatingIfNeeded: (count &>> 1) &* 8)
            | UInt64(last) &<< UInt64(truncatingIfNeeded: (count &- 1) &* 8)
    }

    /// Whether these bytes stand at a place that has as many of them.
    @inline(__always) func equals(_ other: UnsafeRawPointer) -> Bool {
        let other = NameBytes(start: other, count: count)
        guard count > 8 else { return shortWord == other.shortWord }
        var offset = 0
        while offset &+ 8 < count {
            if word(at: offset) != other.word(at: offset) { return false }
            offset &+= 8
        }
        return word(at: count &- 8) == other.word(at: count &- 8)
    }

    var string: String { String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self) }

    /// A hash of a device and a metric.
    ///
    /// - Parameter seed: Chosen at random once per process, so that nobody can choose names that collide.
    /// - Source: Folded 64 × 64 bit multiplication, as in Wang Yi's wyhash.
    @inline(__always) static func hash(_ device: NameBytes, _ metric: NameBytes, seed: UInt64) -> UInt32 {
        let first = device.absorbed(into: seed)
        let both = metric.absorbed(into: first ^ 0x8EBC_6AF0_9C88_C6E3)
        return UInt32(truncatingIfNeeded: both &>> 32)
    }

    @inline(__always) private func absorbed(into state: UInt64) -> UInt64 {
        var state = fold(state ^ UInt64(truncatingIfNeeded: count), 0x9E37_79B9_7F4A_7C15)
        var offset = 0
        while offset &+ 8 < count {
            state = fold(state ^ word(at: offset), 0xE703_7ED1_A0B4_28DB)
            offset &+= 8
        }
        return fold(state ^ (count > 8 ? word(at: count &- 8) : shortWord), 0x5899_65CC_7537_4CC3)
    }
}

@inline(__always) private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.low ^ product.high
}
