import GanzhiCatalogue

/// The words that catalogues use for grading and sharing, in English and as the law has them.
enum SharingWords {
    static let grading: [(word: String, choice: Grading)] = [
        ("core", .core), ("important", .important), ("general", .general),
        ("核心", .core), ("重要", .important), ("一般", .general),
    ]

    static let sharing: [(word: String, choice: Sharing)] = [
        ("unconditional", .unconditional), ("conditional", .conditional), ("none", .none),
        ("无条件", .unconditional), ("有条件", .conditional), ("不予", .none),
    ]
}
