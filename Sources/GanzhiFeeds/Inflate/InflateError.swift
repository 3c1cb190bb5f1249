/// Why a compressed stream cannot be unpacked.
public enum InflateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The stream ends inside a member or frame.
    case truncated(format: ByteInflater.Format)
    /// The bytes are not of the format, or damaged; the reason is the library's.
    case corrupt(format: ByteInflater.Format, reason: String)
    /// No memory for the library's state.
    case outOfMemory

    /// What was seen, and what would do.
    public var description: String {
        switch self {
        case .truncated(let format):
            "The \(format.rawValue) data ends too early: its end is missing. Copy or download the file again."
        case .corrupt(let format, let reason):
            "This is not \(format.rawValue) data, or it is damaged (\(reason)). Check the file's name and copy it again."
        case .outOfMemory: "There is no memory left to unpack with. Free some and try again."
        }
    }
}
