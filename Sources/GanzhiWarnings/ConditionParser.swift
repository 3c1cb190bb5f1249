public import GanzhiModel

/// Reads conditions such as `depth >= 27 cm or rise >= 15 cm`.
///
/// ```
/// condition  = all { "or" all }
/// all        = one { "and" one }
/// one        = "not" one | "(" condition ")" | operand comparison operand
///            | "at" "least" number "of" "(" condition ")" [ "within" number unit ]
///            | "between" time "and" time | "on" ( "workday" | "restday" | "holiday" | "weekend" )
/// operand    = measure | number [unit] | ( "mean" | "min" | "max" | "sum" ) "of" measure
///            | ( "count" | "share" ) "of" "(" condition ")"
/// ```
///
/// Words such as `mean` and `count` stay names of measures where no `of` follows. What is asked of the members of a
/// group holds no other group.
public struct ConditionParser {
    /// Reads a whole text as a condition.
    ///
    /// - Throws: ``GanzhiModel/ExpressionError`` at the first character that does not fit.
    public static func parse(_ text: String) throws(ExpressionError) -> Condition { try parsePlaced(text).condition }

    /// Reads a whole text as a condition, with where its parts stand.
    ///
    /// - Returns: The condition, and the characters before each part in the order of the text: before each operand, each
    ///   `at least`, the distance behind it, each `between` and each `on`.
    /// - Throws: ``GanzhiModel/ExpressionError`` at the first character that does not fit.
    public static func parsePlaced(
        _ text: String
    ) throws(ExpressionError) -> (condition: Condition, places: [Int]) {
        var parser = ConditionParser(text: text)
        let condition = try parser.condition(depth: 0)
        if let token = parser.lexer.token {
            throw parser.fault(
                at: token,
                "“\(token.text)” stands where the condition has ended.",
                "Join conditions with `and` or `or`."
            )
        }
        return (condition, parser.places)
    }

    /// Brackets and `not`s may be nested this deep; it bounds the stack of the parser and of the evaluation.
    public static let maximumDepth = 30

    /// Words that cannot be names of measures.
    public static let keywords = ["and", "or", "not", "between", "on", "at"]

    private var lexer: ConditionLexer
    private var places: [Int] = []
    /// Whether the condition is asked of members of a group.
    private var isOfMembers = false

    private init(text: String) { lexer = ConditionLexer(text) }

    private mutating func condition(depth: Int) throws(ExpressionError) -> Condition {
        var left = try all(depth: depth)
        while lexer.token?.text == "or" {
            lexer.advance()
            left = .or(left, try all(depth: depth))
        }
        return left
    }

    private mutating func all(depth: Int) throws(ExpressionError) -> Condition {
        var left = try one(depth: depth)
        while lexer.token?.text == "and" {
            lexer.advance()
            left = .and(left, try one(depth: depth))
        }
        return left
    }

    private mutating func one(depth: Int) throws(ExpressionError) -> Condition {
        guard depth < Self.maximumDepth else {
            throw fault(
                at: lexer.token,
                "Brackets are nested deeper than \(Self.maximumDepth).",
                "Split the condition."
            )
        }
        switch lexer.token?.text {
        case "not":
            lexer.advance()
            return .not(try one(depth: depth + 1))
        case "(": return try bracket(depth: depth)
        case "at": return try atLeast(depth: depth)
        case "between": return try between()
        case "on": return try onDay()
        default: return try comparison(depth: depth)
        }
    }

    private mutating func bracket(depth: Int) throws(ExpressionError) -> Condition {
        lexer.advance()
        let inner = try condition(depth: depth + 1)
        guard lexer.token?.kind == .close else { throw fault(at: lexer.token, "A bracket is not closed.", "Add `)`.") }
        lexer.advance()
        return inner
    }

    // MARK: Comparisons

