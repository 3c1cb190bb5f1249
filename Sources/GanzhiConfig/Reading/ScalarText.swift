import GanzhiModel

/// Texts as settings mean them, in YAML and CSV alike.
enum ScalarText {
    /// A text short enough for a sentence.
    static func shortened(_ text: String) -> String {
        let line = text.prefix { !$0.isNewline }
        return line.count <= 60 && line.endIndex == text.endIndex ? text : line.prefix(57) + "…"
    }

    /// A text in quotation marks.
    static func quoted(_ text: String) -> String { "“\(shortened(text))”" }

    /// A name that can be one level of a topic and part of an id: letters, digits, `-`, `_` and `.`.
    static func identifier(_ text: String, _ wanted: String) throws(Fault) -> String {
        let isFit = text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." }
        guard let first = text.first, first.isLetter || first.isNumber, text.count <= 64, isFit else {
            throw Fault(
                "\(quoted(text)) cannot be \(wanted): it stands in topics and ids.",
                "Use at most 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit."
            )
        }
        return text
    }

    /// A duration such as `30s`.
    static func duration(_ text: String) throws(Fault) -> TimeSpan {
        if let span = TimeSpan(text) { return span }
        let isNumber = !text.isEmpty && text.count < 10 && text.allSatisfy { $0 >= "0" && $0 <= "9" }
        throw Fault(
            "\(quoted(text)) is not a duration.",
            isNumber
                ? "Write the unit too, such as `\(text)s`."
                : "Write a whole number and one of ms s m h d, such as `30s`."
        )
    }

    /// One of a few words.
    static func choice<Choice>(
        _ text: String,
        of name: String,
        _ choices: [(word: String, choice: Choice)]
    ) throws(Fault) -> Choice {
        if let match = choices.first(where: { $0.word == text }) { return match.choice }
        throw Fault(
            "\(quoted(text)) is not a value of `\(name)`.",
            didYouMean(text, among: choices.map(\.word)) ?? "Write one of \(list(choices.map(\.word)))."
        )
    }

    /// Words in backticks, separated by commas.
    static func list(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }

    /// A decimal number that a `Double` can hold.
    static func decimal(_ text: String) throws(Fault) -> ExactDecimal {
        guard let number = ExactDecimal(text), number.doubleValue != nil else {
            throw Fault("\(quoted(text)) is not a number.", "Write a number such as `0.5`.")
        }
        return number
    }

    /// A share from 0 to 1, written as `60 %` or as `0.6`.
    static func share(_ text: String) throws(Fault) -> Double {
        let remedy = "Write a percentage from `0 %` to `100 %`."
        var digits = Substring(text)
        let isPercentage = digits.last == "%"
        if isPercentage { digits = digits.dropLast() }
        while digits.last?.isWhitespace == true { digits = digits.dropLast() }
        // The exponent scales the literal exactly: 60 % is 0.6 with one rounding.
        guard let share = ExactDecimal(isPercentage ? digits + "e-2" : String(digits))?.doubleValue else {
            throw Fault("\(quoted(text)) is not a percentage.", remedy)
        }
        guard share >= 0, share <= 1 else {
            let isForgotten = !isPercentage && share > 1 && share <= 100
            throw Fault("\(quoted(text)) is outside of 0 % to 100 %.", isForgotten ? "Write `\(text) %`." : remedy)
        }
        return share
    }

    /// A day of the calendar such as `2026-01-31`.
    static func day(_ text: String) throws(Fault) -> String {
        guard text.utf8.count == 10, Timestamp(rfc3339: text + "T00:00:00Z") != nil else {
            throw Fault("\(quoted(text)) is not a day.", "Write a day of the calendar as `2026-01-31`.")
        }
        return text
    }

    /// A number with a unit or none, such as `-5 cm` or `0.3`.
    static func quantity(_ text: String) throws(Fault) -> Quantity {
        var digits = Substring(text)
        while !digits.isEmpty, ExactDecimal(String(digits)) == nil { digits.removeLast() }
        guard text.count <= 80, let number = ExactDecimal(String(digits)), number.doubleValue != nil else {
            throw Fault(
                "\(quoted(text)) is not a number with a unit.",
                "Write for example `0.35` or `35 cm`."
            )
        }
        var name = text[digits.endIndex...].drop(while: \.isWhitespace)
        while name.last?.isWhitespace == true { name.removeLast() }
        guard !name.isEmpty else { return Quantity(number: number, unit: nil) }
        return Quantity(number: number, unit: try unit(String(name)))
    }

    /// A unit of measurement.
    static func unit(_ text: String) throws(Fault) -> Unit {
        if let unit = Unit(text) { return unit }
        throw Fault(
            "\(quoted(text)) is not a unit that is known.",
            Unit.suggestion(for: text).map { "Did you mean “\($0)”?" } ?? "Write a unit of SenML or UCUM, such as `cm`."
        )
    }
}

/// A number as written, and the unit behind it.
struct Quantity {
    let number: ExactDecimal
    let unit: Unit?

    /// The number in a canonical unit.
    ///
    /// - Parameters:
    ///   - canonical: The unit wanted; `nil` where there is none.
    ///   - owner: What has that unit, such as `water_level`.
    ///   - asDifference: Whether it is a difference, to which an offset between units does not apply.
    func value(in canonical: Unit?, of owner: String, asDifference: Bool) throws(Fault) -> Double {
        guard let unit else { return number.doubleValue ?? 0 }
        guard let canonical else {
            throw Fault(
                "“\(number) \(unit)” has a unit, but “\(owner)” has none in the catalogue.",
                "Give the metric a `unit`, or write the number without one."
            )
        }
        guard unit.isConvertible(to: canonical) else {
            throw Fault(
                "“\(number) \(unit)” is \(unit.dimension.withArticle), but “\(owner)” is in \(canonical), "
                    + "\(canonical.dimension.withArticle).",
                "Use one of: \(Unit.codes(of: canonical.dimension).prefix(6).joined(separator: " "))."
            )
        }
        guard let value = Unit.threshold(number, from: unit, to: canonical, asDifference: asDifference) else {
            throw Fault("“\(number) \(unit)” is too large in \(canonical).", "Write a smaller number.")
        }
        return value
    }
}

extension UnitDimension {
    /// The dimension with its article, such as `a length`.
    var withArticle: String { "\("aeiou".contains(name.prefix(1)) ? "an" : "a") \(name)" }
}
