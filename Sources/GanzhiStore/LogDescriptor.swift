internal import Foundation

/// An open log file, closed with the last reference.
final class LogDescriptor: Sendable {
    private let path: String
    private let descriptor: Int32
    private let isRegular: Bool

    /// Opens or creates the file and cuts off a last line without end.
    init(_ url: URL) throws {
        path = url.path(percentEncoded: false)
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, "open") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let failure = Self.failure(path, "examine")
            close(descriptor)
            throw failure
        }
        isRegular = status.st_mode & S_IFMT == S_IFREG
        if isRegular, let failure = cutTornLine(size: off_t(status.st_size)) {
            close(descriptor)
            throw failure
        }
    }

    deinit { close(descriptor) }

    /// Whether the path still leads to this file.
    var isStillThere: Bool {
        var there = stat()
        var here = stat()
        return stat(path, &there) == 0 && fstat(descriptor, &here) == 0
            && there.st_dev == here.st_dev && there.st_ino == here.st_ino
    }

    /// Appends bytes, durable on return.
    func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw Self.failure(path, "write to")
                }
                rest = rest.dropFirst(count)
            }
        }
        guard !isRegular || fdatasync(descriptor) == 0 else { throw Self.failure(path, "synchronise") }
    }

    /// Cuts the file behind its last newline; returns what went wrong.
    private func cutTornLine(size: off_t) -> StoreError? {
        var end = size
        var block = [UInt8](repeating: 0, count: 4096)
        while end > 0 {
            let start = max(0, end - off_t(block.count))
            let count = pread(descriptor, &block, Int(end - start), start)
            guard count == Int(end - start) else { return Self.failure(path, "read") }
            if let newline = block[..<count].lastIndex(of: 0x0A) {
                end = start + off_t(newline) + 1
                break
            }
            end = start
        }
        guard end < size else { return nil }
        return ftruncate(descriptor, end) == 0 ? nil : Self.failure(path, "cut")
    }

    private static func failure(_ path: String, _ operation: String) -> StoreError {
        let code = errno
        return .logFile(file: path, operation: operation, code: code, message: String(cString: strerror(code)))
    }
}