    private mutating func comparison(depth: Int) throws(ExpressionError) -> Condition {
        let start = lexer.token
        let left = try operand(depth: depth)
        guard let sign = lexer.token, sign.kind == .comparison,
            let comparison = Condition.Comparison(rawValue: String(sign.text))
        else {
            throw fault(
                at: lexer.token,
                "A comparison is missing\(lexer.token.map { " before “\($0.text)”" } ?? " at the end").",
                "Write one of >= > <= < == != and a threshold, such as `depth >= 10 cm`."
            )
        }
        lexer.advance()
        let other = lexer.token
        let right = try operand(depth: depth)
        switch (left, right) {
        case (.number, .number):
            throw fault(
                at: start,
                "“\(left) \(comparison.rawValue) \(right)” compares two numbers.",
                "Name a measure on one side."
            )
        case (.count, .number), (.share, .number), (.number, .count), (.number, .share): break
        case (.count, _), (.share, _): throw comparedWithNoNumber(left, with: right, at: other)
        case (_, .count), (_, .share): throw comparedWithNoNumber(right, with: left, at: start)
        default: break
        }
        return .compare(left, comparison, right)
    }

    private func comparedWithNoNumber(
        _ operand: Condition.Operand,
        with other: Condition.Operand,
        at token: ConditionLexer.Token?
    ) -> ExpressionError {
        let isShare = if case .share = operand { true } else { false }
        let form = isShare ? "share of (…)" : "count of (…)"
        return fault(
            at: token,
            "`\(form)` is compared with “\(other)”, which is no number.",
            isShare ? "Write a share, such as `\(form) >= 50 %`." : "Write a number, such as `\(form) >= 3`."
        )
    }

    private mutating func operand(depth: Int) throws(ExpressionError) -> Condition.Operand {
        guard let current = lexer.token, current.kind == .word || current.kind == .number,
            !Self.keywords.contains(String(current.text))
        else {
            throw fault(
                at: lexer.token,
                lexer.token.map { "“\($0.text)” is neither a measure nor a number." }
                    ?? "The condition ends too early.",
                "Write the name of a measure or a number with its unit, such as `10 cm`."
            )
        }
        places.append(lexer.offset(of: current))
        guard current.kind == .word else { return .number(String(current.text), unit: lexer.takeUnit()) }
        lexer.advance()
        guard lexer.token?.text == "of" else { return .measure(String(current.text)) }
        lexer.advance()
        switch current.text {
        case "count": return .count(of: try members(of: "count of", at: current, depth: depth))
        case "share": return .share(of: try members(of: "share of", at: current, depth: depth))
        default: return try members(current)
        }
    }

    // MARK: Groups

    /// The measure behind `mean of` and the like.
    private mutating func members(_ word: ConditionLexer.Token) throws(ExpressionError) -> Condition.Operand {
        guard let function = Condition.GroupFunction(rawValue: String(word.text)) else {
            let names = Condition.GroupFunction.allCases.map(\.rawValue) + ["count", "share"]
            throw fault(
                at: word,
                "“\(word.text) of” is nothing that a group's members can be asked for.",
                Suggestion.nearest(to: String(word.text), in: names).map { "Did you mean `\($0) of`?" }
                    ?? "Write one of: \(names.map { "`\($0) of`" }.joined(separator: " "))."
            )
        }
        try checkIsNoMember("\(word.text) of", at: word)
        guard let name = lexer.token, name.kind == .word, !Self.keywords.contains(String(name.text)) else {
            throw fault(
                at: lexer.token,
                "`\(word.text) of` needs the name of a measure"
                    + (lexer.token.map { ", not “\($0.text)”." } ?? "; the condition ends too early."),
                "Write for example `\(word.text) of depth >= 10 cm`."
            )
        }
        lexer.advance()
        return .members(function, of: String(name.text))
    }

    /// The condition in the brackets behind `count of` and the like.
    private mutating func members(
        of form: String,
        at start: ConditionLexer.Token?,
        depth: Int
    ) throws(ExpressionError) -> Condition {
        try checkIsNoMember(form, at: start)
        guard lexer.token?.kind == .open else {
            throw fault(
                at: lexer.token,
                "`\(form)` needs a condition in brackets"
                    + (lexer.token.map { ", not “\($0.text)”." } ?? "; the condition ends too early."),
                "Write for example `\(form) (depth >= 10 cm)`."
            )
        }
        isOfMembers = true
        defer { isOfMembers = false }
        return try bracket(depth: depth)
    }

