/// What the language of scenarios will have and this version does not: named, so that nobody takes it for a typing error.
enum Later {
    /// Window functions of the language that this version does not compute.
    private static let functions: Set<String> = ["forecast", "anomaly"]

    /// What a measure asks for that is not done yet, its offset in the text, and what works today.
    static func inMeasure(_ text: String) -> (offset: Int, message: String, remedy: String)? {
        let start = text.prefix { $0.isWhitespace }.count
        let name = text.dropFirst(start).prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        guard functions.contains(String(name)) else { return nil }
        return (
            start, "`\(name)` belongs to the language, but this version does not do it yet.",
            "Use `slope` or `delta` and a threshold."
        )
    }
}
