/// What the language of scenarios will have and this version does not: named, so that nobody takes it for a typing error.
enum Later {
    /// Window functions of the language that this version does not compute.
    private static let functions: Set<String> = ["forecast", "anomaly"]

    /// What a measure asks for that is not done yet, its offset in the text, and what works today.
    static func inMeasure(_ text: String) -> (offset: Int, message: String, remedy: String)? {
        if let group = group(in: text) { return group }
        let start = text.prefix { $0.isWhitespace }.count
        let name = text.dropFirst(start).prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        if functions.contains(String(name)) {
            return (
                start, "`\(name)` belongs to the language, but this version does not do it yet.",
                "Use `slope` or `delta` and a threshold."
            )
        }
        // `sum(rain, 1h)`: the first argument names a series, the second is a duration.
        guard let open = text.firstIndex(of: "("), let comma = text[open...].firstIndex(of: ",") else { return nil }
        let argument = text[text.index(after: open)..<comma].drop(while: \.isWhitespace)
        guard argument.first?.isLetter == true, !argument.contains(":"), !argument.contains("(") else { return nil }
        return (
            text.distance(from: text.startIndex, to: argument.startIndex),
            "“\(argument)” names a series; several series in one scenario are not done yet.",
            "Leave it out: measures take the one metric of `watch`."
        )
    }

    /// What a condition asks for that is not done yet, its offset in the text, and what works today.
    static func inCondition(_ text: String) -> (offset: Int, message: String, remedy: String)? {
        if let group = group(in: text) { return group }
        for word in words(of: text) where word == "between" || word == "within" {
            return (
                text.distance(from: text.startIndex, to: word.startIndex),
                "`\(word)` belongs to the language, but this version does not do it yet.",
                "Compare measures with >= > <= < == !=, joined by `and`, `or`, `not`."
            )
        }
        return nil
    }

    private static func group(in text: String) -> (offset: Int, message: String, remedy: String)? {
        let words = words(of: text)
        guard let index = words.firstIndex(of: "of"), index > 0 else { return nil }
        let start = words.lastIndex(of: "at").map { $0 < index ? $0 : index - 1 } ?? index - 1
        return (
            text.distance(from: text.startIndex, to: words[start].startIndex),
            "Measures over the members of a group (`… of`) belong to the language, but this version does not do them yet.",
            "Use `per: device`: each device is then judged by itself."
        )
    }

    private static func words(of text: String) -> [Substring] {
        text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }
}
