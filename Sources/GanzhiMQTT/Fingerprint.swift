/// 128 bits that stand for a message: packet id, topic and payload.
///
/// - Source: MurmurHash3_x64_128, Austin Appleby, public domain. It resists accident, not malice; who wants to have a
///   message of their own dropped need not send it.
struct Fingerprint: Equatable {
    var low: UInt64
    var high: UInt64

    /// The fingerprint of a message, the topic's being the seed of the payload's.
    init(packetID: UInt16, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer) {
        let seed = UInt64(packetID)
        let topic = Fingerprint(topic, low: seed, high: seed)
        self = Fingerprint(payload, low: topic.low, high: topic.high)
    }

    /// The hash of some bytes.
    ///
    /// - Parameters:
    ///   - low: The seed, for the published function the same as `high`.
    ///   - high: The seed.
    /// - Complexity: O(*n*), 16 bytes a step.
    init(_ bytes: UnsafeRawBufferPointer, low: UInt64, high: UInt64) {
        let c1: UInt64 = 0x87c3_7b91_1142_53d5
        let c2: UInt64 = 0x4cf5_ad43_2745_937f
        func rotate(_ value: UInt64, _ by: UInt64) -> UInt64 { value &<< by | value &>> (64 &- by) }
        func mixLow(_ word: UInt64) -> UInt64 { rotate(word &* c1, 31) &* c2 }
        func mixHigh(_ word: UInt64) -> UInt64 { rotate(word &* c2, 33) &* c1 }
        func finish(_ value: UInt64) -> UInt64 {
            var value = value
            value = (value ^ value &>> 33) &* 0xff51_afd7_ed55_8ccd
            value = (value ^ value &>> 33) &* 0xc4ce_b9fe_1a85_ec53
            return value ^ value &>> 33
        }

        var low = low
        var high = high
        let blocks = bytes.count / 16
        for block in 0..<blocks {
            low ^= mixLow(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: block * 16, as: UInt64.self)))
            low = (rotate(low, 27) &+ high) &* 5 &+ 0x52dc_e729
            high ^= mixHigh(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: block * 16 + 8, as: UInt64.self)))
            high = (rotate(high, 31) &+ low) &* 5 &+ 0x3849_5ab5
        }
        var lastLow: UInt64 = 0
        var lastHigh: UInt64 = 0
        for (place, byte) in bytes[(blocks * 16)...].enumerated() {
            if place < 8 {
                lastLow |= UInt64(byte) << (place * 8)
            } else {
                lastHigh |= UInt64(byte) << (place * 8 - 64)
            }
        }
        low ^= mixLow(lastLow)
        high ^= mixHigh(lastHigh)
        low ^= UInt64(bytes.count)
        high ^= UInt64(bytes.count)
        low &+= high
        high &+= low
        low = finish(low)
        high = finish(high)
        low &+= high
        high &+= low
        self.low = low
        self.high = high
    }
}
