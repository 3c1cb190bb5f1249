/// Why a checkpoint cannot be read or written.
public enum CheckpointError: Error, Sendable, Hashable {
    /// The system refused an operation on a file.
    case system(JournalError)
    /// A part is not what was written.
    case damaged(file: String, offset: Int, detail: String)
    /// The file ends before its end was written.
    case incomplete(file: String, offset: Int)
    /// A file with a checkpoint's name that is none.
    case foreign(file: String)
    /// A newer version wrote it.
    case newer(file: String, version: Int)
}

extension CheckpointError: CustomStringConvertible {
    /// What was seen, and why it cannot work.
    public var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .damaged(let file, let offset, let detail): "\(file) is damaged at byte \(offset): \(detail)."
        case .incomplete(let file, let offset): "\(file) ends at byte \(offset), before its end was written."
        case .foreign(let file): "\(file) is not a checkpoint: its first bytes are not those that Ganzhi writes."
        case .newer(let file, let version):
            "\(file) has format \(version), newer than this program reads. Run the version of Ganzhi that wrote it."
        }
    }
}

extension FileDescriptor {
    /// Opens a file that is, or becomes, a checkpoint.
    init(checkpoint path: String, _ flags: Int32, to operation: String) throws(CheckpointError) {
        do throws(JournalError) {
            self = try FileDescriptor(opening: path, flags, to: operation)
        } catch {
            throw .system(error)
        }
    }
}
