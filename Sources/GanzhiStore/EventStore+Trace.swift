internal import Foundation
internal import GRDB
internal import GanzhiModel
internal import Synchronization

extension EventStore {
    /// Time between two looks for old trace points.
    private static let pruningPause = TimeSpan.minutes(1)
    /// Trace points that one commit removes at most; where more are old, the next commits go on.
    static let prunedPerCommit = 5000

    func keep(_ traces: [TracePoint], _ db: Database) throws {
        for point in traces {
            let statement = try db.cachedStatement(sql: "REPLACE INTO trace VALUES (?, ?, ?, ?, CAST(? AS TEXT))")
            try statement.execute(arguments: [
                point.scenario, point.key, point.instant.microseconds, point.level?.name ?? "",
                Data(TraceValues.encode(point.values)),
            ])
        }
    }

    /// Removes trace points that are too old, once a minute as far as the time of commits tells.
    func pruneTraces(at now: Timestamp, _ db: Database) throws {
        // Also when the clock was set back: then the next time would be far away.
        let next = nextTracePruning.withLock { $0 }
        guard now >= next || now + Self.pruningPause < next else { return }
        let prune = try db.cachedStatement(
            sql: """
                DELETE FROM trace WHERE (scenario, "key", instant) IN (
                    SELECT scenario, "key", instant FROM trace WHERE instant < ? ORDER BY instant LIMIT ?)
                """
        )
        try prune.execute(arguments: [(now - limits.traceAge).microseconds, Self.prunedPerCommit])
        let isDone = db.changesCount < Self.prunedPerCommit
        nextTracePruning.withLock { $0 = isDone ? now + Self.pruningPause : now }
    }
}

/// How a trace point's values lie in their column: `[{"measure":"depth","value":0.17}]`, as declared.
enum TraceValues {
    private struct Value: Decodable {
        var measure: String
        var value: Double
    }

    static func encode(_ values: [TracePoint.Value]) -> [UInt8] {
        var writer = JSONWriter()
        writer.array { writer in
            // JSON has no other numbers; a measure without a finite value has no point on a chart either.
            for value in values where value.value.isFinite {
                writer.object { writer in
                    writer.member("measure", value.measure)
                    writer.member("value", value.value)
                }
            }
        }
        return writer.bytes
    }

    /// Reads the column; `nil` where it is of another form.
    static func decode(_ text: String) -> [TracePoint.Value]? {
        guard let values = try? JSONDecoder().decode([Value].self, from: Data(text.utf8)) else { return nil }
        return values.map { TracePoint.Value(measure: $0.measure, value: $0.value) }
    }
}
