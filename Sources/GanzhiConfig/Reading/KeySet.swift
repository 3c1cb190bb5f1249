/// The keys that a mapping may have, as the readers know them and the schemas list them.
struct KeySet: Sendable {
    /// What the mapping is, for people: `a scenario`, `time`.
    let name: String
    /// Where the schema lists the same keys: `scenario.schema.json#/$defs/time`.
    let schema: String
    /// The keys that may stand there.
    let known: [String]
    /// Keys of the language that this version does not do yet, and what works today.
    let later: [String: String]
    /// Keys that people expect and that are kept out on purpose, and why.
    let refused: [String: Fault]

    init(
        _ name: String,
        schema: String,
        _ known: [String],
        later: [String: String] = [:],
        refused: [String: Fault] = [:]
    ) {
        self.name = name
        self.schema = schema
        self.known = known
        self.later = later
        self.refused = refused
    }

    /// Every set, so that a test can hold the readers against the schemas.
    static let all: [KeySet] = scenarioSets + catalogueSets + configSets + ruleTestSets
}
