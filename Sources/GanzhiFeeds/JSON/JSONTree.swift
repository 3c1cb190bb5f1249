/// A JSON text as a tree, for payloads whose paths are configured.
///
/// Numbers point into the payload, so a tree lives no longer than the decoding of it.
indirect enum JSONTree {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONTree])
    /// Of members with the same name the last.
    case object([String: JSONTree])

    /// Reads a value at the cursor.
    ///
    /// - Parameter depth: Arrays and objects around it.
    /// - Complexity: O(bytes); allocates.
    init(_ scanner: inout JSONScanner, depth: Int = 0) throws(JSONFault) {
        switch scanner.next {
        case 0x22: self = .string(try Self.string(&scanner))
        case 0x2D, 0x30...0x39: self = .number(try scanner.number())
        case 0x74, 0x66: self = .bool(try scanner.bool())
        case 0x5B: self = .array(try Self.elements(&scanner, depth: depth))
        case 0x7B: self = .object(try Self.members(&scanner, depth: depth))
        default:
            guard scanner.next == 0x6E else { throw scanner.fault(.expectedValue) }
            try scanner.null()
            self = .null
        }
    }

    private static func string(_ scanner: inout JSONScanner) throws(JSONFault) -> String {
        String(decoding: try scanner.string().decoded, as: UTF8.self)
    }

    private static func elements(_ scanner: inout JSONScanner, depth: Int) throws(JSONFault) -> [JSONTree] {
        guard depth < JSONScanner.maximumDepth else { throw .tooDeep }
        var elements: [JSONTree] = []
        scanner.cursor += 1
        scanner.skipSpace()
        if scanner.take(0x5D) { return elements }
        repeat { elements.append(try JSONTree(&scanner, depth: depth + 1)) } while try scanner.moreElements(close: 0x5D)
        return elements
    }

    private static func members(_ scanner: inout JSONScanner, depth: Int) throws(JSONFault) -> [String: JSONTree] {
        guard depth < JSONScanner.maximumDepth else { throw .tooDeep }
        var members: [String: JSONTree] = [:]
        scanner.cursor += 1
        scanner.skipSpace()
        if scanner.take(0x7D) { return members }
        repeat {
            let name = String(decoding: try scanner.memberName().text.decoded, as: UTF8.self)
            members[name] = try JSONTree(&scanner, depth: depth + 1)
        } while try scanner.moreElements(close: 0x7D)
        return members
    }
}
