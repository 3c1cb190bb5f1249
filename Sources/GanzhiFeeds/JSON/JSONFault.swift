package import GanzhiModel

/// Why bytes are not a JSON text that a decoder reads.
///
/// The scanner's cursor stands at the fault when it is thrown.
package enum JSONFault: UInt8, Error {
    case expectedValue
    case expectedMemberName
    case expectedColon
    case expectedCommaOrEnd
    case trailingBytes
    case unexpectedEnd
    case badNumber
    case badEscape
    case unpairedSurrogate
    case controlCharacter
    case badUTF8
    case tooDeep

    /// The reason code of a message refused for it.
    package var reason: String {
        switch self {
        case .badUTF8: "bad-utf8"
        case .tooDeep: "too-deep"
        default: "malformed"
        }
    }

    /// What was seen and what would do, without the place.
    private var message: String {
        switch self {
        case .expectedValue: "a JSON value must stand here"
        case .expectedMemberName: "a member name in double quotes must stand here"
        case .expectedColon: "a colon must follow a member name"
        case .expectedCommaOrEnd: "a comma or the closing bracket must follow a value"
        case .trailingBytes: "nothing may follow the JSON text; send one text per message"
        case .unexpectedEnd: "the JSON text ends too early"
        case .badNumber: "this is not a number of JSON (RFC 8259, section 6)"
        case .badEscape: "this is not an escape of JSON (RFC 8259, section 7)"
        case .unpairedSurrogate: "a \\u escape of half a character needs the other half beside it"
        case .controlCharacter: "a control character in a string must be written as \\u00XX"
        case .badUTF8: "this is not UTF-8; JSON is sent in UTF-8 only"
        case .tooDeep: "arrays and objects may be nested \(JSONScanner.maximumDepth) deep"
        }
    }

    /// The refusal of a message whose bytes have this fault `offset` bytes from their start.
    package func rejection(at offset: Int) -> Rejection {
        Rejection(reason, detail: "At byte \(offset): \(message).")
    }
}
