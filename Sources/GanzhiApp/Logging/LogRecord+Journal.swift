import Logging

/// The form of systemd's journal.
///
/// - Source: systemd's page "Native Journal Protocol", and sd-daemon(3) for the prefixes.
extension LogRecord {
    /// Where the journal listens.
    static let journalSocket = "/run/systemd/journal/socket"

    /// Syslog's number of the level.
    var priority: Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// The line that a stream to the journal is given.
    var prefixed: String { "<\(priority)>\(words)" }

    /// The datagram: a field a line; a value of several lines is led by its length.
    ///
    /// `MESSAGE` has the values too, as that is what `journalctl` shows; each is also a field, such as
    /// `GANZHI_CLIENT_ID`.
    var journalEntry: [UInt8] {
        var bytes: [UInt8] = []
        func field(_ name: String, _ value: String) {
            bytes += name.utf8
            if value.utf8.contains(0x0A) {
                bytes.append(0x0A)
                withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { bytes += $0 }
            } else {
                bytes.append(0x3D)
            }
            bytes += value.utf8
            bytes.append(0x0A)
        }
        field("MESSAGE", words)
        field("PRIORITY", "\(priority)")
        field("SYSLOG_IDENTIFIER", "ganzhi")
        field("CODE_FILE", file)
        field("CODE_LINE", "\(line)")
        field("CODE_FUNC", function)
        for (name, value) in values { field(Self.fieldName(name), value) }
        return bytes
    }

    /// A field's name: capitals, digits and underscores, 64 at most.
    private static func fieldName(_ name: String) -> String {
        let allowed = name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        return String(("GANZHI_" + String(allowed)).prefix(64))
    }
}
