import GanzhiModel

/// One native reading as it stands in the payload, read but not judged: of members that stand twice, the last.
struct NativeRecord {
    /// A name.
    enum Name {
        case absent
        case text(JSONText)
        case wrongType
    }

    /// A time.
    enum Time {
        case absent
        case at(Timestamp)
        case wrongType
        case implausible
    }

    /// A value; `null` is an absent one.
    enum Value {
        case absent
        case number(Double)
        case bool(Bool)
        case text(JSONText)
        case wrongType
    }

    var device = Name.absent
    var metric = Name.absent
    var unit = Name.absent
    var value = Value.absent
    var time = Time.absent
    var received = Time.absent

    /// Reads an object, brace at the cursor.
    ///
    /// - Parameter depth: Arrays and objects around the object.
    @inline(__always) init(_ scanner: inout JSONScanner, depth: Int) throws(JSONFault) {
        scanner.cursor += 1
        scanner.skipSpace()
        if scanner.take(0x7D) { return }
        repeat {
            let name = try scanner.memberName()
            switch name.packed {
            case NativeMember.ts.rawValue: time = try Self.time(&scanner, depth: depth + 1)
            case NativeMember.device.rawValue: device = try Self.name(&scanner, depth: depth + 1)
            case NativeMember.metric.rawValue: metric = try Self.name(&scanner, depth: depth + 1)
            case NativeMember.value.rawValue: value = try Self.value(&scanner, depth: depth + 1)
            case NativeMember.unit.rawValue: unit = try Self.name(&scanner, depth: depth + 1)
            case NativeMember.received.rawValue: received = try Self.time(&scanner, depth: depth + 1)
            default: try scanner.skipValue(depth: depth + 1)
            }
        } while try scanner.moreElements(close: 0x7D)
    }

    @inline(__always)
    private static func name(_ scanner: inout JSONScanner, depth: Int) throws(JSONFault) -> Name {
        if scanner.next == 0x22 { return .text(try scanner.string()) }
        try scanner.skipValue(depth: depth)
        return .wrongType
    }

    @inline(__always)
    private static func value(_ scanner: inout JSONScanner, depth: Int) throws(JSONFault) -> Value {
        switch scanner.next {
        case 0x2D, 0x30...0x39: return .number(try scanner.number().value)
        case 0x22: return .text(try scanner.string())
        case 0x74, 0x66: return .bool(try scanner.bool())
        case 0x6E:
            try scanner.null()
            return .absent
        default:
            try scanner.skipValue(depth: depth)
            return .wrongType
        }
    }

    @inline(__always)
    private static func time(_ scanner: inout JSONScanner, depth: Int) throws(JSONFault) -> Time {
        switch scanner.next {
        case 0x2D, 0x30...0x39:
            guard let time = Timestamp(milliseconds: try scanner.number()) else { return .implausible }
            return .at(time)
        case 0x22:
            guard let time = Timestamp(rfc3339: try scanner.string()) else { return .implausible }
            return .at(time)
        default:
            try scanner.skipValue(depth: depth)
            return .wrongType
        }
    }
}

extension Timestamp {
    /// Takes a JSON number for Unix milliseconds; `nil` where a payload may not carry that time.
    @inline(__always) init?(milliseconds number: JSONNumber) {
        guard let microseconds = number.scaled(by: 1000) else { return nil }
        self.init(microseconds: microseconds)
        guard isPlausible else { return nil }
    }

    /// Reads an RFC 3339 date-time from a JSON string.
    init?(rfc3339 text: JSONText) {
        guard text.hasEscapes else {
            self.init(rfc3339: UnsafeRawBufferPointer(text.raw))
            return
        }
        guard let time = text.decoded.withUnsafeBytes({ Timestamp(rfc3339: $0) }) else { return nil }
        self = time
    }
}
