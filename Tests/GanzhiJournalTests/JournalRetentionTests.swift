import Foundation
import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiJournal

/// What of a journal is deleted, and what never is.
struct JournalRetentionTests {
    private static let now = Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970) * 1_000_000)

    /// A journal of some 40 segments of 4 KiB.
    private static func journal(_ folder: TemporaryFolder) throws -> [UInt64] {
        let contents = (0..<400).map { _ in Block.Content.samples[10] }
        try write(blocks(contents), to: folder.url, segmentBytes: 4096)
        let firsts = try SegmentList(folder: folder.url.path).firsts
        #expect(firsts.count > 20)
        return firsts
    }

    /// Lets the oldest segments look as if they were written days ago.
    private static func age(_ count: Int, of folder: TemporaryFolder, days: Double) throws {
        for segment in try segments(of: folder.url).prefix(count) {
            let then = Date.now - days * 86_400
            try FileManager.default.setAttributes([.modificationDate: then], ofItemAtPath: segment.path)
        }
    }

    @Test func `segments that are too old go, as far as nobody needs them`() throws {
        let folder = try TemporaryFolder()
        let firsts = try Self.journal(folder)
        try Self.age(10, of: folder, days: 8)
        let retention = JournalRetention(age: .days(7))
        #expect(try retention.prune(folder: folder.url.path, needed: firsts[5], now: Self.now) > 0)
        #expect(try SegmentList(folder: folder.url.path).firsts == Array(firsts[5...]))
        #expect(try retention.prune(folder: folder.url.path, needed: .max, now: Self.now) > 0)
        #expect(try SegmentList(folder: folder.url.path).firsts == Array(firsts[10...]))
        #expect(try retention.prune(folder: folder.url.path, needed: .max, now: Self.now) == 0)
    }

    @Test func `the oldest go until the rest is small enough, but never the newest`() throws {
        let folder = try TemporaryFolder()
        let firsts = try Self.journal(folder)
        _ = try JournalRetention(bytes: 5 * 4096).prune(folder: folder.url.path, needed: .max, now: Self.now)
        let left = try segments(of: folder.url)
        let bytes = try left.reduce(0) {
            try $0 + (FileManager.default.attributesOfItem(atPath: $1.path)[.size] as? Int ?? 0)
        }
        #expect(bytes <= 5 * 4096)
        #expect(try SegmentList(folder: folder.url.path).firsts == Array(firsts.suffix(left.count)))
        _ = try JournalRetention(bytes: 0).prune(folder: folder.url.path, needed: .max, now: Self.now)
        #expect(try SegmentList(folder: folder.url.path).firsts == [firsts[firsts.count - 1]])
    }

    @Test func `what is left is read, appended to, and what is gone is named`() throws {
        let folder = try TemporaryFolder()
        let firsts = try Self.journal(folder)
        try Self.age(8, of: folder, days: 1)
        _ = try JournalRetention(age: .hours(1)).prune(folder: folder.url.path, needed: firsts[8], now: Self.now)
        let extent = try JournalExtent(folder: folder.url.path)
        #expect(extent.firstSequence == firsts[8])
        #expect(try read(folder.url, from: firsts[8]).count == 400 - Int(firsts[8]) + 1)
        #expect(throws: JournalError.missing(sequence: firsts[8] - 1, folder: folder.url.path)) {
            try read(folder.url, from: firsts[8] - 1)
        }
        var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
        #expect(writer.recovery.firstSequence == firsts[8])
        #expect(try writer.append(.tick, received: Self.now, monotonic: 0) == 401)
        try writer.commit()
    }

    @Test func `nothing goes where nothing is said`() throws {
        let folder = try TemporaryFolder()
        let firsts = try Self.journal(folder)
        try Self.age(10, of: folder, days: 4000)
        #expect(try JournalRetention().prune(folder: folder.url.path, needed: .max, now: Self.now) == 0)
        #expect(try SegmentList(folder: folder.url.path).firsts == firsts)
    }
}
