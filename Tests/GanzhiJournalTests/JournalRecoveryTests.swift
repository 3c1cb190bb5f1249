import Foundation
import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiJournal

/// What the half-written rest of a file may look like after a crash.
enum Tail: CaseIterable {
    /// The file ends there.
    case absent
    /// Preallocated and never written.
    case zeros
    /// Whatever was there.
    case garbage
}

private let small: [Block.Content] = [
    .start, .feed(name: "f", state: .up), .message(Message(feed: "f", topic: "a/b", packetID: 7, payload: [1, 2, 3])),
    .tick, .message(Message(feed: "f", topic: "a/c", packetID: 8, payload: [UInt8](repeating: 9, count: 30))),
]

private func cut(_ bytes: [UInt8], at length: Int, _ tail: Tail) -> [UInt8] {
    var generator = SeededGenerator(seed: UInt64(length))
    switch tail {
    case .absent: return Array(bytes.prefix(length))
    case .zeros: return bytes.prefix(length) + [UInt8](repeating: 0, count: bytes.count - length)
    case .garbage:
        return bytes.prefix(length) + (length..<bytes.count).map { _ in .random(in: 1...255, using: &generator) }
    }
}

@Test(arguments: Tail.allCases, [1, 2, 5])
func `a journal torn at any byte keeps exactly its whole blocks`(tail: Tail, perBatch: Int) throws {
    let source = try TemporaryFolder()
    let written = blocks(small)
    try write(written, to: source.url, perBatch: perBatch, segmentBytes: 4096)
    let name = try #require(try segments(of: source.url).first).lastPathComponent
    let bytes = Array(try Data(contentsOf: source.url.appending(path: name)))
    let ends = offsets(in: bytes, count: written.count)
    let padding = ends.indices.dropFirst().map { index in
        let length = (0..<4).reduce(0) { $0 | Int(bytes[ends[index - 1] + 4 + $1]) << ($1 * 8) }
        return ends[index - 1] + length
    }
    for length in 0...(ends[written.count] + 8) {
        // Garbage in a segment's header is no torn tail: the header is durable before anything follows it.
        if tail == .garbage, length < 32 { continue }
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: name)
        try Data(cut(bytes, at: length, tail)).write(to: file)
        // A block is whole when its last byte is there; zeros at its end may have been written or not.
        let whole = padding.filter { end in
            end <= length || (tail == .zeros && bytes[length..<end].allSatisfy { $0 == 0 })
        }.count

        let extent = try JournalExtent(folder: folder.url.path)
        #expect(extent.lastSequence == UInt64(whole), "torn at byte \(length)")
        var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
        #expect(writer.recovery.lastSequence == UInt64(whole))
        #expect(writer.recovery.lastReceived == (whole == 0 ? nil : written[whole - 1].received))
        if tail == .absent, length > 32, padding.contains(length) || ends.contains(length) {
            #expect(writer.recovery.bytesCutOff == 0)
        }
        // It goes on from there, and what was cut never comes back.
        let more = blocks([.tick, .tick], from: UInt64(whole) + 1)
        try writer.append(more)
        try writer.commit()
        #expect(try read(folder.url) == Array(written.prefix(whole)) + more)
    }
}

@Test func `a torn tail is reported with its size and file`() throws {
    let folder = try TemporaryFolder()
    try write(blocks(small), to: folder.url, segmentBytes: 4096)
    let file = try #require(try segments(of: folder.url).first)
    var bytes = Array(try Data(contentsOf: file))
    let ends = offsets(in: bytes, count: small.count)
    bytes[ends[5] - 9] ^= 0x40
    try Data(bytes).write(to: file)
    let writer = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
    #expect(writer.recovery.lastSequence == 4)
    #expect(writer.recovery.segment == file.path)
    #expect(writer.recovery.bytesCutOff > 60)
    #expect(writer.recovery.bytesCutOff <= ends[5] - ends[4])
}

@Test func `a flipped bit anywhere before the tail is refused with file and offset`() throws {
    let source = try TemporaryFolder()
    let written = blocks(small)
    try write(written, to: source.url, perBatch: 1, segmentBytes: 4096)
    let name = try #require(try segments(of: source.url).first).lastPathComponent
    let bytes = Array(try Data(contentsOf: source.url.appending(path: name)))
    let ends = offsets(in: bytes, count: written.count)
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: name)
    for offset in 0..<ends[written.count - 1] {
        for bit in 0..<8 {
            var damaged = bytes
            damaged[offset] ^= 1 << bit
            try Data(damaged).write(to: file)
            let block = ends.lastIndex { $0 <= offset }
            let length = block.map { block in
                (0..<4).reduce(0) { $0 | Int(bytes[ends[block] + 4 + $1]) << ($1 * 8) }
            }
            if let block, let length, offset >= ends[block] + length { continue }  // padding carries nothing
            do {
                _ = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
                Issue.record("bit \(bit) of byte \(offset) was flipped and not noticed")
            } catch {
                switch error {
                case .damaged(let path, let place, _):
                    #expect(path == file.path)
                    #expect(place == block.map { ends[$0] } ?? 0)
                case .foreign(let path): #expect(path == file.path && offset < 8)
                case .newer(let path, _, _): #expect(path == file.path && (8..<12).contains(offset))
                default: Issue.record("\(error)")
                }
                #expect("\(error)".contains(file.path))
            }
        }
    }
}

