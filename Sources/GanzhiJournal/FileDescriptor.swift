import Glibc

/// An open file, closed exactly once.
struct FileDescriptor: ~Copyable {
    let raw: Int32
    let path: String

    /// Opens a file; never inherited by child processes.
    init(opening path: String, _ flags: Int32, mode: mode_t = 0o640, to operation: String) throws(JournalError) {
        let descriptor = open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .last(operation, path) }
        raw = descriptor
        self.path = path
    }

    deinit { close(raw) }

    /// The file's size in bytes.
    func size() throws(JournalError) -> Int {
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw .last("examine", path) }
        return Int(status.st_size)
    }

    /// Reads up to the buffer's length; fewer bytes only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(raw, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("read", path)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes all of the bytes.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(raw, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("write", path)
            }
            done += count
        }
    }

    /// Makes the file's data durable, and what of its metadata is needed to read it.
    func synchronizeData() throws(JournalError) {
        guard fdatasync(raw) == 0 else { throw .last("make durable", path) }
    }

    /// Makes data and metadata durable.
    func synchronize() throws(JournalError) {
        guard fsync(raw) == 0 else { throw .last("make durable", path) }
    }

    /// Reserves room on the volume, so that writing up to `size` needs no new block; reads as zero.
    func preallocate(size: Int) throws(JournalError) {
        let code = posix_fallocate(raw, 0, off_t(size))
        guard code == 0 else { throw .system(operation: "reserve room for", path: path, code: code) }
    }

    /// Cuts the file, or lengthens it with zeros.
    func truncate(to size: Int) throws(JournalError) {
        guard ftruncate(raw, off_t(size)) == 0 else { throw .last("truncate", path) }
    }
}
