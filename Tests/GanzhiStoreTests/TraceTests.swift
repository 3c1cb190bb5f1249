import Foundation
import GanzhiModel
@testable import GanzhiStore
import GanzhiTestSupport
import Testing

struct TraceTests {
    let folder: TemporaryFolder
    let store: EventStore
    let reader: EventReader

    init() throws {
        folder = try TemporaryFolder()
        store = try EventStore(folder: folder.url, limits: StoreLimits(traceAge: .hours(1)))
        reader = try EventReader(folder: folder.url)
    }

    func apply(_ position: UInt64, _ traces: [TracePoint] = [], at time: Timestamp = now) throws {
        var commit = commit(position)
        commit.traces = traces
        try store.apply(commit, at: time)
    }

    func seconds(_ limit: Int = 10_000) throws -> [Int64] {
        try reader.trace(scenario: "s", key: "d1", limit: limit).map { ($0.instant - now).microseconds / 1_000_000 }
    }

    @Test func `a trace is read by scenario, key and time, oldest first`() throws {
        var other = point(1)
        other.key = "d2"
        let points = [point(-60, level: nil), point(0), point(60, level: .red, depth: 0.1 + 0.2)]
        try apply(1, points.reversed() + [other])
        #expect(try reader.trace(scenario: "s", key: "d1") == points)
        #expect(try reader.trace(scenario: "s", key: "d2") == [other])
        #expect(try reader.trace(scenario: "t", key: "d1").isEmpty)
        #expect(try reader.trace(scenario: "s", key: "d1", from: now, to: now) == [points[1]])
        #expect(try reader.trace(scenario: "s", key: "d1", from: points[0].instant, limit: 2) == Array(points[..<2]))
    }

    @Test func `of two points of one instant the later one counts`() throws {
        try apply(1, [point(0, depth: 1), point(0, level: .red, depth: 2)])
        try apply(2, [point(0, level: nil, depth: 3)])
        #expect(try reader.trace(scenario: "s", key: "d1") == [point(0, level: nil, depth: 3)])
    }

    @Test func `a value that no number of JSON stands for is left out`() throws {
        var odd = point(0)
        odd.values[0].value = .nan
        try apply(1, [odd])
        #expect(try reader.trace(scenario: "s", key: "d1").map(\.values) == [[odd.values[1]]])
    }

    @Test func `points are removed when they are too old, looked for once a minute`() throws {
        try apply(1, [point(-3601), point(-3600), point(-3590), point(0)])
        #expect(try seconds() == [-3600, -3590, 0])
        try apply(2, at: now + .seconds(59))
        #expect(try seconds() == [-3600, -3590, 0])
        try apply(3, at: now + .seconds(60))
        #expect(try seconds() == [0])
        // A clock that was set back does not stop it.
        try apply(4, [point(-7200)], at: now - .hours(1))
        try apply(5, at: now - .minutes(59))
        #expect(try seconds() == [0])
    }

    @Test func `one commit removes a bounded number, and the next ones go on`() throws {
        let most = EventStore.prunedPerCommit
        try apply(1, (1...(most * 2 + 5)).map { point(Int64(-4000 - $0)) } + [point(0)])
        #expect(try seconds(20_000).count == most + 6)
        try apply(2)
        #expect(try seconds(20_000).count == 6)
        try apply(3)
        #expect(try seconds() == [0])
    }
}
