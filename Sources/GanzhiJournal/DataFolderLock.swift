import Glibc

/// The right of one process to write a data folder; given up when this value goes, or the process ends, however.
public struct DataFolderLock: ~Copyable, Sendable {
    private let file: FileDescriptor

    /// Takes the lock, an flock on the file `lock` in the folder, which then holds the process id.
    ///
    /// A folder that does not exist is created, with those above it.
    ///
    /// - Throws: ``DataFolderInUse`` where another process has it, ``JournalError`` where the folder cannot be created or
    ///   the file not be written.
    public init(folder: String) throws {
        try Self.create(folder)
        let file = try FileDescriptor(opening: folder + "/lock", O_RDWR | O_CREAT, to: "lock")
        if flock(file.raw, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw JournalError.last("lock", file.path) }
            throw DataFolderInUse(folder: folder, process: Self.process(named: file))
        }
        let process = Array("\(getpid())\n".utf8)
        try file.truncate(to: 0)
        try process.withUnsafeBytes { try file.write($0, at: 0) }
        self.file = file
    }

    private static func create(_ folder: String) throws(JournalError) {
        if mkdir(folder, 0o777) == 0 || errno == EEXIST { return }
        let above = folder.split(separator: "/").dropLast().joined(separator: "/")
        guard errno == ENOENT, !above.isEmpty else { throw .last("create", folder) }
        try create(folder.hasPrefix("/") ? "/" + above : above)
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw .last("create", folder) }
    }

    private static func process(named file: borrowing FileDescriptor) -> Int32? {
        var digits = [UInt8](repeating: 0, count: 16)
        let count = digits.withUnsafeMutableBytes { (try? file.read(into: $0, at: 0)) ?? 0 }
        return Int32(String(decoding: digits.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self))
    }
}

/// Another process writes the data folder.
public struct DataFolderInUse: Error, Sendable, Hashable, CustomStringConvertible {
    /// The folder.
    public let folder: String
    /// The other process, where the lock file names it.
    public let process: Int32?

    /// What was seen, why it cannot work, what to do.
    public var description: String {
        let who = process.map { "process \($0)" } ?? "another process"
        return "The data folder \(folder) is in use by \(who); two writers would spoil it. Stop that one, or give this "
            + "one a folder of its own."
    }
}
