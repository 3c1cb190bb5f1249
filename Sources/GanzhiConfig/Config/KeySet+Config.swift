extension KeySet {
    static let configSets = [
        config, configCalendar, configDevices, configTopics, configEventLog, configBroker, configTLS, configFeed,
        configMapping, configJournal, configCheckpoints, configOutbox, configHTTP,
    ]

    static let config = KeySet(
        "the config",
        schema: "config.schema.json#",
        [
            "$schema", "city", "node", "zone", "calendar", "devices", "status", "data", "catalogue", "scenarios",
            "topics", "event-log", "broker", "feeds", "journal", "checkpoints", "outbox", "http",
        ]
    )

    static let configCalendar = KeySet(
        "`calendar`",
        schema: "config.schema.json#/$defs/calendar",
        ["holidays", "workdays"]
    )

    static let configDevices = KeySet(
        "`devices`",
        schema: "config.schema.json#/$defs/devices",
        ["silent-after", "otherwise"]
    )

    static let configTopics = KeySet("`topics`", schema: "config.schema.json#/$defs/topics", ["root"])

    static let configEventLog = KeySet("`event-log`", schema: "config.schema.json#/$defs/event-log", ["path"])

    static let configHTTP = KeySet("`http`", schema: "config.schema.json#/$defs/http", ["listen"])

    static let configBroker = KeySet(
        "`broker`",
        schema: "config.schema.json#/$defs/broker",
        [
            "host", "port", "protocol", "client-id", "username", "password-file", "password-env", "keepalive",
            "session-expiry", "connections", "tls",
        ],
        refused: [
            "password": Fault(
                "A password does not belong into a config file, which is copied and shown.",
                "Put it into a file with mode 0600 and name that with `password-file`, or use `password-env`."
            )
        ]
    )

    static let configTLS = KeySet(
        "`tls`",
        schema: "config.schema.json#/$defs/tls",
        ["ca", "certificate", "key", "verify-host"]
    )

    static let configFeed = KeySet(
        "a feed",
        schema: "config.schema.json#/$defs/feed",
        ["name", "topic", "qos", "format", "max-ahead", "retained", "mapping"]
    )

    static let configMapping = KeySet(
        "`mapping`",
        schema: "config.schema.json#/$defs/mapping",
        [
            "records", "device", "metric", "value", "unit", "time", "text-numbers", "time-format",
            "skip-without-value",
        ]
    )

    static let configOutbox = KeySet("`outbox`", schema: "config.schema.json#/$defs/outbox", ["limit"])

    static let configJournal = KeySet(
        "`journal`",
        schema: "config.schema.json#/$defs/journal",
        ["segment", "keep-for", "keep-size"]
    )

    static let configCheckpoints = KeySet(
        "`checkpoints`",
        schema: "config.schema.json#/$defs/checkpoints",
        ["every", "keep"]
    )
}
