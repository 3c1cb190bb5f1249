import Glibc

/// Why the journal cannot be read or written, and what to do.
public enum JournalError: Error, Sendable, Hashable {
    /// The system refused an operation on a file.
    case system(operation: String, path: String, code: Int32)
    /// A block before the tail, or a segment's header, is not what was written.
    case damaged(file: String, offset: Int, detail: String)
    /// A file with a segment's name that is no segment.
    case foreign(file: String)
    /// A segment, or a block at an offset, that a newer version wrote.
    case newer(file: String, offset: Int, version: Int)
    /// No segment holds this sequence: it was deleted, or never written.
    case missing(sequence: UInt64, folder: String)
    /// A name or payload that no block can hold.
    case tooLong(part: String, bytes: Int, limit: Int)

    /// Whether what was to be read was deleted, as a daemon does with its oldest segments.
    public var isVanished: Bool {
        switch self {
        case .missing: true
        case .system(_, _, let code): code == ENOENT
        case .damaged, .foreign, .newer, .tooLong: false
        }
    }

    /// The error that the last system call left.
    static func last(_ operation: String, _ path: String) -> JournalError {
        .system(operation: operation, path: path, code: errno)
    }
}

extension JournalError: CustomStringConvertible {
    /// What was seen, why it cannot work, what to do.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code):
            "Cannot \(operation) \(path): \(String(cString: strerror(code))). " + Self.remedy(code)
        case .damaged(let file, let offset, let detail):
            "\(file) is damaged at byte \(offset): \(detail). What follows was durable once, so nothing is cut off; "
                + "restore the file, or the whole data folder from a backup."
        case .foreign(let file):
            "\(file) is not a journal segment: its first bytes are not those that Ganzhi writes. Move it out of the "
                + "journal's folder."
        case .newer(let file, let offset, let version):
            "\(file) holds format \(version) at byte \(offset), newer than this program reads. Run the version of "
                + "Ganzhi that wrote it."
        case .missing(let sequence, let folder):
            "No segment in \(folder) holds block \(sequence): its file was deleted or moved, or the block was never "
                + "written. Restore the file, or read from a later block."
        case .tooLong(let part, let bytes, let limit):
            "The \(part) of a message has \(bytes) bytes; a block holds at most \(limit). Shorten it."
        }
    }

    private static func remedy(_ code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "Free space on that volume; a daemon that runs then goes on by itself."
        case EROFS: "Mount the volume for writing."
        case EACCES, EPERM: "Give the user that runs Ganzhi the right to it."
        case EIO: "The volume reports an input/output error: check the disk."
        default: "Check the folder and its volume."
        }
    }
}
