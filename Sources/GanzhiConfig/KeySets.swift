extension KeySet {
    static let configSets: [KeySet] = []
}
