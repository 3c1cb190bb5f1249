internal import GRDB

/// The tables of the event store and how they came to be.
///
/// A migration that has shipped is never edited: a change is a new migration, and a database written by any shipped
/// version opens with all of them applied.
enum Schema {
    /// All migrations, oldest first.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { try $0.execute(sql: version1) }
        migrator.registerMigration("v2") { try $0.execute(sql: version2) }
        migrator.registerMigration("v3") { try $0.execute(sql: version3) }
        return migrator
    }

    /// Refuses a database that a reader of this version would misread.
    static func check(_ db: Database, file: String) throws {
        let migrator = migrator
        guard try !migrator.hasBeenSuperseded(db) else { throw StoreError.newerSchema(file: file) }
        guard try migrator.hasCompletedMigrations(db) else { throw StoreError.olderSchema(file: file) }
    }

    /// Refuses to add tables to a database that a newer version or another program wrote.
    static func checkBeforeMigrating(_ db: Database, file: String) throws {
        guard try !migrator.hasBeenSuperseded(db) else { throw StoreError.newerSchema(file: file) }
        let tables = try String.fetchAll(
            db,
            sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'"
        )
        guard tables.isEmpty || tables.contains("grdb_migrations") else { throw StoreError.foreign(file: file) }
    }

    /// The first schema.
    ///
    /// `event.bytes` is TEXT so that SQLite's JSON functions work on it by hand. The trigger on INSERT also closes the
    /// way round the one on DELETE that `INSERT OR REPLACE` would be. Each index holds the serial behind its column,
    /// as every SQLite index ends with the row's key. An outbox row without payload publishes its event's bytes.
    private static let version1 = """
        CREATE TABLE event (
            serial INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            type TEXT NOT NULL,
            subject TEXT NOT NULL,
            time INTEGER NOT NULL,
            scenario TEXT NOT NULL,
            "key" TEXT NOT NULL,
            level TEXT NOT NULL,
            district TEXT NOT NULL,
            device TEXT NOT NULL,
            bytes TEXT NOT NULL,
            previous_hash BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX event_subject ON event (subject);
        CREATE INDEX event_district ON event (district);
        CREATE INDEX event_scenario ON event (scenario);
        CREATE INDEX event_level ON event (level);
        CREATE INDEX event_device ON event (device);
        CREATE TRIGGER event_append BEFORE INSERT ON event
        WHEN NEW.serial IS NOT (SELECT coalesce(max(serial), 0) + 1 FROM event)
            OR NEW.previous_hash IS NOT
                coalesce((SELECT hash FROM event ORDER BY serial DESC LIMIT 1), zeroblob(32))
            OR EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
        BEGIN
            SELECT RAISE(ABORT, 'events are appended one by one: next serial, new id, hash of the event before');
        END;
        CREATE TRIGGER event_update BEFORE UPDATE ON event
        BEGIN
            SELECT RAISE(ABORT, 'events are never changed');
        END;
        CREATE TRIGGER event_delete BEFORE DELETE ON event
        BEGIN
            SELECT RAISE(ABORT, 'events are never deleted');
        END;

        CREATE TABLE warning (
            scenario TEXT NOT NULL,
            "key" TEXT NOT NULL,
            episode TEXT NOT NULL,
            level TEXT NOT NULL,
            raised INTEGER NOT NULL,
            instant INTEGER NOT NULL,
            stale INTEGER NOT NULL,
            district TEXT NOT NULL,
            serial INTEGER NOT NULL,
            PRIMARY KEY (scenario, "key")
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE outbox (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            serial INTEGER NOT NULL,
            topic TEXT NOT NULL,
            retained INTEGER NOT NULL,
            payload BLOB,
            created INTEGER NOT NULL,
            published INTEGER
        ) STRICT;
        CREATE INDEX outbox_pending ON outbox (position) WHERE published IS NULL;
        CREATE INDEX outbox_retained ON outbox (topic) WHERE published IS NULL AND retained = 1;

        CREATE TABLE ledger (
            feed TEXT NOT NULL,
            "column" TEXT NOT NULL,
            reason TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (feed, "column", reason)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sample (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            feed TEXT NOT NULL,
            "column" TEXT NOT NULL,
            reason TEXT NOT NULL,
            received INTEGER NOT NULL,
            topic TEXT NOT NULL,
            detail TEXT NOT NULL,
            payload BLOB NOT NULL
        ) STRICT;
        CREATE INDEX sample_key ON sample (feed, "column", reason);

        CREATE TABLE state (
            "key" TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE generation (
            hash TEXT NOT NULL PRIMARY KEY,
            bundle BLOB NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;
        """

    /// What people keep from being published, and the measures behind warnings.
    ///
    /// `suppression` is a projection of the engine's state, kept for some time after its end. `trace` is read by
    /// scenario and key, and pruned by instant.
    private static let version2 = """
        ALTER TABLE warning ADD COLUMN suppressed TEXT NOT NULL DEFAULT '';

        CREATE TABLE suppression (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            matchers TEXT NOT NULL,
            author TEXT NOT NULL,
            reason TEXT NOT NULL,
            "from" INTEGER,
            until INTEGER NOT NULL,
            ended INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trace (
            scenario TEXT NOT NULL,
            "key" TEXT NOT NULL,
            instant INTEGER NOT NULL,
            level TEXT NOT NULL,
            "values" TEXT NOT NULL,
            PRIMARY KEY (scenario, "key", instant)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX trace_instant ON trace (instant);

        CREATE INDEX event_key ON event ("key");
        """

    /// Events of past years in sealed files, and what brokers keep for us.
    ///
    /// `sealed` names the files, which follow one another from the first event on. Rows of `event` that lie in a sealed
    /// file are dead: nobody reads them, and they may be deleted. So the table may become empty, and then the chain goes
    /// on from the last file. Ids are compared within the table only: an episode's id is made of the instant at which it
    /// was raised, a device's or feed's of its counter, so none comes again years later.
    ///
    /// `retained` is the newest payload of each retained topic, empty where the topic was cleared. Of a store of an
    /// earlier version it holds what the outbox remembers.
    private static let version3 = """
        CREATE TABLE sealed (
            first_serial INTEGER PRIMARY KEY,
            last_serial INTEGER NOT NULL,
            file TEXT NOT NULL UNIQUE,
            previous_hash BLOB NOT NULL,
            last_hash BLOB NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;
        CREATE TRIGGER sealed_append BEFORE INSERT ON sealed
        WHEN NEW.first_serial IS NOT (SELECT coalesce(max(last_serial), 0) + 1 FROM sealed)
            OR NEW.previous_hash IS NOT
                coalesce((SELECT last_hash FROM sealed ORDER BY first_serial DESC LIMIT 1), zeroblob(32))
            OR NEW.last_hash IS NOT (SELECT hash FROM event WHERE serial = NEW.last_serial)
            OR EXISTS (SELECT 1 FROM sealed WHERE file = NEW.file)
        BEGIN
            SELECT RAISE(ABORT, 'sealed files follow one another, each up to an event of the table');
        END;
        CREATE TRIGGER sealed_update BEFORE UPDATE ON sealed
        BEGIN
            SELECT RAISE(ABORT, 'sealed files are never changed');
        END;
        CREATE TRIGGER sealed_delete BEFORE DELETE ON sealed
        BEGIN
            SELECT RAISE(ABORT, 'sealed files are never forgotten');
        END;

        DROP TRIGGER event_append;
        CREATE TRIGGER event_append BEFORE INSERT ON event
        WHEN NEW.serial IS NOT
                (SELECT coalesce(max(serial), (SELECT max(last_serial) FROM sealed), 0) + 1 FROM event)
            OR NEW.previous_hash IS NOT coalesce(
                (SELECT hash FROM event ORDER BY serial DESC LIMIT 1),
                (SELECT last_hash FROM sealed ORDER BY first_serial DESC LIMIT 1),
                zeroblob(32))
            OR EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
        BEGIN
            SELECT RAISE(ABORT, 'events are appended one by one: next serial, new id, hash of the event before');
        END;
        DROP TRIGGER event_delete;
        CREATE TRIGGER event_delete BEFORE DELETE ON event
        WHEN OLD.serial > (SELECT coalesce(max(last_serial), 0) FROM sealed)
        BEGIN
            SELECT RAISE(ABORT, 'events are never deleted');
        END;

        CREATE TABLE retained (
            topic TEXT NOT NULL PRIMARY KEY,
            serial INTEGER NOT NULL,
            payload BLOB NOT NULL,
            changed INTEGER NOT NULL
        ) STRICT;
        INSERT INTO retained
        SELECT o.topic, o.serial, coalesce(o.payload, CAST(e.bytes AS BLOB)), o.created
        FROM outbox AS o LEFT JOIN event AS e ON o.payload IS NULL AND e.serial = o.serial
        WHERE o.position IN (SELECT max(position) FROM outbox WHERE retained = 1 GROUP BY topic)
            AND coalesce(o.payload, e.bytes) IS NOT NULL;
        """
}
