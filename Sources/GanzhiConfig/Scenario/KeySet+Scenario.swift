extension KeySet {
    static let scenarioSets = [
        scenario, scenarioSource, scenarioWatch, scenarioSeries, scenarioTime, scenarioLevels, scenarioLevel,
        scenarioClear, scenarioEvidence, scenarioAdvice, scenarioMaintenance, scenarioFlapping,
    ]

    static let scenario = KeySet(
        "a scenario",
        schema: "scenario.schema.json#",
        [
            "$schema", "scenario", "title", "owner", "stage", "source", "watch", "time", "eager", "measures", "levels",
            "clear", "evidence", "advice", "category", "urgency", "expires", "inhibit", "maintenance", "flapping",
        ],
        later: [
            "response": "Remove it: write what to do under `advice`.",
            "reference": "Remove it: watch several metrics with `watch: {series: …}`.",
            "release": "Remove it: name the department that answers under `owner`.",
        ],
        refused: [
            "silences": Fault(
                "Silences come and go without a new version of the scenario, so they do not stand in it.",
                "Use `ganzhi silence add`; for hours that are known in advance use `maintenance`."
            ),
            "calendar": Fault(
                "The city's calendar holds for all scenarios, so it does not stand in one.",
                "Write `calendar` into the config, and conditions such as `on workday`."
            ),
        ]
    )

    static let scenarioSource = KeySet(
        "`source`",
        schema: "scenario.schema.json#/$defs/source",
        ["title", "kind", "valid-from", "valid-to"],
        later: ["clause": "Write the clause into `title`."]
    )

    static let scenarioWatch = KeySet(
        "`watch`",
        schema: "scenario.schema.json#/$defs/watch",
        ["metric", "where", "series", "per"]
    )

    static let scenarioSeries = KeySet(
        "a series",
        schema: "scenario.schema.json#/$defs/series",
        ["metric", "where"],
        refused: [
            "per": Fault(
                "What a warning is about is the same for all series of a scenario.",
                "Write `per` under `watch`."
            )
        ]
    )

    static let scenarioTime = KeySet(
        "`time`",
        schema: "scenario.schema.json#/$defs/time",
        ["every", "lateness", "idle", "silence", "revise", "from"],
        refused: ["eager": eagerElsewhere]
    )

    private static let eagerElsewhere = Fault(
        "`eager` is a key of the whole scenario.",
        "Write `eager: true` in a line of its own, beside `time` and `levels`."
    )

    static let scenarioLevels = KeySet(
        "`levels`",
        schema: "scenario.schema.json#/$defs/levels",
        ["blue", "yellow", "orange", "red"]
    )

    static let scenarioLevel = KeySet(
        "a level",
        schema: "scenario.schema.json#/$defs/level",
        ["when", "for", "until"],
        refused: ["eager": eagerElsewhere]
    )

    static let scenarioClear = KeySet(
        "`clear`",
        schema: "scenario.schema.json#/$defs/clear",
        ["when", "for"]
    )

    static let scenarioEvidence = KeySet(
        "`evidence`",
        schema: "scenario.schema.json#/$defs/evidence",
        ["coverage", "quiet"]
    )

    static let scenarioAdvice = KeySet(
        "`advice`",
        schema: "scenario.schema.json#/$defs/advice",
        ["blue", "yellow", "orange", "red"]
    )

    static let scenarioMaintenance = KeySet(
        "a time of maintenance",
        schema: "scenario.schema.json#/$defs/maintenance",
        ["between", "on", "from", "to", "reason"]
    )

    static let scenarioFlapping = KeySet(
        "`flapping`",
        schema: "scenario.schema.json#/$defs/flapping",
        ["changes", "within"]
    )
}
