public import GanzhiModel

/// A named windowed aggregate of a scenario, such as `depth: mean(1m)`.
public struct Measure: Sendable, Hashable, Codable {
    /// The name that conditions use.
    public let name: String
    /// What is computed.
    public let function: WindowFunction
    /// Over which windows.
    public let window: WindowSpec

    /// Creates a measure.
    public init(name: String, function: WindowFunction, window: WindowSpec) {
        self.name = name
        self.function = function
        self.window = window
    }

    /// Reads a measure as scenarios write it: `mean(5m)`, or `mean(12h, every: 5m)` for a hop of its own.
    ///
    /// - Parameters:
    ///   - name: The measure's name.
    ///   - text: The expression.
    ///   - every: The scenario's `every`; a hop of the measure's own must be a multiple of it.
    /// - Throws: ``GanzhiModel/ExpressionError`` with the place in `text`, what was seen and what would do.
    public init(name: String, parsing text: String, every: TimeSpan) throws(ExpressionError) {
        func fault(_ part: Substring, _ message: String, _ remedy: String) -> ExpressionError {
            ExpressionError(
                offset: text.distance(from: text.startIndex, to: part.startIndex),
                message: message,
                remedy: remedy
            )
        }
        func trimmed(_ part: Substring) -> Substring {
            var part = part.drop(while: \.isWhitespace)
            while part.last?.isWhitespace == true { part.removeLast() }
            return part
        }
        let whole = trimmed(text[...])
        guard let open = whole.firstIndex(of: "("), whole.last == ")" else {
            throw fault(
                whole,
                "“\(whole)” is not a measure.",
                "Write a function and a duration, such as `mean(5m)`."
            )
        }
        let functionName = trimmed(whole[..<open])
        guard let function = WindowFunction(rawValue: String(functionName)) else {
            let known = WindowFunction.allCases.map(\.rawValue).joined(separator: " ")
            throw fault(functionName, "There is no window function “\(functionName)”.", "Use one of: \(known).")
        }
        let arguments = whole[whole.index(after: open)..<whole.index(before: whole.endIndex)]
            .split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
        guard let size = TimeSpan(String(arguments[0])), size > .zero else {
            throw fault(
                arguments[0],
                "“\(arguments[0])” is not a window's length.",
                "Write a whole number above zero and one of ms s m h d, such as `5m`."
            )
        }
        var hop = every
        for argument in arguments.dropFirst() {
            let parts = argument.split(separator: ":", maxSplits: 1).map(trimmed)
            guard parts.count == 2, parts[0] == "every" else {
                throw fault(
                    argument,
                    "`\(functionName)` does not take “\(argument)”.",
                    "The only option is `every: 5m`."
                )
            }
            guard let span = TimeSpan(String(parts[1])), span > .zero, span.isMultiple(of: every) else {
                throw fault(
                    parts[1],
                    "A measure's own `every` must be a multiple of the scenario's, \(every).",
                    "Write a multiple of \(every), or leave `every` out."
                )
            }
            hop = span
        }
        self.init(name: name, function: function, window: WindowSpec(size: size, every: hop))
    }
}
