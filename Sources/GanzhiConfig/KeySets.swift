extension KeySet {
    static let catalogueSets: [KeySet] = []
    static let configSets: [KeySet] = []
}
