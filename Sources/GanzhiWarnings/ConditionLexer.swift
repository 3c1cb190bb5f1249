import GanzhiModel

/// Cuts the text of a condition into words, numbers, comparisons and brackets.
struct ConditionLexer {
    /// A piece of the text.
    struct Token {
        var text: Substring
        var kind: Kind
        enum Kind { case word, number, comparison, open, close }
    }

    private let text: String
    private var rest: Substring
    /// What stands next; `nil` at the end.
    private(set) var token: Token?

    init(_ text: String) {
        self.text = text
        rest = text[...]
        advance()
    }

    /// Goes on to the next token.
    mutating func advance() {
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

    /// Takes a number's unit and goes on: all up to a blank, a bracket or a comparison, unless it is a keyword.
    mutating func takeUnit() -> String {
        defer { advance() }
        let start = rest.drop(while: \.isWhitespace)
        let unit = Self.run(start)
        guard !unit.isEmpty, !ConditionParser.keywords.contains(String(unit)) else { return "" }
        rest = start[unit.endIndex...]
        return String(unit)
    }

    /// Takes a time of day and goes on; `nil` where something else stands there.
    mutating func takeTimeOfDay() -> TimeSpan? {
        guard let token else { return nil }
        let run = Self.run(text[token.text.startIndex...])
        guard let time = LocalHours.timeOfDay(run) else { return nil }
        rest = text[run.endIndex...]
        advance()
        return time
    }

    /// Characters before a token; all of them at the end.
    func offset(of token: Token?) -> Int {
        text.distance(from: text.startIndex, to: token?.text.startIndex ?? text.endIndex)
    }

    private static func run(_ text: Substring) -> Substring {
        text.prefix { !$0.isWhitespace && !"()<>=!".contains($0) }
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
}
