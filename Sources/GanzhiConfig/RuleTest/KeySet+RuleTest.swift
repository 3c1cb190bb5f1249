extension KeySet {
    static let ruleTestSets = [ruleTests, ruleTest, ruleTestExpectation]

    static let ruleTests = KeySet(
        "a file of rule tests",
        schema: "test.schema.json#",
        ["$schema", "scenarios", "catalogue", "zone", "calendar", "units", "tests"]
    )

    static let ruleTest = KeySet(
        "a test",
        schema: "test.schema.json#/$defs/test",
        ["name", "start", "interval", "series", "expect"]
    )

    static let ruleTestExpectation = KeySet(
        "an expected event",
        schema: "test.schema.json#/$defs/expectation",
        ["at", "scenario", "key", "event", "level", "previous", "evidence", "reason"]
    )
}