@Test func `a flipped bit in an older segment is refused by whoever reads it`() throws {
    let folder = try TemporaryFolder()
    let written = blocks((0..<100).map { Block.Content.samples[$0 % Block.Content.samples.count] })
    try write(written, to: folder.url, segmentBytes: 4096)
    let file = try segments(of: folder.url)[1]
    var bytes = Array(try Data(contentsOf: file))
    bytes[300] ^= 1
    try Data(bytes).write(to: file)
    let error = #expect(throws: JournalError.self) { try read(folder.url) }
    guard case .damaged(let path, let offset, _) = error else {
        Issue.record("\(String(describing: error))")
        return
    }
    #expect(path == file.path)
    #expect(offset <= 300)
    #expect(300 - offset < 1100)
}

@Test func `pages of a torn batch that arrived out of order are cut off, as nothing of it was durable`() throws {
    let folder = try TemporaryFolder()
    let written = blocks((0..<20).map { _ in .config(generation: "g") })
    try write(Array(written.prefix(4)), to: folder.url, perBatch: 4, segmentBytes: 4096)
    try write(Array(written.suffix(16)), to: folder.url, perBatch: 16, segmentBytes: 4096)
    let file = try #require(try segments(of: folder.url).first)
    var bytes = Array(try Data(contentsOf: file))
    let ends = offsets(in: bytes, count: written.count)
    for offset in ends[6]..<ends[8] { bytes[offset] = 0 }
    try Data(bytes).write(to: file)
    var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
    #expect(writer.recovery.lastSequence == 6)
    #expect(writer.recovery.bytesCutOff > 0)
    let more = blocks((0..<30).map { _ in .config(generation: "h") }, from: 7)
    try writer.append(more)
    try writer.commit()
    #expect(try read(folder.url) == Array(written.prefix(6)) + more)
}

@Test func `a newer version and a foreign file are refused by name`() throws {
    let folder = try TemporaryFolder()
    try write(blocks(small), to: folder.url, segmentBytes: 4096)
    let file = try #require(try segments(of: folder.url).first)
    let original = Array(try Data(contentsOf: file))
    var bytes = original
    bytes[8] = 2
    try Data(bytes).write(to: file)
    let newer = JournalError.newer(file: file.path, offset: 8, version: 2)
    #expect(throws: newer) { try recovered(folder.url) }
    #expect(throws: newer) { try JournalExtent(folder: folder.url.path) }
    #expect("\(newer)".contains(file.path))
    try Data("SQLite format 3\0 and so on, long enough for a header".utf8).write(to: file)
    #expect(throws: JournalError.foreign(file: file.path)) { try recovered(folder.url) }
    // A kind that this version does not know.
    bytes = original
    bytes[32 + 36] = 99
    bytes.withUnsafeMutableBytes { block in
        let whole = UnsafeRawBufferPointer(rebasing: block[32..<72])
        block.storeBytes(
            of: CRC32C.checksum(UnsafeRawBufferPointer(rebasing: whole[4...])),
            toByteOffset: 32,
            as: UInt32.self
        )
    }
    try Data(bytes).write(to: file)
    #expect(throws: JournalError.newer(file: file.path, offset: 32, version: 99)) {
        try recovered(folder.url)
    }
}

@Test func `a segment that was only just begun is begun again`() throws {
    let folder = try TemporaryFolder()
    let written = blocks((0..<60).map { Block.Content.samples[$0 % Block.Content.samples.count] })
    try write(written, to: folder.url, segmentBytes: 4096)
    let next = folder.url.appending(path: JournalFormat.fileName(first: 61))
    try Data(count: 4096).write(to: next)
    let extent = try JournalExtent(folder: folder.url.path)
    #expect(extent.lastSequence == 60)
    var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
    #expect(writer.recovery.lastSequence == 60)
    #expect(writer.recovery.lastReceived == written[59].received)
    #expect(!FileManager.default.fileExists(atPath: next.path))
    let more = blocks([.tick], from: 61)
    try writer.append(more)
    try writer.commit()
    #expect(try read(folder.url) == written + more)
    // With a valid header and nothing else, it is where the journal goes on.
    let empty = folder.url.appending(path: JournalFormat.fileName(first: 62))
    try Data(JournalFormat.segmentHeader(first: 62)).write(to: empty)
    let again = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
    #expect(again.recovery.lastSequence == 61)
    #expect(again.recovery.lastReceived == more[0].received)
}
