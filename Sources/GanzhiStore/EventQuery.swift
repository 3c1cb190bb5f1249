internal import GRDB
internal import GanzhiModel

/// The statement that reads one page of events.
///
/// Pages are found by key: each starts behind the last serial of the one before, and no row is read only to be
/// skipped. SQLite has no statistics here and cannot know which of several indexed columns is the narrowest, so the
/// statement says it: one column is compared plainly and the others behind a unary `+`, which keeps SQLite from using
/// their indexes. Several levels are read as one ordered stream each and merged, without sorting.
struct EventQuery {
    /// The statement's text.
    let sql: String
    /// Its arguments.
    let arguments: StatementArguments

    /// Creates the statement.
    ///
    /// - Parameters:
    ///   - range: Serials from just behind the lower bound through the upper.
    ///   - filter: Which events; its `since` is compared row by row.
    ///   - limit: Most rows.
    init(after lower: Int64, through upper: Int64, filter: EventFilter, limit: Int) {
        let columns: [(name: String, value: String?)] = [
            ("subject", filter.subject), ("\"key\"", filter.key), ("device", filter.device),
            ("scenario", filter.scenario), ("district", filter.district),
        ]
        var hasNarrowest = false
        var conditions = ""
        var values: [any DatabaseValueConvertible] = []
        for case (let name, let value?) in columns {
            conditions += " AND \(hasNarrowest ? "+" : "")\(name) = ?"
            values.append(value)
            hasNarrowest = true
        }
        if let since = filter.since {
            conditions += " AND time >= ?"
            values.append(since.microseconds)
        }
        if !filter.types.isEmpty {
            conditions += " AND type IN (\(Self.marks(filter.types.count)))"
            values += filter.types.sorted()
        }
        let levels = filter.levels.sorted()
        if hasNarrowest, !levels.isEmpty {
            conditions += " AND +level IN (\(Self.marks(levels.count)))"
            values += levels
        }
        let select = "SELECT \(Self.columns) FROM event WHERE serial > ? AND serial <= ?" + conditions
        let bounds: [any DatabaseValueConvertible] = [lower, upper]
        var statement = select
        var all = bounds + values
        if !hasNarrowest, !levels.isEmpty {
            statement = levels.map { _ in select + " AND level = ?" }.joined(separator: " UNION ALL ")
            all = levels.flatMap { bounds + values + [$0] }
        }
        sql = statement + " ORDER BY serial LIMIT ?"
        arguments = StatementArguments(all + [limit])
    }

    /// The newest events of a scenario at a key between two serials, newest first.
    static func newest(
        scenario: String,
        key: String,
        after lower: UInt64,
        before serial: UInt64?,
        limit: Int,
        _ db: Database
    ) throws -> [Event] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(columns) FROM event WHERE "key" = ? AND +scenario = ? AND serial > ? AND serial < ?
                ORDER BY serial DESC LIMIT ?
                """,
            arguments: [key, scenario, Int64(clamping: lower), Int64(clamping: serial ?? .max), limit]
        )
        var events: [Event] = []
        while let row = try rows.next() { events.append(try event(row)) }
        return events
    }

    /// Reads the page.
    func fetch(_ db: Database) throws -> [Event] {
        var events: [Event] = []
        let rows = try Row.fetchCursor(try db.cachedStatement(sql: sql), arguments: arguments)
        while let row = try rows.next() { events.append(try Self.event(row)) }
        return events
    }

    /// The columns that make an event, in the order that ``event(_:)`` reads them.
    private static let columns =
        "serial, id, type, subject, time, scenario, \"key\", level, district, device, bytes"

    private static func event(_ row: Row) throws -> Event {
        Event(
            serial: UInt64(clamping: row[0] as Int64),
            id: row[1],
            type: row[2],
            subject: row[3],
            time: Timestamp(microseconds: row[4]),
            scenario: row[5],
            key: row[6],
            level: row[7],
            district: row[8],
            device: row[9],
            bytes: try row.withUnsafeData(atIndex: 10) { $0.map(Array.init) ?? [] }
        )
    }

    private static func marks(_ count: Int) -> String {
        Array(repeating: "?", count: count).joined(separator: ", ")
    }
}
