import Glibc

/// Writing to descriptors as commands do: data to one, talk to stderr.
public enum StandardStreams {
    /// Writes all bytes.
    ///
    /// - Throws: ``AppError`` where the other side has gone or the disk is full.
    public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, name: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw AppError(.unavailable, "Cannot write to \(name): \(String(cString: strerror(errno))).")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Writes a line of talk to stderr; where nobody listens it is lost.
    public static func talk(_ line: String) {
        _ = Array((line + "\n").utf8).withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Writes a line of data to stdout.
    ///
    /// - Throws: ``AppError`` where the other side has gone.
    public static func print(_ line: String) throws {
        try Array((line + "\n").utf8).withUnsafeBytes { try write($0, to: STDOUT_FILENO, name: "stdout") }
    }
}
