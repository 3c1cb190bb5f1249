import GanzhiFeeds
import Glibc

/// The lines of one input: a plain, gzip or zstd file, or stdin as `-`.
final class LineSource {
    /// Name for messages.
    let name: String
    /// Bytes of the file read so far; of a compressed one, compressed.
    private(set) var bytesRead = 0
    /// Size of the file; 0 where it is not known.
    let size: Int
    /// Number of the current line, from 1.
    private(set) var lineNumber = 0

    private let descriptor: Int32
    private var inflater: ByteInflater?
    private var compressed: [UInt8] = []
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    private static let chunk = 1 << 20
    /// Bytes that a line may have.
    private static let longestLine = 64 << 20

    /// Opens an input.
    ///
    /// - Throws: ``AppError`` where it cannot be opened.
    init(_ path: String) throws {
        name = path == "-" ? "stdin" : path
        descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw AppError(.unavailable, "Cannot open \(path): \(String(cString: strerror(errno))). Check the path.")
        }
        var status = stat()
        size = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
        if status.st_mode & S_IFMT == S_IFDIR {
            throw AppError(.unavailable, "\(path) is a folder. Name its files.")
        }
        if path.hasSuffix(".gz") { inflater = try ByteInflater(format: .gzip) }
        if path.hasSuffix(".zst") { inflater = try ByteInflater(format: .zstd) }
    }

    deinit { close(descriptor) }

    /// The next line that is not blank, without its end; valid until the next call.
    ///
    /// - Throws: ``AppError`` where the file cannot be read or unpacked.
    func next() throws -> UnsafeRawBufferPointer? {
        while let line = try nextLine() {
            lineNumber += 1
            if line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) { return line }
        }
        return nil
    }

    private func nextLine() throws -> UnsafeRawBufferPointer? {
        var searched = start
        while true {
            let found: Int? = buffer.withUnsafeBytes { bytes in
                guard searched < bytes.count, let base = bytes.baseAddress,
                    let end = memchr(base + searched, 0x0A, bytes.count - searched)
                else { return nil }
                return UnsafeRawPointer(end) - base
            }
            if let found {
                defer { start = found + 1 }
                return slice(start, found)
            }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return slice(start, buffer.count)
            }
            searched = buffer.count - start
            guard searched <= Self.longestLine else {
                throw AppError(
                    .data,
                    "\(name):\(lineNumber + 1): a line of more than \(Self.longestLine) bytes. Is it NDJSON?"
                )
            }
            try fill()
            searched += start
        }
    }

    private func slice(_ from: Int, _ to: Int) -> UnsafeRawBufferPointer {
        // The array is not touched until the next call, so its storage stays where it is.
        buffer.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[from..<to]) }
    }

    private func fill() throws {
        buffer.removeFirst(start)
        start = 0
        if inflater == nil {
            let old = buffer.count
            buffer.append(contentsOf: repeatElement(0, count: Self.chunk))
            let count = try buffer.withUnsafeMutableBytes { try readSome($0.baseAddress! + old) }
            buffer.removeLast(Self.chunk - count)
        } else {
            if compressed.isEmpty { compressed = [UInt8](repeating: 0, count: Self.chunk) }
            let count = try compressed.withUnsafeMutableBytes { try readSome($0.baseAddress!) }
            do {
                try compressed.withUnsafeBytes {
                    try inflater!.inflate(UnsafeRawBufferPointer(rebasing: $0[..<count]), into: &buffer)
                }
                if isAtEnd { try inflater!.finish() }
            } catch {
                throw AppError(.data, "\(name): \(error)")
            }
        }
    }

    private func readSome(_ place: UnsafeMutableRawPointer) throws -> Int {
        while true {
            let count = read(descriptor, place, Self.chunk)
            if count > 0 {
                bytesRead += count
                return count
            }
            if count == 0 {
                isAtEnd = true
                return 0
            }
            guard errno == EINTR else {
                throw AppError(.unavailable, "Cannot read \(name): \(String(cString: strerror(errno))).")
            }
        }
    }
}
