/// A way in which a payload is broken, so that a decoder must refuse the whole message.
public enum PayloadFault: String, Sendable, Hashable, CaseIterable {
    /// Cut off in the middle.
    case truncated
    /// A byte 0xFF inside a string: not UTF-8.
    case invalidUTF8 = "invalid-utf8"
    /// `NaN` where a number must stand: not JSON.
    case bareNaN = "bare-nan"
    /// The value is no number: an array (native), text (SenML).
    case wrongType = "wrong-type"
    /// Native JSON only: `ts` is text that is no date.
    case badTime = "bad-time"
    /// SenML only: a name with a blank, which RFC 8428 forbids.
    case badName = "bad-name"
    /// SenML only: two values in one record.
    case twoValues = "two-values"
    /// SenML only: a field whose name ends in `_`, which a reader must understand or refuse.
    case mustUnderstand = "must-understand"

    static let native: [PayloadFault] = [.truncated, .invalidUTF8, .bareNaN, .wrongType, .badTime]
    static let senML: [PayloadFault] = [
        .truncated, .invalidUTF8, .bareNaN, .wrongType, .badName, .twoValues, .mustUnderstand,
    ]
}
