public import GanzhiModel

/// Reads conditions such as `depth >= 27 cm or rise >= 15 cm`.
///
/// ```
/// condition  = all { "or" all }
/// all        = one { "and" one }
/// one        = "not" one | "(" condition ")" | operand comparison operand
/// operand    = measure | number [unit]
/// ```
public struct ConditionParser {
    /// Reads a whole text as a condition.
    ///
    /// - Throws: ``GanzhiModel/ExpressionError`` at the first character that does not fit.
    public static func parse(_ text: String) throws(ExpressionError) -> Condition {
        var parser = ConditionParser(text: text)
        let condition = try parser.condition(depth: 0)
        if let token = parser.token {
            throw parser.fault(
                at: token,
                "“\(token.text)” stands where the condition has ended.",
                "Join conditions with `and` or `or`."
            )
        }
        return condition
    }

    /// Brackets and `not`s may be nested this deep; it bounds the stack of the parser and of the evaluation.
    public static let maximumDepth = 30

    private struct Token {
        var text: Substring
        var kind: Kind
        enum Kind { case word, number, comparison, open, close }
    }

    private let text: String
    private var rest: Substring
    private var token: Token?

    private init(text: String) {
        self.text = text
        rest = text[...]
        advance()
    }

    private mutating func condition(depth: Int) throws(ExpressionError) -> Condition {
        var left = try all(depth: depth)
        while token?.text == "or" {
            advance()
            left = .or(left, try all(depth: depth))
        }
        return left
    }

    private mutating func all(depth: Int) throws(ExpressionError) -> Condition {
        var left = try one(depth: depth)
        while token?.text == "and" {
            advance()
            left = .and(left, try one(depth: depth))
        }
        return left
    }

    private mutating func one(depth: Int) throws(ExpressionError) -> Condition {
        guard depth < Self.maximumDepth else {
            throw fault(
                at: token,
                "Brackets are nested deeper than \(Self.maximumDepth).",
                "Split the condition."
            )
        }
        if token?.text == "not" {
            advance()
            return .not(try one(depth: depth + 1))
        }
        if token?.kind == .open {
            advance()
            let inner = try condition(depth: depth + 1)
            guard token?.kind == .close else {
                throw fault(at: token, "A bracket is not closed.", "Add `)`.")
            }
            advance()
            return inner
        }
        let start = token
        let left = try operand()
        guard let sign = token, sign.kind == .comparison,
            let comparison = Condition.Comparison(rawValue: String(sign.text))
        else {
            throw fault(
                at: token,
                "A comparison is missing\(token.map { " before “\($0.text)”" } ?? " at the end").",
                "Write one of >= > <= < == != and a threshold, such as `depth >= 10 cm`."
            )
        }
        advance()
        let right = try operand()
        if case .number = left, case .number = right {
            throw fault(
                at: start,
                "“\(left) \(comparison.rawValue) \(right)” compares two numbers.",
                "Name a measure on one side."
            )
        }
        return .compare(left, comparison, right)
    }

    private mutating func operand() throws(ExpressionError) -> Condition.Operand {
        guard let current = token, current.kind == .word || current.kind == .number, !Self.isKeyword(current.text)
        else {
            throw fault(
                at: token,
                token.map { "“\($0.text)” is neither a measure nor a number." } ?? "The condition ends too early.",
                "Write the name of a measure or a number with its unit, such as `10 cm`."
            )
        }
        if current.kind == .word {
            advance()
            return .measure(String(current.text))
        }
        let unit = takeUnit()
        advance()
        return .number(String(current.text), unit: unit)
    }

    /// The unit behind a number: all up to a blank, a bracket or a comparison, unless it is a keyword.
    private mutating func takeUnit() -> String {
        let start = rest.drop(while: \.isWhitespace)
        let unit = start.prefix { !$0.isWhitespace && !"()<>=!".contains($0) }
        guard !unit.isEmpty, !Self.isKeyword(unit) else { return "" }
        rest = start[unit.endIndex...]
        return String(unit)
    }

    private static func isKeyword(_ text: Substring) -> Bool { text == "and" || text == "or" || text == "not" }

    private mutating func advance() {
        rest = rest.drop(while: \.isWhitespace)
        guard let first = rest.first else {
            token = nil
            return
        }
        let length: Int
        let kind: Token.Kind
        if first == "(" || first == ")" {
            (length, kind) = (1, first == "(" ? .open : .close)
        } else if "<>=!".contains(first) {
            (length, kind) = (rest.prefix { "<>=!".contains($0) }.count, .comparison)
        } else if let number = Self.numberLength(rest) {
            (length, kind) = (number, .number)
        } else {
            (length, kind) = (max(1, rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }.count), .word)
        }
        token = Token(text: rest.prefix(length), kind: kind)
        rest = rest.dropFirst(length)
    }

    /// Length of a decimal number at the start: sign, digits, fraction, exponent; `nil` where there is none.
    private static func numberLength(_ text: Substring) -> Int? {
        func isDigit(_ character: Character) -> Bool { character >= "0" && character <= "9" }
        var rest = text
        if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        guard !whole.isEmpty else { return nil }
        rest = rest.dropFirst(whole.count)
        if rest.first == ".", let digit = rest.dropFirst().first, isDigit(digit) {
            rest = rest.dropFirst().drop(while: isDigit)
        }
        if rest.first == "e" || rest.first == "E" {
            var exponent = rest.dropFirst()
            if exponent.first == "-" || exponent.first == "+" { exponent = exponent.dropFirst() }
            if let digit = exponent.first, isDigit(digit) { rest = exponent.drop(while: isDigit) }
        }
        return text.distance(from: text.startIndex, to: rest.startIndex)
    }

    private func fault(at token: Token?, _ message: String, _ remedy: String) -> ExpressionError {
        let place = token?.text.startIndex ?? text.endIndex
        return ExpressionError(
            offset: text.distance(from: text.startIndex, to: place),
            message: message,
            remedy: remedy
        )
    }
}
