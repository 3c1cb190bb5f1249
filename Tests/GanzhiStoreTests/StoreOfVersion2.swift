/// A store as version 2 of the schema left it, with a row of each kind in every table, dumped with `sqlite3 … .dump`.
///
/// Never edited: databases like this one are out there.
// swift-format-ignore
let storeOfVersion2 = #"""
    PRAGMA foreign_keys=OFF;
    BEGIN TRANSACTION;
    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
    INSERT INTO grdb_migrations VALUES('v1');
    INSERT INTO grdb_migrations VALUES('v2');
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
    INSERT INTO event VALUES(1,'728e9f5f8d0612bc7a8d0fd759eee172-000001','ganzhi.warning.raised','728e9f5f8d0612bc7a8d0fd759eee172',1781935950000000,'underpass-flooding','d1','blue','330106','d1','{"specversion":"1.0","id":"728e9f5f8d0612bc7a8d0fd759eee172-000001","type":"ganzhi.warning.raised","source":"/cities/330100/nodes/n1","subject":"728e9f5f8d0612bc7a8d0fd759eee172","serial":1,"time":"2026-06-20T06:12:30.000Z","data":{"scenario":"underpass-flooding","key":"d1","level":"blue","title":{"zh-Hans":"下穿隧道积水"},"district":"330106"}}',X'0000000000000000000000000000000000000000000000000000000000000000',X'363fdfca34b51742dc21345443e6332294946fa0b0f4838c4b1ffe214a121a48');
    INSERT INTO event VALUES(2,'728e9f5f8d0612bc7a8d0fd759eee172-000002','ganzhi.warning.escalated','728e9f5f8d0612bc7a8d0fd759eee172',1781935980000000,'underpass-flooding','d1','red','330106','d1','{"specversion":"1.0","id":"728e9f5f8d0612bc7a8d0fd759eee172-000002","type":"ganzhi.warning.escalated","source":"/cities/330100/nodes/n1","subject":"728e9f5f8d0612bc7a8d0fd759eee172","serial":2,"time":"2026-06-20T06:13:00.000Z","data":{"scenario":"underpass-flooding","key":"d1","level":"red","title":{"zh-Hans":"下穿隧道积水"},"district":"330106"}}',X'363fdfca34b51742dc21345443e6332294946fa0b0f4838c4b1ffe214a121a48',X'4a849cce68b4879214cab5935b0ed1354017795fe3f67a7e0d0651f9282f86ab');
    CREATE TABLE warning (
        scenario TEXT NOT NULL,
        "key" TEXT NOT NULL,
        episode TEXT NOT NULL,
        level TEXT NOT NULL,
        raised INTEGER NOT NULL,
        instant INTEGER NOT NULL,
        stale INTEGER NOT NULL,
        district TEXT NOT NULL,
        serial INTEGER NOT NULL, suppressed TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (scenario, "key")
    ) STRICT, WITHOUT ROWID;
    INSERT INTO warning VALUES('underpass-flooding','d1','728e9f5f8d0612bc7a8d0fd759eee172','red',1781935950000000,1781935980000000,0,'330106',2,'silence s-20260620-3f9a');
    CREATE TABLE outbox (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        serial INTEGER NOT NULL,
        topic TEXT NOT NULL,
        retained INTEGER NOT NULL,
        payload BLOB,
        created INTEGER NOT NULL,
        published INTEGER
    ) STRICT;
    INSERT INTO outbox VALUES(1,1,'ganzhi/v1/events/330106/underpass-flooding/blue',0,NULL,1781936000000000,1781936001000000);
    INSERT INTO outbox VALUES(3,2,'ganzhi/v1/events/330106/underpass-flooding/red',0,NULL,1781936000000000,NULL);
    INSERT INTO outbox VALUES(4,2,'ganzhi/v1/warnings/underpass-flooding/d1',1,X'7b226c6576656c223a22726564227d',1781936000000000,NULL);
    INSERT INTO outbox VALUES(5,1,'ganzhi/v1/warnings/underpass-flooding/d2',1,NULL,1781936000000000,1781936001000000);
    INSERT INTO outbox VALUES(6,1,'ganzhi/v1/warnings/underpass-flooding/d3',1,X'7b7d',1781936000000000,1781936001000000);
    INSERT INTO outbox VALUES(7,2,'ganzhi/v1/warnings/underpass-flooding/d3',1,X'',1781936000000000,1781936001000000);
    CREATE TABLE ledger (
        feed TEXT NOT NULL,
        "column" TEXT NOT NULL,
        reason TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (feed, "column", reason)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO ledger VALUES('f','messages.decoded','',2);
    INSERT INTO ledger VALUES('f','messages.received','',3);
    INSERT INTO ledger VALUES('f','messages.rejected','bad-json',1);
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
    INSERT INTO sample VALUES(1,'f','messages.rejected','bad-json',1781936000000000,'t/1','no value',X'7bff');
    CREATE TABLE state (
        "key" TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO state VALUES('event_head','{"serial":2,"hash":"4a849cce68b4879214cab5935b0ed1354017795fe3f67a7e0d0651f9282f86ab"}');
    INSERT INTO state VALUES('event_log_position','2');
    INSERT INTO state VALUES('position','{"journal":{"0":41}}');
    CREATE TABLE generation (
        hash TEXT NOT NULL PRIMARY KEY,
        bundle BLOB NOT NULL,
        created INTEGER NOT NULL
    ) STRICT;
    INSERT INTO generation VALUES('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',X'616263',1781936000000000);
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
    INSERT INTO suppression VALUES('s-20260619-0001','maintenance','{"key":["d1"]}','wang','gauge',1781850000000000,1781850600000000,1);
    INSERT INTO suppression VALUES('s-20260620-3f9a','silence','{"level":["red"]}','duty','known',NULL,1781939600000000,0);
    CREATE TABLE trace (
        scenario TEXT NOT NULL,
        "key" TEXT NOT NULL,
        instant INTEGER NOT NULL,
        level TEXT NOT NULL,
        "values" TEXT NOT NULL,
        PRIMARY KEY (scenario, "key", instant)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO trace VALUES('underpass-flooding','d1',1781935950000000,'blue','[{"measure":"depth","value":0.12}]');
    INSERT INTO trace VALUES('underpass-flooding','d1',1781935980000000,'red','[{"measure":"depth","value":0.41}]');
    DELETE FROM sqlite_sequence;
    INSERT INTO sqlite_sequence VALUES('outbox',7);
    INSERT INTO sqlite_sequence VALUES('sample',1);
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
    CREATE INDEX outbox_pending ON outbox (position) WHERE published IS NULL;
    CREATE INDEX outbox_retained ON outbox (topic) WHERE published IS NULL AND retained = 1;
    CREATE INDEX sample_key ON sample (feed, "column", reason);
    CREATE INDEX trace_instant ON trace (instant);
    CREATE INDEX event_key ON event ("key");
    COMMIT;
    """#
