import Foundation
import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiJournal

/// Checkpoints as files: what is read is what was written, or nothing is.
struct CheckpointFileTests {
    private static let manifest = CheckpointManifest(
        position: 4711,
        serial: 12,
        generation: "9f2c0d",
        state: 1,
        taken: 1_781_935_920_000
    )

    /// Writes a checkpoint of some pieces and returns its file.
    private static func write(
        _ pieces: [[UInt8]],
        in folder: URL,
        _ manifest: CheckpointManifest = manifest
    ) throws -> URL {
        var writer = try CheckpointWriter.begin(folder: folder.path, manifest: manifest)
        for piece in pieces { try piece.withUnsafeBytes { try writer.write($0) } }
        try writer.finish()
        return URL(filePath: CheckpointFolder(path: folder.path).file(at: manifest.position))
    }

    private static func read(_ file: URL, counts: [Int]) throws -> [[UInt8]] {
        var reader = try CheckpointReader(path: file.path)
        var pieces: [[UInt8]] = []
        for count in counts {
            var piece = [UInt8](repeating: 0, count: count)
            try piece.withUnsafeMutableBytes { try reader.read(into: $0) }
            pieces.append(piece)
        }
        try reader.finish()
        return pieces
    }

    @Test func `what is written in pieces is read in other pieces`() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: 1)
        let pieces = [0, 1, 7, 1 << 20, 3, (1 << 20) - 1, 3 << 20, 5].map { count in
            (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        let file = try Self.write(pieces, in: folder.url)
        #expect(try CheckpointReader.check(path: file.path) == Self.manifest)
        let whole = pieces.flatMap { $0 }
        #expect(try Self.read(file, counts: [whole.count])[0] == whole)
        #expect(try Self.read(file, counts: pieces.map(\.count).reversed()).flatMap { $0 } == whole)
    }

    @Test func `asking for less or for more than there is, is an error`() throws {
        let folder = try TemporaryFolder()
        let file = try Self.write([[1, 2, 3]], in: folder.url)
        #expect(throws: CheckpointError.self) { try Self.read(file, counts: [2]) }
        #expect(throws: CheckpointError.self) { try Self.read(file, counts: [4]) }
    }

    @Test func `any changed byte is noticed, and any missing end`() throws {
        let folder = try TemporaryFolder()
        let file = try Self.write([Array("the state of a city".utf8)], in: folder.url)
        let bytes = try [UInt8](Data(contentsOf: file))
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x10
            try Data(damaged).write(to: file)
            #expect(throws: CheckpointError.self, "byte \(place)") { try CheckpointReader.check(path: file.path) }
        }
        for count in bytes.indices {
            try Data(bytes[..<count]).write(to: file)
            #expect(throws: CheckpointError.self, "\(count) bytes") { try CheckpointReader.check(path: file.path) }
        }
        try Data(bytes).write(to: file)
        #expect(try CheckpointReader.check(path: file.path) == Self.manifest)
    }

    @Test func `a newer format is refused by name, and a foreign file too`() throws {
        let folder = try TemporaryFolder()
        let file = try Self.write([[1]], in: folder.url)
        var bytes = try [UInt8](Data(contentsOf: file))
        bytes[8] = 2
        try Data(bytes).write(to: file)
        #expect(throws: CheckpointError.newer(file: file.path, version: 2)) {
            try CheckpointReader.check(path: file.path)
        }
        try Data("SQLite format 3\0 and more".utf8).write(to: file)
        #expect(throws: CheckpointError.foreign(file: file.path)) { try CheckpointReader.check(path: file.path) }
    }

    @Test func `the newest few are kept, and what was never finished goes`() throws {
        let folder = try TemporaryFolder()
        for position: UInt64 in [9, 10, 100, 1000] {
            let manifest = CheckpointManifest(position: position, serial: 0, generation: "g", state: 1, taken: 0)
            _ = try Self.write([[1]], in: folder.url, manifest)
        }
        let unfinished = try CheckpointWriter.begin(folder: folder.url.path, manifest: Self.manifest)
        _ = consume unfinished
        let checkpoints = CheckpointFolder(path: folder.url.path)
        #expect(try checkpoints.positions() == [1000, 100, 10, 9])
        #expect(try checkpoints.prune(keeping: 2) == [1000, 100])
        #expect(try checkpoints.positions() == [1000, 100])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2)
        #expect(try CheckpointFolder(path: folder.url.path + "/none").positions() == [])
    }
}
