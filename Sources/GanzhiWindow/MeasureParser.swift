import GanzhiModel

/// Reads the expression of a measure; see ``Measure/init(name:parsing:every:)``.
struct MeasureParser {
    /// Functions by the name that measures use; those with a number or an option are made with it.
    private static let plain: [WindowFunction] = [
        .count, .sum, .min, .max, .mean, .first, .last, .delta, .rate, .slope, .twa, .distinct, .circularMean,
    ]
    private let text: String
    private let every: TimeSpan
    /// Name of the series; empty where none is named.
    private var series: Substring = ""
    private var number: (value: Double, unit: String, part: Substring)?
    private var window: WindowSpec?
    /// Whether the window is written with its kind.
    private var isWindowNamed = false
    private var hop: TimeSpan?
    private var isSample: Bool?

    init(text: String, every: TimeSpan) {
        self.text = text
        self.every = every
    }

    mutating func measure(named name: String) throws(ExpressionError) -> Measure {
        let whole = Self.trimmed(text[...])
        var (function, arguments) = try call(
            whole,
            example: "Write a function and a duration, such as `mean(5m)`."
        )
        let takesNumber = try Self.takesNumber(function, of: self)
        if let first = arguments.first, Self.isSeriesName(first) {
            series = first
            arguments.removeFirst()
            guard !arguments.isEmpty else {
                throw fault(first, "A window is missing behind “\(first)”.", "Write `\(function)(\(first), 5m)`.")
            }
        }
        for (index, argument) in arguments.enumerated() {
            if index == 0, takesNumber, arguments.count > 1, !arguments[1].contains(":") {
                number = try number(argument)
            } else if window == nil {
                window = try window(argument)
            } else {
                try option(argument, of: function, takesNumber: takesNumber)
            }
        }
        let spec = try finishedWindow(whole)
        let made = try make(function)
        return Measure(name: name, series: String(series), function: made.function, unit: made.unit, window: spec)
    }

    // MARK: Parts

    /// A name and the arguments between its brackets.
    private func call(
        _ part: Substring,
        example: String
    ) throws(ExpressionError) -> (name: Substring, arguments: [Substring]) {
        guard let open = part.firstIndex(of: "("), part.last == ")" else {
            throw fault(part, "“\(part)” is not a measure.", example)
        }
        var arguments: [Substring] = []
        var start = part.index(after: open)
        var depth = 0
        let end = part.index(before: part.endIndex)
        for index in part[start..<end].indices {
            switch part[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                arguments.append(Self.trimmed(part[start..<index]))
                start = part.index(after: index)
            default: break
            }
        }
        arguments.append(Self.trimmed(part[start..<end]))
        return (Self.trimmed(part[..<open]), arguments)
    }

    /// Whether a text can name a series: one word of letters, digits, `-` and `_` that begins with a letter, and no
    /// window.
    static func isSeriesName(_ text: some StringProtocol) -> Bool {
        guard let first = text.first, first.isLetter || first == "_", text.count <= 64 else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
            && !windows.contains(String(text))
    }

    private static let windows = ["tumbling", "hopping", "sliding", "session"]

    /// Whether a function is written with a number; `p95` has its number in the name.
    private static func takesNumber(
        _ name: Substring,
        of parser: MeasureParser
    ) throws(ExpressionError) -> Bool {
        switch name {
        case "above", "below", "quantile": return true
        case "stddev", "variance": return false
        default:
            if plain.contains(where: { $0.name == name }) || percentile(name) != nil { return false }
            let suggestion =
                Suggestion.nearest(to: String(name), in: WindowFunction.names).map { "Did you mean `\($0)`? " } ?? ""
            throw parser.fault(
                name,
                "There is no window function “\(name)”.",
                "\(suggestion)Use one of: \(WindowFunction.names.joined(separator: " ")), or a percentile such as p95."
            )
        }
    }

    private static func percentile(_ name: Substring) -> Double? {
        guard name.first == "p", let percent = Int(name.dropFirst()), (1...99).contains(percent), name == "p\(percent)"
        else { return nil }
        return Double(percent) / 100
    }

    private mutating func window(_ part: Substring) throws(ExpressionError) -> WindowSpec {
        guard part.contains("(") else { return .hopping(try span(part), every: every) }
        isWindowNamed = true
        let (kind, arguments) = try call(part, example: "Write a window such as `sliding(5m)`.")
        let expected = kind == "hopping" ? 2 : 1
        guard Self.windows.contains(String(kind)) else {
            throw fault(
                kind,
                "There is no window “\(kind)”.",
                "Use a duration, `tumbling(5m)`, `hopping(5m, 1m)`, `sliding(5m)` or `session(10m)`."
            )
        }
        guard arguments.count == expected else {
            throw fault(
                part,
                "`\(kind)` takes \(expected == 1 ? "one duration" : "two durations"), not \(arguments.count).",
                kind == "hopping" ? "Write size and hop, such as `hopping(5m, 1m)`." : "Write `\(kind)(5m)`."
            )
        }
        let size = try span(arguments[0])
        switch kind {
        case "sliding": return .sliding(size)
        case "session": return .session(gap: size)
        case "tumbling": return .hopping(size, every: try checkedHop(size, arguments[0]))
        default: return .hopping(size, every: try checkedHop(span(arguments[1]), arguments[1]))
        }
    }

