internal import GRDB
public import GanzhiModel

extension EventReader {
    /// Suppressions that are not over, by their end.
    public func suppressions() throws -> [Suppression] { try read(StoreQuery.suppressions) }

    /// A suppression, also one that is over but not yet forgotten; `nil` where none is known by this id.
    public func suppression(_ id: String) throws -> (suppression: Suppression, isOver: Bool)? {
        try read { try StoreQuery.suppression(id, $0) }
    }

    /// What a scenario's measures were at one key, oldest first.
    ///
    /// - Parameters:
    ///   - scenario: Scenario id.
    ///   - key: Key within the scenario.
    ///   - from: First instant.
    ///   - to: Last instant.
    ///   - limit: Most points, at least 1; the next page begins behind the last instant of this one.
    /// - Complexity: O(log *n* + `limit`).
    public func trace(
        scenario: String,
        key: String,
        from: Timestamp = .earliest,
        to: Timestamp = .latest,
        limit: Int = 1000
    ) throws -> [TracePoint] {
        try read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT instant, level, "values" FROM trace
                    WHERE scenario = ? AND "key" = ? AND instant BETWEEN ? AND ? ORDER BY instant LIMIT ?
                    """,
                arguments: [scenario, key, from.microseconds, to.microseconds, max(1, limit)]
            )
            var points: [TracePoint] = []
            while let row = try rows.next() {
                let instant = Timestamp(microseconds: row[0])
                guard let values = TraceValues.decode(row[2]) else {
                    throw StoreError.unreadable(row: "The trace of \(scenario) at \(key), \(instant.rfc3339),")
                }
                points.append(
                    TracePoint(
                        scenario: scenario,
                        key: key,
                        instant: instant,
                        level: Level(name: row[1]),
                        values: values
                    )
                )
            }
            return points
        }
    }

    /// The newest events of a scenario at a key, oldest first.
    ///
    /// All events of one episode are those of its subject, see ``EventFilter``.
    ///
    /// - Parameters:
    ///   - serial: Only events before this serial; `nil` for the newest of all.
    ///   - limit: Most events, at least 1.
    /// - Complexity: O(log *n* + events of that key in other scenarios + `limit`).
    public func events(
        scenario: String,
        key: String,
        before serial: UInt64? = nil,
        limit: Int = 100
    ) throws -> [Event] {
        try read { db in
            try sealedFiles.newestEvents(scenario: scenario, key: key, before: serial, limit: max(1, limit), db)
        }
    }
}
