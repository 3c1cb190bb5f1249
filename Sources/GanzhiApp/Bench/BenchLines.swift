import GanzhiModel
import Glibc

/// Lines in memory, walked without copying.
struct BenchLines {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a file, unpacked where it is packed.
    ///
    /// - Throws: ``AppError`` where it cannot be read.
    init(path: String) throws {
        let source = try LineSource(path)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.size)
        while let line = try source.next() {
            bytes.append(contentsOf: line)
            bytes.append(0x0A)
        }
        self.bytes = bytes
    }

    /// Bytes of all lines.
    var size: Int { bytes.count }

    /// Calls for every line, without its end.
    func forEach(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            var start = 0
            while start < bytes.count {
                let found = memchr(base + start, 0x0A, bytes.count - start)
                let end = found.map { UnsafeRawPointer($0) - base } ?? bytes.count
                try body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                start = end + 1
            }
        }
    }
}
