import Foundation
import GanzhiJournal
import GanzhiModel
import GanzhiTestSupport

extension Block.Content {
    /// One of every kind, with names and payloads of awkward lengths.
    static let samples: [Block.Content] = [
        .start, .tick, .config(generation: "9f2c0d"), .config(generation: ""),
        .feed(name: "river", state: .down), .feed(name: "水位", state: .up), .feed(name: "", state: .drained),
        .message(
            Message(
                feed: "river",
                topic: "ganzhi/v1/readings/330106/d1",
                contentType: "application/senml+json",
                isRetained: true,
                packetID: 65_535,
                payload: Array(#"[{"n":"水位","v":1.5}]"#.utf8)
            )
        ),
        .message(Message(feed: "", topic: "", payload: [])),
        .message(Message(feed: "f", topic: "t", packetID: 1, payload: [0, 255, 0])),
        .message(Message(feed: "f", topic: "t", payload: [UInt8](repeating: 0, count: 1001))),
        .command(
            Command(
                id: "s-20260620-3f9a",
                actor: "duty",
                role: "officer",
                body: .suppress(
                    Suppression(
                        id: "s-20260620-3f9a",
                        kind: .maintenance,
                        matchers: [.scenario: ["积水", "b"], .level: ["red"], .district: ["330106"], .key: ["d/1"]],
                        author: "王",
                        reason: "pumps are\nchecked",
                        from: Timestamp(milliseconds: 1_781_935_920_000),
                        until: Timestamp(milliseconds: 1_781_939_520_001)
                    )
                )
            )
        ),
        .command(Command(id: "r-20260620-0001", actor: "", body: .lift(id: "s-20260620-3f9a"))),
    ]
}

/// The blocks that a journal should hold after these contents were appended.
func blocks(_ contents: [Block.Content], from first: UInt64 = 1) -> [Block] {
    contents.enumerated().map { index, content in
        let sequence = first + UInt64(index)
        return Block(
            sequence: sequence,
            received: Timestamp(microseconds: 1_781_935_920_000_000 + Int64(sequence)),
            monotonic: -5 + Int64(sequence),
            content: content
        )
    }
}

extension JournalWriter {
    mutating func append(_ blocks: [Block]) throws {
        for block in blocks {
            let sequence = try append(block.content, received: block.received, monotonic: block.monotonic)
            precondition(sequence == block.sequence)
        }
    }
}

/// Writes blocks, so many of them per batch, and closes the journal.
func write(_ blocks: [Block], to folder: URL, perBatch: Int = 1, segmentBytes: Int = 1 << 16) throws {
    var writer = try JournalWriter(folder: folder.path, segmentBytes: segmentBytes)
    var rest = blocks[...]
    while !rest.isEmpty {
        try writer.append(Array(rest.prefix(perBatch)))
        try writer.commit()
        rest = rest.dropFirst(perBatch)
    }
}

/// All blocks from a sequence to the journal's end.
func read(_ folder: URL, from sequence: UInt64 = 1) throws -> [Block] {
    let last = try JournalExtent(folder: folder.path).lastSequence
    var reader = JournalReader(folder: folder.path, from: sequence)
    var result: [Block] = []
    while let block = try reader.next(through: last) { result.append(block) }
    return result
}

/// The segments of a journal, oldest first.
func segments(of folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "journal" }.sorted { $0.path < $1.path }
}

/// Where each block of a segment begins and, last, where they end, read off the lengths as documented.
func offsets(in bytes: [UInt8], count: Int) -> [Int] {
    var offsets = [32]
    for _ in 0..<count {
        let place = offsets[offsets.count - 1]
        let length = (0..<4).reduce(0) { $0 | Int(bytes[place + 4 + $1]) << ($1 * 8) }
        offsets.append(place + (length + 7) / 8 * 8)
    }
    return offsets
}

/// What a writer finds when it opens the journal.
@discardableResult func recovered(_ folder: URL) throws -> JournalRecovery {
    let writer = try JournalWriter(folder: folder.path, segmentBytes: 4096)
    return writer.recovery
}
