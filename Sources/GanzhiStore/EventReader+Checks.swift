internal import Foundation
internal import GRDB
internal import GanzhiModel

/// What `ganzhi verify` looks at besides the event chain; each finding is a sentence that names the first wrong row.
extension EventReader {
    /// What SQLite finds wrong with the structure of the database and of the sealed files that are there.
    ///
    /// - Parameter progress: Called with the name of each file before it is looked at.
    /// - Complexity: O(size), some seconds per gigabyte.
    public func structureProblems(progress: (String) -> Void = { _ in }) throws -> [String] {
        func problems(_ name: String, _ db: Database) throws -> [String] {
            progress(name)
            let said = try String.fetchAll(db, sql: "PRAGMA integrity_check(5)")
            return said.filter { $0 != "ok" }.map { "\(name): \($0)" }
        }
        var found = try read { try problems(file.lastPathComponent, $0) }
        for sealed in try sealed() { found += try sealedFiles.read(sealed) { try problems(sealed.name, $0) } ?? [] }
        return found
    }

    /// Tables, indexes and triggers that are not those that this version makes.
    ///
    /// A trigger that is gone is how a row was changed that the schema protects.
    public func schemaProblems() throws -> [String] {
        let sql = "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
        func schema(_ db: Database) throws -> [String: String] {
            try Dictionary(uniqueKeysWithValues: Row.fetchAll(db, sql: sql).map { ($0[0] as String, $0[1] as String) })
        }
        let model = try DatabaseQueue()
        try Schema.migrator.migrate(model)
        let (wanted, found) = (try model.read(schema), try read(schema))
        return Set(wanted.keys).union(found.keys).sorted().compactMap { part in
            switch (wanted[part], found[part]) {
            case (let wanted?, let found?): wanted == found ? nil : "\(part) is not what this version makes"
            case (_?, nil): "\(part) is missing"
            case (nil, _): "\(part) is none of ours"
            }
        }
    }

    /// Standing warnings that do not say what the newest event of their key says, and those that are missing.
    ///
    /// - Complexity: O(*n*) in all events.
    public func standingProblems() throws -> [String] {
        try read { db in
            let files = try SealedFile.all(db)
            var newest: [String: (serial: UInt64, level: String)] = [:]
            var unseen: UInt64 = 0
            for file in files {
                if let found = try sealedFiles.read(file, { try Self.newestTransitions(after: 0, $0) }) {
                    newest.merge(found) { $1 }
                } else {
                    unseen = file.lastSerial
                }
            }
            newest.merge(try Self.newestTransitions(after: files.last?.lastSerial ?? 0, db)) { $1 }
            var problems: [String] = []
            for warning in try StoreQuery.warnings(db) {
                let name = "\(warning.scenario) at \(warning.key)"
                let transition = newest.removeValue(forKey: Self.key(warning.scenario, warning.key))
                if let transition, transition.serial > warning.serial {
                    problems.append(
                        "\(name) stands by event \(warning.serial), but event \(transition.serial) came after it"
                    )
                    continue
                }
                let event = try sealedFiles.events(
                    after: warning.serial - min(1, warning.serial),
                    through: warning.serial,
                    filter: EventFilter(),
                    limit: 1,
                    db
                ).first
                guard let event else {
                    if warning.serial > unseen {
                        problems.append("\(name) stands by event \(warning.serial), which does not exist")
                    }
                    continue
                }
                guard event.scenario == warning.scenario, event.key == warning.key,
                    event.level == warning.level?.name, event.subject == warning.episode
                else {
                    problems.append("\(name) does not say what its event \(warning.serial) says")
                    continue
                }
            }
            for (key, transition) in newest.sorted(by: { $0.value.serial < $1.value.serial })
            where transition.level != "none" {
                let name = key.replacingOccurrences(of: "\0", with: " at ")
                problems.append("\(name) does not stand, but by event \(transition.serial) it does")
            }
            return problems
        }
    }

    private static func key(_ scenario: String, _ key: String) -> String { "\(scenario)\0\(key)" }

    /// The newest event of each scenario and key that changed a level, in one database.
    private static func newestTransitions(
        after serial: UInt64,
        _ db: Database
    ) throws -> [String: (serial: UInt64, level: String)] {
        let types = ["raised", "escalated", "eased", "cleared"].map { "'ganzhi.warning.\($0)'" }.joined(separator: ", ")
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT scenario, "key", level, max(serial) FROM event
                WHERE serial > ? AND type IN (\(types)) GROUP BY scenario, "key"
                """,
            arguments: [Int64(clamping: serial)]
        )
        var newest: [String: (serial: UInt64, level: String)] = [:]
        while let row = try rows.next() {
            newest[key(row[0], row[1])] = (UInt64(clamping: row[3] as Int64), row[2])
        }
        return newest
    }

    /// Publications of events that do not exist, and waiting ones without bytes.
    public func outboxProblems() throws -> [String] {
        try read { db in
            let newest = Int64(clamping: try StoreQuery.newest(db).serial)
            let strange = try Row.fetchAll(
                db,
                sql: "SELECT position, serial FROM outbox WHERE serial NOT BETWEEN 1 AND ? ORDER BY position LIMIT 5",
                arguments: [newest]
            ).map { "publication \($0[0] as Int64) is of event \($0[1] as Int64), which does not exist" }
            let empty = try Row.fetchAll(
                db,
                sql: """
                    SELECT position, serial FROM outbox WHERE published IS NULL AND payload IS NULL
                        AND serial NOT IN (SELECT serial FROM event) ORDER BY position LIMIT 5
                    """
            ).map { "publication \($0[0] as Int64) waits, but the bytes of its event \($0[1] as Int64) are gone" }
            return strange + empty
        }
    }

    /// Stored generations whose bundle is not the one that their name is the hash of, and the names of all.
    public func generationProblems() throws -> (problems: [String], names: Set<String>) {
        try read { db in
            let rows = try Row.fetchCursor(db, sql: "SELECT hash, bundle FROM generation ORDER BY hash")
            var (problems, names): ([String], Set<String>) = ([], [])
            while let row = try rows.next() {
                let name: String = row[0]
                names.insert(name)
                let bundle = try row.withUnsafeData(atIndex: 1) { $0.map(Array.init) ?? [] }
                if EventChain.hex(EventChain.hash(bundle)) != name {
                    problems.append("the bundle of generation \(name.prefix(12)) was changed")
                }
            }
            return (problems, names)
        }
    }

    /// The books and the position they were taken at, of one moment.
    public func books() throws -> (ledger: Ledger, position: UInt64) {
        try read { (try StoreQuery.ledger($0), try StoreQuery.position($0)) }
    }
}
