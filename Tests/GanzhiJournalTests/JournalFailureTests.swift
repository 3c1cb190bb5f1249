import Foundation
import GanzhiModel
import GanzhiTestSupport
import Glibc
import Testing

@testable import GanzhiJournal

/// Puts another file behind a descriptor, so that the system itself refuses what is done with it: `/dev/null` takes
/// writes and cannot be synchronised (EINVAL), `/dev/full` takes none (ENOSPC).
private func replace(_ descriptor: Int32, with path: String) {
    let other = open(path, O_RDWR | O_CLOEXEC)
    precondition(other >= 0)
    dup2(other, descriptor)
    close(other)
}

private let first = blocks((0..<5).map { .config(generation: "durable \($0)") })
private let second = blocks((0..<3).map { .config(generation: "refused \($0)") }, from: 6)
private let third = blocks([.tick, .start], from: 9)

@Test(arguments: [("/dev/null", EINVAL), ("/dev/full", ENOSPC)])
func `a batch that the segment refuses goes to a new one`(device: String, code: Int32) throws {
    let folder = try TemporaryFolder()
    var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
    try writer.append(first)
    #expect(try writer.commit().abandoned == nil)
    let descriptor = writer.segmentDescriptor
    replace(try #require(descriptor), with: device)
    try writer.append(second)
    let commit = try writer.commit()
    #expect(commit.lastSequence == 8)
    guard case .system(_, _, code)? = commit.abandoned else {
        Issue.record("abandoned: \(String(describing: commit.abandoned))")
        return
    }
    try writer.append(third)
    try writer.commit()
    #expect(try segments(of: folder.url).count == 2)
    #expect(try read(folder.url) == first + second + third)
    #expect(try recovered(folder.url).lastSequence == 10)
}

@Test func `what an abandoned segment holds of the refused batch does not count`() throws {
    let folder = try TemporaryFolder()
    var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
    try writer.append(first)
    try writer.commit()
    let old = try #require(try segments(of: folder.url).first)
    let before = Array(try Data(contentsOf: old))
    let descriptor = writer.segmentDescriptor
    replace(try #require(descriptor), with: "/dev/null")
    try writer.append(second)
    try writer.commit()
    try writer.append(third)
    try writer.commit()
    // The refused batch did reach the old segment, all of it or in part, and with other words.
    let end = offsets(in: before, count: first.count)[first.count]
    let other = try TemporaryFolder()
    try write(first, to: other.url, perBatch: 5, segmentBytes: 4096)
    try write(blocks((0..<3).map { .config(generation: "phantom \($0)") }, from: 6), to: other.url, perBatch: 3)
    let phantom = Array(try Data(contentsOf: try #require(try segments(of: other.url).first)))
    for length in [phantom.count, end + 60, end + 1] {
        try Data(phantom.prefix(length)).write(to: old)
        #expect(try read(folder.url) == first + second + third)
        #expect(try recovered(folder.url).lastSequence == 10)
    }
}

@Test func `where the new segment fails too, the batch waits and nothing is lost or doubled`() throws {
    let folder = try TemporaryFolder()
    var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 4096)
    try writer.append(first)
    try writer.commit()
    // A folder in the way of the new segment's name cannot be replaced.
    let obstacle = folder.url.appending(path: JournalFormat.fileName(first: 6))
    try FileManager.default.createDirectory(at: obstacle, withIntermediateDirectories: false)
    let descriptor = writer.segmentDescriptor
    replace(try #require(descriptor), with: "/dev/null")
    try writer.append(second)
    for _ in 0..<3 {
        #expect(throws: JournalError.self) { try writer.commit() }
        #expect(writer.committedSequence == 5)
    }
    try writer.append(third)
    #expect(throws: JournalError.self) { try writer.commit() }
    try FileManager.default.removeItem(at: obstacle)
    #expect(try writer.commit().lastSequence == 10)
    #expect(try read(folder.url) == first + second + third)
    #expect(try recovered(folder.url).lastSequence == 10)
}

private func mountSmallVolume(at folder: URL) -> Bool {
    mount("none", folder.path, "tmpfs", 0, "size=128k") == 0
}

@Test func `a full volume is said, nothing is lost, and writing resumes when there is room`() throws {
    let folder = try TemporaryFolder()
    guard mountSmallVolume(at: folder.url) else {
        try Test.cancel("mounting a small tmpfs needs root: \(String(cString: strerror(errno)))")
    }
    defer { umount2(folder.url.path, Int32(MNT_DETACH)) }
    let ballast = folder.url.appending(path: "ballast")
    try Data(count: 64 << 10).write(to: ballast)
    var written: [Block] = []
    do {
        var writer = try JournalWriter(folder: folder.url.path + "/journal", segmentBytes: 16 << 10)
        var failure: JournalError?
        var next: UInt64 = 1
        while failure == nil {
            let batch = blocks((0..<4).map { _ in .config(generation: String(repeating: "x", count: 900)) }, from: next)
            next += 4
            written += batch
            try writer.append(batch)
            do { try writer.commit() } catch { failure = error }
        }
        guard case .system(_, _, ENOSPC)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect("\(failure!)".contains("Free space"))
        #expect(writer.committedSequence == next - 5)
        #expect(throws: JournalError.self) { try writer.commit() }
        try FileManager.default.removeItem(at: ballast)
        #expect(try writer.commit().lastSequence == next - 1)
    }
    #expect(try read(folder.url.appending(path: "journal")) == written)
}

@Test func `a second daemon on a data folder is told which process has it`() throws {
    let folder = try TemporaryFolder()
    do {
        let lock = try DataFolderLock(folder: folder.url.path)
        let error = #expect(throws: DataFolderInUse.self) { _ = try DataFolderLock(folder: folder.url.path) }
        #expect(error?.process == getpid())
        #expect("\(error!)".contains("\(getpid())"))
        _ = consume lock
    }
    _ = try DataFolderLock(folder: folder.url.path)
}