    private func checkIsNoMember(_ form: String, at token: ConditionLexer.Token?) throws(ExpressionError) {
        guard isOfMembers else { return }
        throw fault(
            at: token,
            "`\(form)` stands in the brackets of another group, where each member is asked by itself.",
            "Compare measures in the brackets, and join groups outside of them with `and` or `or`."
        )
    }

    private mutating func atLeast(depth: Int) throws(ExpressionError) -> Condition {
        let start = lexer.token
        places.append(lexer.offset(of: start))
        let example = "Write for example `at least 3 of (depth >= 10 cm) within 500 m`."
        lexer.advance()
        guard lexer.token?.text == "least" else {
            throw fault(at: lexer.token, "`at` is not followed by `least`.", example)
        }
        lexer.advance()
        guard let least = lexer.token.flatMap({ token in token.text.first == "+" ? nil : Int(token.text) }), least > 0
        else {
            throw fault(
                at: lexer.token,
                lexer.token.map { "“\($0.text)” is not a number of members, which is a whole number above 0." }
                    ?? "The condition ends too early.",
                example
            )
        }
        lexer.advance()
        guard lexer.token?.text == "of" else {
            throw fault(at: lexer.token, "`at least \(least)` is not followed by `of`.", example)
        }
        lexer.advance()
        let inner = try members(of: "at least \(least) of", at: start, depth: depth)
        guard lexer.token?.text == "within" else { return .atLeast(least, of: inner, within: nil) }
        lexer.advance()
        guard let number = lexer.token, number.kind == .number else {
            throw fault(at: lexer.token, "`within` is not followed by a distance.", "Write for example `within 500 m`.")
        }
        places.append(lexer.offset(of: number))
        let unit = lexer.takeUnit()
        guard !unit.isEmpty else {
            throw fault(
                at: number,
                "“\(number.text)” has no unit, so it is not a distance.",
                "Write a unit of length, such as `within \(number.text) m`."
            )
        }
        return .atLeast(least, of: inner, within: Condition.Distance(number: String(number.text), unit: unit))
    }

    // MARK: Clocks

    private mutating func between() throws(ExpressionError) -> Condition {
        places.append(lexer.offset(of: lexer.token))
        lexer.advance()
        let from = try timeOfDay()
        guard lexer.token?.text == "and" else {
            throw fault(
                at: lexer.token,
                "`between` needs two times of day joined by `and`.",
                "Write for example `between 22:00 and 06:00`."
            )
        }
        lexer.advance()
        return .between(LocalHours(from: from, to: try timeOfDay()))
    }

    private mutating func timeOfDay() throws(ExpressionError) -> TimeSpan {
        let start = lexer.token
        guard let time = lexer.takeTimeOfDay() else {
            throw fault(
                at: start,
                start.map { "“\($0.text)” does not begin a time of day." } ?? "A time of day is missing.",
                "Write hours and minutes from `00:00` to `23:59`, such as `between 22:00 and 06:00`."
            )
        }
        return time
    }

    private mutating func onDay() throws(ExpressionError) -> Condition {
        places.append(lexer.offset(of: lexer.token))
        lexer.advance()
        let words = DayType.allCases.map(\.rawValue)
        guard let word = lexer.token, let type = DayType(rawValue: String(word.text)) else {
            let suggestion = lexer.token.flatMap { Suggestion.nearest(to: String($0.text), in: words) }
            throw fault(
                at: lexer.token,
                lexer.token.map { "“\($0.text)” is not a type of day." } ?? "A type of day is missing.",
                suggestion.map { "Did you mean `on \($0)`?" }
                    ?? "Write one of: \(words.map { "`on \($0)`" }.joined(separator: " "))."
            )
        }
        lexer.advance()
        return .on(type)
    }

    private func fault(at token: ConditionLexer.Token?, _ message: String, _ remedy: String) -> ExpressionError {
        ExpressionError(offset: lexer.offset(of: token), message: message, remedy: remedy)
    }
}
