/// Names as levels of a topic.
public enum TopicName {
    /// A name made fit to be one topic level: `/ + # %` and control characters percent-encoded, `-` for an empty one.
    public static func level(_ name: String) -> String {
        guard !name.isEmpty else { return "-" }
        var result: [UInt8] = []
        let hex = Array("0123456789ABCDEF".utf8)
        for byte in name.utf8 {
            switch byte {
            case 0x2F, 0x2B, 0x23, 0x25, 0x00...0x1F, 0x7F:
                result += [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
