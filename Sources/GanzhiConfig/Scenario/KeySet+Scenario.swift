extension KeySet {
    static let scenarioSets = [
        scenario, scenarioSource, scenarioWatch, scenarioTime, scenarioLevels, scenarioLevel, scenarioClear,
        scenarioEvidence, scenarioAdvice,
    ]

    static let scenario = KeySet(
        "a scenario",
        schema: "scenario.schema.json#",
        [
            "$schema", "scenario", "title", "owner", "stage", "source", "watch", "time", "measures", "levels", "clear",
            "evidence", "advice", "category", "urgency", "expires",
        ],
        later: [
            "eager": "Remove it: a level is raised at the next multiple of `every`, so shorten `every`.",
            "inhibit": "Remove it: every scenario warns for itself.",
            "maintenance": "Remove it: take the scenario to `stage: trial` while people work on the devices.",
            "silences": "Remove it: take the scenario to `stage: trial` to keep it quiet.",
            "response": "Remove it: write what to do under `advice`.",
            "reference": "Remove it: watch one metric of one device.",
            "release": "Remove it: name the department that answers under `owner`.",
            "calendar": "Remove it: conditions hold at every hour of every day.",
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
        ["metric", "where", "per"],
        later: ["series": "Name one metric with `metric`, and write a scenario for each metric."]
    )

    static let scenarioTime = KeySet(
        "`time`",
        schema: "scenario.schema.json#/$defs/time",
        ["every", "lateness", "idle", "silence", "revise", "from"],
        later: [
            "eager": "Remove it: a level is raised at the next multiple of `every`, so shorten `every`."
        ]
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
        later: ["eager": "Remove it: a level is raised at the next multiple of `every`, so shorten `every`."]
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
}
