import Foundation
import GanzhiJournal
import GanzhiModel
import GanzhiTestSupport
import Testing

@Test(arguments: [1, 3, 100]) func `every kind of block is read as it was written`(perBatch: Int) throws {
    let folder = try TemporaryFolder()
    let written = blocks(Block.Content.samples)
    try write(written, to: folder.url, perBatch: perBatch)
    #expect(try read(folder.url) == written)
    for from in 1...UInt64(written.count) {
        #expect(try read(folder.url, from: from) == Array(written[Int(from - 1)...]))
    }
}

@Test func `an empty journal is empty`() throws {
    let folder = try TemporaryFolder()
    let writer = try JournalWriter(folder: folder.url.appending(path: "new").path)
    #expect(writer.recovery.lastSequence == 0)
    #expect(writer.recovery.lastReceived == nil)
    #expect(try read(folder.url.appending(path: "new")).isEmpty)
}

@Test func `raw blocks hand out the message without copies`() throws {
    let folder = try TemporaryFolder()
    let written = blocks(Block.Content.samples)
    try write(written, to: folder.url, perBatch: 4)
    var reader = JournalReader(folder: folder.url.path)
    var messages: [Message] = []
    try reader.forEach(through: UInt64(written.count)) { block in
        guard let raw = try block.message() else { return }
        messages.append(
            Message(
                feed: String(decoding: raw.feed, as: UTF8.self),
                topic: String(decoding: raw.topic, as: UTF8.self),
                contentType: String(decoding: raw.contentType, as: UTF8.self),
                isRetained: raw.isRetained,
                packetID: raw.packetID,
                payload: Array(raw.payload)
            )
        )
    }
    let expected = written.compactMap { block in
        if case .message(let message) = block.content { message } else { nil }
    }
    #expect(messages == expected)
    #expect(reader.nextSequence == UInt64(written.count) + 1)
}

@Test func `segments roll, none is larger than it should be, and reading crosses them`() throws {
    let folder = try TemporaryFolder()
    let written = blocks((0..<300).map { Block.Content.samples[$0 % Block.Content.samples.count] })
    try write(written, to: folder.url, perBatch: 7, segmentBytes: 8192)
    let files = try segments(of: folder.url)
    #expect(files.count > 5)
    for file in files {
        let size = try #require(try file.resourceValues(forKeys: [.fileSizeKey]).fileSize)
        #expect(size <= 8192)
    }
    #expect(try read(folder.url) == written)
    #expect(try read(folder.url, from: 150) == Array(written[149...]))
}

@Test func `a batch larger than a segment gets a segment of its size`() throws {
    let folder = try TemporaryFolder()
    let large = Block.Content.message(Message(feed: "f", topic: "t", payload: [UInt8](repeating: 7, count: 3_000_000)))
    let written = blocks([.start, large, .tick, large, large, .tick])
    try write(written, to: folder.url, perBatch: 2, segmentBytes: 4096)
    #expect(try read(folder.url) == written)
}

@Test func `a writer goes on where the one before it stopped`() throws {
    let folder = try TemporaryFolder()
    let written = blocks((0..<50).map { Block.Content.samples[$0 % Block.Content.samples.count] })
    for start in stride(from: 0, to: 50, by: 5) {
        var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 8192)
        #expect(writer.recovery.lastSequence == UInt64(start))
        #expect(writer.recovery.lastReceived == (start == 0 ? nil : written[start - 1].received))
        #expect(writer.recovery.bytesCutOff == 0)
        try writer.append(Array(written[start..<(start + 5)]))
        try writer.commit()
    }
    #expect(try read(folder.url) == written)
}

@Test func `readers follow a writer up to the limit they are given`() throws {
    let folder = try TemporaryFolder()
    let written = blocks((0..<400).map { Block.Content.samples[$0 % Block.Content.samples.count] })
    var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 8192)
    var eager = JournalReader(folder: folder.url.path)
    var lazy = JournalReader(folder: folder.url.path, from: 100)
    var seen: [Block] = []
    var seenLate: [Block] = []
    for start in stride(from: 0, to: written.count, by: 4) {
        try writer.append(Array(written[start..<(start + 4)]))
        #expect(try eager.next(through: writer.committedSequence) == nil)
        try writer.commit()
        while let block = try eager.next(through: writer.committedSequence) { seen.append(block) }
        if start % 60 == 0 {
            while let block = try lazy.next(through: writer.committedSequence) { seenLate.append(block) }
        }
    }
    while let block = try lazy.next(through: writer.committedSequence) { seenLate.append(block) }
    #expect(seen == written)
    #expect(seenLate == Array(written[99...]))
}

@Test func `a message whose names fit no block is refused and leaves nothing behind`() throws {
    let folder = try TemporaryFolder()
    var writer = try JournalWriter(folder: folder.url.path)
    let long = String(repeating: "x", count: 65_536)
    #expect(throws: JournalError.tooLong(part: "topic", bytes: 65_536, limit: 65_535)) {
        try writer.append(
            .message(Message(feed: "f", topic: long, payload: [])),
            received: .never,
            monotonic: 0
        )
    }
    #expect(try writer.append(.tick, received: .never, monotonic: 0) == 1)
}

@Test func `a sequence that no segment holds is said to be missing`() throws {
    let folder = try TemporaryFolder()
    try write(
        blocks((0..<100).map { _ in .config(generation: String(repeating: "g", count: 200)) }),
        to: folder.url,
        segmentBytes: 4096
    )
    try FileManager.default.removeItem(at: try #require(try segments(of: folder.url).first))
    #expect(throws: JournalError.missing(sequence: 1, folder: folder.url.path)) { try read(folder.url) }
    let extent = try JournalExtent(folder: folder.url.path)
    #expect(extent.firstSequence > 1)
    #expect(try read(folder.url, from: extent.firstSequence).first?.sequence == extent.firstSequence)
    // A hole in the middle is damage of the segment before it.
    try FileManager.default.removeItem(at: try segments(of: folder.url)[1])
    #expect(throws: JournalError.self) { try read(folder.url, from: extent.firstSequence) }
}
