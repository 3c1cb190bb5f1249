import GanzhiModel

/// What holds while a SenML pack is walked through: its base fields, and what was found for the record before.
struct SenMLPack {
    /// A base name with what is the same for all records under it.
    struct BaseName {
        let text: JSONText
        /// Whether every character may stand in a name.
        let isAllowed: Bool
        /// Bytes of the device where it is a device URN with a separator after it, so that no suffix changes them.
        let deviceCount: Int?

        init(_ text: JSONText) {
            self.text = text
            if text.hasEscapes {
                (isAllowed, deviceCount) = text.decoded.withUnsafeBufferPointer(Self.inspect)
            } else {
                (isAllowed, deviceCount) = Self.inspect(text.raw)
            }
        }

        private static func inspect(_ name: UnsafeBufferPointer<UInt8>) -> (isAllowed: Bool, deviceCount: Int?) {
            let end = SenMLName.endOfDeviceURN(name)
            return (name.allSatisfy(SenMLName.isAllowed), end.flatMap { $0 < name.count ? $0 : nil })
        }
    }

    let topic: String
    let received: Timestamp?
    var rejection: Rejection?

    var version = 0.0
    var baseName: BaseName
    var baseTime: Double?
    var baseUnit: JSONText?
    var baseValue: Double?
    var baseSum: Double?

    /// The name of the record at hand.
    var name = SenMLResolvedName()
    /// The unit of the record before, packed, and what the registries say of it.
    var unitName: UInt64 = 0
    var unit = SenMLUnit.unknown

    // Names that are made at most once.
    var topicDevice: NameRef?
    var valueMetric: NameRef?
    var ratioUnit: NameRef?

    /// The record at hand; one for all, as it is large to copy.
    var record: SenMLRecord

    /// Starts a pack without base fields.
    ///
    /// - Parameter start: The payload's first byte, where empty strings point to.
    init(start: UnsafePointer<UInt8>, topic: String, received: Timestamp?) {
        let empty = JSONText(start: start, count: 0, hasEscapes: false)
        self.topic = topic
        self.received = received
        record = SenMLRecord(start: start)
        baseName = BaseName(empty)
    }
}
