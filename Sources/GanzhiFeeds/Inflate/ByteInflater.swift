import CZlib
import CZstd

/// Unpacks a compressed stream piece by piece: gzip with any number of members, zstd with any number of frames.
///
/// Memory beyond the output is bounded: 40 KiB for gzip, the frame's window for zstd (at most 128 MiB, the library's
/// default limit). One byte in may be a thousand bytes out, with zstd far more, so feed a stream that is not trusted
/// in small pieces.
public struct ByteInflater: ~Copyable {
    /// A kind of compression.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// RFC 1952, files named `.gz`.
        case gzip
        /// RFC 8878, files named `.zst`.
        case zstd
    }

    private static let pieceSize = 128 * 1024

    private let format: Format
    // zlib keeps the address of its stream, so that stands still on the heap.
    private let gzip: UnsafeMutablePointer<z_stream>?
    private let zstd: OpaquePointer?
    private var piece = [UInt8](repeating: 0, count: pieceSize)
    /// Whether input so far ends with a whole member or frame.
    private var isComplete = false
    private var failure: InflateError?

    /// Creates an inflater at the start of a stream.
    ///
    /// - Throws: ``InflateError/outOfMemory`` where the library gets none.
    public init(format: Format) throws(InflateError) {
        self.format = format
        gzip = format == .gzip ? .allocate(capacity: 1) : nil
        zstd = format == .zstd ? ZSTD_createDStream() : nil
        gzip?.initialize(to: z_stream())
        guard Self.start(gzip), format == .gzip || zstd != nil else { throw .outOfMemory }
    }

    private static func start(_ stream: UnsafeMutablePointer<z_stream>?) -> Bool {
        guard let stream else { return true }
        // 15 bits is the largest window; 16 more ask for the gzip wrapper.
        return inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        if let gzip {
            inflateEnd(gzip)
            gzip.deallocate()
        }
        ZSTD_freeDStream(zstd)
    }

    /// Unpacks the next piece of the stream.
    ///
    /// - Parameters:
    ///   - input: Its bytes, all of which are taken.
    ///   - output: What they unpack to is appended.
    /// - Throws: ``InflateError/corrupt(format:reason:)``, now and from then on.
    public mutating func inflate(
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8]
    ) throws(InflateError) {
        if let failure { throw failure }
        do throws(InflateError) {
            if let gzip {
                try inflate(gzip, input, into: &output)
            } else {
                try inflateFrames(input, into: &output)
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// Says that the stream ends here.
    ///
    /// - Throws: ``InflateError/truncated(format:)`` where it ends inside a member or frame, or holds none.
    public func finish() throws(InflateError) {
        if let failure { throw failure }
        guard isComplete else { throw .truncated(format: format) }
    }

    private mutating func inflate(
        _ stream: UnsafeMutablePointer<z_stream>,
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8]
    ) throws(InflateError) {
        // zlib counts input in 32 bits.
        var rest = input[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            rest = rest.dropFirst(part.count)
            // zlib does not write to its input; the pointer lacks `const` for old compilers.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: part.baseAddress?.assumingMemoryBound(to: UInt8.self)
            )
            stream.pointee.avail_in = UInt32(part.count)
            var isFull = false
            while stream.pointee.avail_in > 0 || isFull {
                if isComplete {
                    guard inflateReset(stream) == Z_OK else { throw Self.corrupt(stream) }
                    isComplete = false
                }
                let (status, count) = piece.withUnsafeMutableBufferPointer { piece in
                    stream.pointee.next_out = piece.baseAddress
                    stream.pointee.avail_out = UInt32(piece.count)
                    let status = CZlib.inflate(stream, Z_NO_FLUSH)
                    return (status, piece.count - Int(stream.pointee.avail_out))
                }
                output.append(contentsOf: piece[..<count])
                isFull = count == piece.count && status == Z_OK
                switch status {
                case Z_OK, Z_BUF_ERROR: break
                case Z_STREAM_END: isComplete = true
                default: throw Self.corrupt(stream)
                }
            }
        }
    }

    private static func corrupt(_ stream: UnsafeMutablePointer<z_stream>) -> InflateError {
        .corrupt(format: .gzip, reason: stream.pointee.msg.map { String(cString: $0) } ?? "unknown fault")
    }

    private mutating func inflateFrames(
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8]
    ) throws(InflateError) {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var isFull = false
        while source.pos < source.size || isFull {
            let (status, count) = piece.withUnsafeMutableBytes { piece in
                var target = ZSTD_outBuffer(dst: piece.baseAddress, size: piece.count, pos: 0)
                let status = ZSTD_decompressStream(zstd, &target, &source)
                return (status, target.pos)
            }
            guard ZSTD_isError(status) == 0 else {
                throw .corrupt(format: .zstd, reason: String(cString: ZSTD_getErrorName(status)))
            }
            output.append(contentsOf: piece[..<count])
            isComplete = status == 0
            isFull = count == piece.count && !isComplete
        }
    }
}
