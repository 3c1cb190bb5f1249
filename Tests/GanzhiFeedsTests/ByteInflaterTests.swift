import Foundation
import GanzhiFeeds
import GanzhiTestSupport
import Testing

@Suite struct ByteInflaterTests {
    /// Text that compresses, longer than any buffer inside.
    private static let text: [UInt8] = {
        var random = SeededGenerator(seed: 7)
        return (0..<40_000).flatMap { Array("{\"n\":\($0),\"v\":\(random.next() % 1000)}\n".utf8) }
    }()

    /// Packs bytes with the system's own tool.
    private static func packed(_ bytes: some Collection<UInt8>, _ format: ByteInflater.Format) throws -> Data {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "data")
        try Data(bytes).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: format == .gzip ? "/usr/bin/gzip" : "/usr/bin/zstd")
        process.arguments = ["-k", "-q", file.path]
        try process.run()
        process.waitUntilExit()
        return try Data(contentsOf: folder.url.appending(path: format == .gzip ? "data.gz" : "data.zst"))
    }

    private static func isInstalled(_ format: ByteInflater.Format) -> Bool {
        FileManager.default.isExecutableFile(atPath: format == .gzip ? "/usr/bin/gzip" : "/usr/bin/zstd")
    }

    private static let installed = ByteInflater.Format.allCases.filter(isInstalled)

    @Test(arguments: installed) func `a file is unpacked in pieces of any size`(format: ByteInflater.Format) throws {
        let data = try Self.packed(Self.text, format)
        for piece in [1, 7, 4096, data.count] {
            #expect(try inflated(data, format, piece: piece) == Self.text)
        }
    }

    @Test(arguments: installed) func `parts written one after the other are one stream`(format: ByteInflater.Format)
        throws
    {
        let data =
            try Self.packed(Self.text.prefix(1000), format) + Self.packed([], format)
            + Self.packed(Self.text.dropFirst(1000), format)
        for piece in [1, 4096, data.count] {
            #expect(try inflated(data, format, piece: piece) == Self.text)
        }
    }

    @Test(arguments: installed) func `a file that ends too early is refused as such`(format: ByteInflater.Format) throws
    {
        let data = try Self.packed(Self.text.prefix(1000), format)
        for count in data.indices {
            #expect(throws: InflateError.truncated(format: format)) { try inflated(data.prefix(count), format) }
        }
    }

    @Test(arguments: installed) func `a damaged file is refused`(format: ByteInflater.Format) throws {
        var data = try Self.packed(Self.text, format)
        data[data.count - 3] ^= 0x40
        #expect(throws: InflateError.self) { try inflated(data, format) }
        #expect(throws: InflateError.self) { try inflated(Data(Self.text.prefix(100)), format) }
        let trailing = try Self.packed(Self.text, format) + Data("tail".utf8)
        #expect(throws: InflateError.self) { try inflated(trailing, format) }
    }

    @Test(arguments: installed) func `after damage nothing more is unpacked`(format: ByteInflater.Format) throws {
        var inflater = try ByteInflater(format: format)
        var output: [UInt8] = []
        var errors: [InflateError] = []
        let noise: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        for _ in 0..<2 {
            noise.withUnsafeBytes { bytes in
                do throws(InflateError) { try inflater.inflate(bytes, into: &output) } catch { errors.append(error) }
            }
        }
        #expect(errors.count == 2 && output.isEmpty)
        #expect(errors.first?.description.contains(format.rawValue) == true)
        #expect(throws: try #require(errors.first)) { try inflater.finish() }
    }
}
