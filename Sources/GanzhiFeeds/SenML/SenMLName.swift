/// How a resolved SenML name falls apart into device and metric (DESIGN, section 7).
struct SenMLName: Equatable {
    /// Bytes of the name that are the device; `nil` where the topic names it.
    var deviceCount: Int?
    /// First byte of the metric; `nil` where the name is a device alone, whose metric is `value`.
    var metricStart: Int?

    /// Creates a split that is known.
    init(deviceCount: Int?, metricStart: Int?) {
        self.deviceCount = deviceCount
        self.metricStart = metricStart
    }

    /// Splits a name.
    ///
    /// A device URN (RFC 9039) ends before the first `_`, `:` or `/` after its identifier, and what follows that is
    /// the metric. Any other name is split at its last `/` or `:`; without one it is a metric.
    init(_ name: UnsafeBufferPointer<UInt8>) {
        if let end = Self.endOfDeviceURN(name) {
            deviceCount = end
            metricStart = end + 1 < name.count ? end + 1 : nil
        } else if let separator = name.lastIndex(where: { $0 == 0x2F || $0 == 0x3A }) {
            deviceCount = separator
            metricStart = separator + 1
        } else {
            deviceCount = nil
            metricStart = 0
        }
    }

    /// The end of `urn:dev:TYPE:ID` at the start of a name; `nil` where the name begins otherwise.
    static func endOfDeviceURN(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
        let scheme: StaticString = "urn:dev:"
        let schemeCount = scheme.utf8CodeUnitCount
        guard name.count > schemeCount, (0..<schemeCount).allSatisfy({ name[$0] == scheme.utf8Start[$0] }) else {
            return nil
        }
        guard let colon = name[schemeCount...].firstIndex(of: 0x3A), colon > schemeCount else { return nil }
        let identifier = name[(colon + 1)...]
        let end = identifier.firstIndex { $0 == 0x5F || $0 == 0x3A || $0 == 0x2F } ?? name.count
        return end > colon + 1 ? end : nil
    }

    /// Whether a byte may stand in a resolved name: letters, digits and `- : . / _`.
    @inline(__always) static func isAllowed(_ byte: UInt8) -> Bool {
        // Bit *n* of the words stands for the characters n and 64 + n.
        let low: UInt64 = 0x07FF_E000_0000_0000
        let high: UInt64 = 0x07FF_FFFE_87FF_FFFE
        guard byte < 0x80 else { return false }
        return (byte < 0x40 ? low : high) >> UInt64(byte & 0x3F) & 1 == 1
    }

    /// Whether a byte may begin a resolved name: letters and digits.
    static func mayBegin(_ byte: UInt8) -> Bool {
        isAllowed(byte) && byte != 0x2D && byte != 0x3A && byte != 0x2E && byte != 0x2F && byte != 0x5F
    }
}
