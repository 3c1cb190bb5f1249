import GanzhiWarnings

/// Where the operands of a condition stand in its text, in characters from its beginning.
///
/// Conditions forget their text, so that equal ones are equal; the words are found again in the same order.
struct OperandPlaces {
    private var rest: Substring
    private let text: String

    private init(_ text: String) {
        self.text = text
        rest = text[...]
    }

    /// The offsets of the two operands of each comparison, from left to right.
    static func find(in text: String, of condition: Condition) -> [(left: Int, right: Int)] {
        var places = OperandPlaces(text)
        return condition.comparisons.map { (places.next($0.left), places.next($0.right)) }
    }

    private mutating func next(_ operand: Condition.Operand) -> Int {
        switch operand {
        case .measure(let name): return skip(name)
        case .number(let digits, let unit):
            let place = skip(digits)
            if !unit.isEmpty, let range = rest.firstRange(of: unit) { rest = rest[range.upperBound...] }
            return place
        }
    }

    /// The offset of the next word that is exactly `lexeme`.
    private mutating func skip(_ lexeme: String) -> Int {
        while let range = rest.firstRange(of: lexeme) {
            let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
            rest = rest[range.upperBound...]
            let isDigits = lexeme.first?.isNumber == true || lexeme.first == "-" || lexeme.first == "+"
            if !Self.isWord(before), isDigits || !Self.isWord(after) {
                return text.distance(from: text.startIndex, to: range.lowerBound)
            }
        }
        return 0
    }

    private static func isWord(_ character: Character?) -> Bool {
        guard let character else { return false }
        return character.isLetter || character.isNumber || character == "_" || character == "-"
    }
}
