import Foundation
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct EventLogFileTests {
    let folder: TemporaryFolder
    let store: EventStore
    let url: URL

    init() throws {
        folder = try TemporaryFolder()
        store = try EventStore(folder: folder.url.appending(path: "data"))
        url = folder.url.appending(path: "events.ndjson")
    }

    func text(_ url: URL) throws -> String { String(decoding: try Data(contentsOf: url), as: UTF8.self) }

    func lines(_ serials: ClosedRange<UInt64>) -> String {
        serials.map { String(decoding: event($0).bytes, as: UTF8.self) + "\n" }.joined()
    }

    func commitEvents(_ serials: ClosedRange<UInt64>) throws {
        try store.apply(commit(serials.upperBound, serials.map { event($0) }), at: now)
    }

    @Test func `each event becomes one line, also over pages and a reopening`() throws {
        try commitEvents(1...1100)
        let log = EventLogFile(url: url, store: store)
        #expect(try log.catchUp() == 1100)
        #expect(try log.catchUp() == 0)
        try commitEvents(1101...1103)
        #expect(try EventLogFile(url: url, store: store).catchUp() == 3)
        #expect(try text(url) == lines(1...1103))
    }

    @Test(arguments: [true, false])
    func `rotation loses and doubles no line`(createsAnew: Bool) throws {
        let log = EventLogFile(url: url, store: store)
        try commitEvents(1...3)
        try log.catchUp()
        let rotated = folder.url.appending(path: "events.ndjson.1")
        try FileManager.default.moveItem(at: url, to: rotated)
        if createsAnew { try Data().write(to: url) }
        try commitEvents(4...5)
        try log.catchUp()
        try commitEvents(6...6)
        try log.catchUp()
        #expect(try text(rotated) == lines(1...3))
        #expect(try text(url) == lines(4...6))
    }

    @Test func `a half-written line is cut off and written whole`() throws {
        try commitEvents(1...3)
        let first = lines(1...1)
        let half = lines(2...2).dropLast(10)
        try Data((first + half).utf8).write(to: url)
        try store.saveEventLogPosition(1)
        try EventLogFile(url: url, store: store).catchUp()
        #expect(try text(url) == lines(1...3))
    }

    @Test func `a half-written line longer than a block is cut off too`() throws {
        try commitEvents(1...1)
        try Data((lines(1...1) + String(repeating: "x", count: 10_000)).utf8).write(to: url)
        try EventLogFile(url: url, store: store).catchUp()
        #expect(try text(url) == lines(1...1) + lines(1...1), "at least once")
        try Data(String(repeating: "x", count: 10_000).utf8).write(to: url)
        try store.saveEventLogPosition(0)
        try EventLogFile(url: url, store: store).catchUp()
        #expect(try text(url) == lines(1...1))
    }

    @Test func `a crash between writing and remembering repeats lines and loses none`() throws {
        try commitEvents(1...4)
        try EventLogFile(url: url, store: store).catchUp()
        try store.saveEventLogPosition(2)
        try EventLogFile(url: url, store: store).catchUp()
        #expect(try text(url) == lines(1...4) + lines(3...4))
    }

    @Test func `a log that cannot be written says so and goes on later`() throws {
        let place = folder.url.appending(path: "gone/events.ndjson")
        let log = EventLogFile(url: place, store: store)
        try commitEvents(1...2)
        let error = #expect(throws: StoreError.self) { try log.catchUp() }
        #expect(error?.description.contains("No event is lost") == true)
        #expect(error?.isTransient == true)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        #expect(try log.catchUp() == 2)
        #expect(try text(place) == lines(1...2))
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "/dev/full is a Linux device"))
    func `a full disk is told and no position is remembered`() throws {
        try commitEvents(1...2)
        let log = EventLogFile(url: URL(filePath: "/dev/full"), store: store)
        #expect(throws: StoreError.self) { try log.catchUp() }
        #expect(try store.eventLogPosition() == 0)
    }
}