    private func span(_ part: Substring) throws(ExpressionError) -> TimeSpan {
        guard let span = TimeSpan(String(part)), span > .zero else {
            throw fault(
                part,
                "“\(part)” is not a window's length.",
                "Write a whole number above zero and one of ms s m h d, such as `5m`, up to \(TimeSpan.longest)."
            )
        }
        return span
    }

    private func checkedHop(_ hop: TimeSpan, _ part: Substring) throws(ExpressionError) -> TimeSpan {
        guard hop.isMultiple(of: every) else {
            throw fault(
                part,
                "A measure's own `every` must be a multiple of the scenario's, \(every).",
                "Write a multiple of \(every), or leave `every` out."
            )
        }
        return hop
    }

    private func number(_ part: Substring) throws(ExpressionError) -> (value: Double, unit: String, part: Substring) {
        let digits = part.prefix { $0.isNumber || "+-.eE".contains($0) }
        // A unit may begin with e, as in `3 eV`.
        let literal = Double(digits) == nil ? digits.prefix { !$0.isLetter } : digits
        guard let value = Double(literal), value.isFinite else {
            throw fault(part, "“\(part)” is not a number.", "Write a number first, such as `quantile(0.95, 5m)`.")
        }
        return (value, String(Self.trimmed(part.dropFirst(literal.count))), part)
    }

    private mutating func option(
        _ part: Substring,
        of function: Substring,
        takesNumber: Bool
    ) throws(ExpressionError) {
        let parts = part.split(separator: ":", maxSplits: 1).map(Self.trimmed)
        let known = Self.options(of: function, takesNumber: takesNumber)
        guard parts.count == 2, known.contains(String(parts[0])) else {
            throw fault(
                part,
                "`\(function)` does not take “\(part)”.",
                known.count == 1
                    ? "The only option is `every: 5m`."
                    : "Options are \(known.map { "`\($0):`" }.joined(separator: " "))."
            )
        }
        switch parts[0] {
        case "every":
            guard let span = TimeSpan(String(parts[1])), span > .zero else {
                throw fault(
                    parts[1],
                    "“\(parts[1])” is not a hop.",
                    "Write a multiple of \(every), or leave `every` out."
                )
            }
            hop = try checkedHop(span, parts[1])
            if let window, isWindowNamed {
                throw fault(part, "`\(window)` says by itself where it ends.", "Leave `every` out.")
            }
        case "sample":
            guard let truth = Bool(String(parts[1])) else {
                throw fault(parts[1], "`sample` is true or false, not “\(parts[1])”.", "Write `sample: true`.")
            }
            isSample = truth
        default: number = try number(parts[1])
        }
    }

    private static func options(of function: Substring, takesNumber: Bool) -> [String] {
        switch function {
        case "stddev", "variance": ["every", "sample"]
        case "quantile": ["every", "q"]
        default: takesNumber ? ["every", "x"] : ["every"]
        }
    }

    private func finishedWindow(_ whole: Substring) throws(ExpressionError) -> WindowSpec {
        guard let window else {
            throw fault(whole, "A window is missing.", "Write a duration behind the number, such as `5m`.")
        }
        return hop.map { .hopping(window.size, every: $0) } ?? window
    }

    private func make(_ name: Substring) throws(ExpressionError) -> (function: WindowFunction, unit: String) {
        if let function = Self.plain.first(where: { $0.name == name }) { return (function, "") }
        if let share = Self.percentile(name) { return (.quantile(share), "") }
        if name == "stddev" { return (.stddev(sample: isSample ?? false), "") }
        if name == "variance" { return (.variance(sample: isSample ?? false), "") }
        guard let number else {
            throw fault(
                name,
                "`\(name)` needs a number.",
                name == "quantile" ? "Write `quantile(0.95, 5m)`." : "Write `\(name)(30 cm, 5m)`."
            )
        }
        guard name == "quantile" else {
            return (name == "above" ? .above(number.value) : .below(number.value), number.unit)
        }
        let share = number.unit == "%" ? number.value / 100 : number.value
        guard number.unit.isEmpty || number.unit == "%", (0...1).contains(share) else {
            throw fault(
                number.part,
                "“\(number.part)” is not a share between 0 and 1.",
                "Write a share such as `0.95`, or `95 %`."
            )
        }
        return (.quantile(share), "")
    }

    private static func trimmed(_ part: Substring) -> Substring {
        var part = part.drop(while: \.isWhitespace)
        while part.last?.isWhitespace == true { part.removeLast() }
        return part
    }

    func fault(_ part: Substring, _ message: String, _ remedy: String) -> ExpressionError {
        ExpressionError(
            offset: text.distance(from: text.startIndex, to: part.startIndex),
            message: message,
            remedy: remedy
        )
    }
}
