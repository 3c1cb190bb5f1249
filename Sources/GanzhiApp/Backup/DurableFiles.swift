import Crypto
import Foundation
import Glibc

/// Copying files so that they are on the disk, and telling what is in them.
enum DurableFiles {
    /// Makes a file, or the names in a folder, durable.
    static func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failed("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failed("make durable", path) }
    }

    /// Copies a file; durable on return.
    static func copy(_ path: String, to target: String) throws {
        try FileManager.default.copyItem(atPath: path, toPath: target)
        try synchronize(target)
    }

    /// Gives a file that is never written again a second name, or copies it where that cannot be.
    static func link(_ path: String, to target: String) throws {
        if Glibc.link(path, target) != 0 { try copy(path, to: target) }
    }

    /// Size and SHA-256 of a file.
    static func digest(_ path: String, progress: (Int) -> Void = { _ in }) throws -> (bytes: Int, sha256: String) {
        guard let file = FileHandle(forReadingAtPath: path) else { throw failed("read", path) }
        defer { try? file.close() }
        var (sha, bytes) = (SHA256(), 0)
        while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
            sha.update(data: chunk)
            bytes += chunk.count
            progress(bytes)
        }
        return (bytes, hex(Array(sha.finalize())))
    }

    /// Bytes as lower-case hexadecimal digits.
    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Gives a folder its final name, which is free or that of an empty folder; durable on return.
    static func publish(_ partial: String, as target: String) throws {
        try synchronize(partial)
        guard rename(partial, target) == 0 else { throw failed("give its name to", target) }
        try synchronize(URL(filePath: target).deletingLastPathComponent().path)
    }

    static func failed(_ operation: String, _ path: String) -> AppError {
        AppError(
            .unavailable,
            "Cannot \(operation) \(path): \(String(cString: strerror(errno))). Check the folder, its volume and your rights."
        )
    }
}
