import GanzhiModel
import Yams

/// Scalars as settings mean them. Each reports what it cannot read and returns `nil`.
extension YAMLValue {
    /// A text that is not empty.
    func text(_ wanted: String = "a text") -> String? {
        guard let scalar = scalar(wanted, "Write \(wanted).") else { return nil }
        guard !scalar.string.allSatisfy(\.isWhitespace) else {
            report("`\(name)` is empty, not \(wanted).", "Write \(wanted), or leave `\(name)` out.")
            return nil
        }
        return scalar.string
    }

    /// A name that can be one level of a topic and part of an id: letters, digits, `-`, `_` and `.`.
    func identifier(_ wanted: String) -> String? {
        guard let text = text(wanted) else { return nil }
        guard Self.isIdentifier(text) else {
            report(
                "“\(Self.shortened(text))” cannot be \(wanted): it stands in topics and ids.",
                "Use at most 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit.")
            return nil
        }
        return text
    }

    /// Whether a name can be one level of a topic and part of an id.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.first, first.isLetter || first.isNumber, text.count <= 64 else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." }
    }

    /// A duration such as `30s`.
    func duration(above least: TimeSpan? = nil) -> TimeSpan? {
        let remedy = "Write a whole number and one of ms s m h d, such as `30s`."
        guard let scalar = scalar("a duration", remedy) else { return nil }
        guard let span = TimeSpan(scalar.string) else {
            let digits = scalar.string.allSatisfy { $0 >= "0" && $0 <= "9" }
            report(
                "“\(Self.shortened(scalar.string))” is not a duration.",
                digits && scalar.string.count < 10 ? "Write the unit too, such as `\(scalar.string)s`." : remedy)
            return nil
        }
        if let least, span <= least {
            report("`\(name)` must be more than \(least).", "Write for example `30s`.")
            return nil
        }
        return span
    }

    /// One of a few words.
    func choice<Choice>(_ choices: [(word: String, choice: Choice)]) -> Choice? {
        let words = choices.map { "`\($0.word)`" }.joined(separator: ", ")
        guard let scalar = scalar("one of \(words)", "Write one of \(words).") else { return nil }
        guard let match = choices.first(where: { $0.word == scalar.string }) else {
            report(
                "“\(Self.shortened(scalar.string))” is not a value of `\(name)`.",
                didYouMean(scalar.string, among: choices.map(\.word)) ?? "Write one of \(words).")
            return nil
        }
        return match.choice
    }

    /// One of the cases of an enumeration, by its raw value.
    func choice<Choice: CaseIterable & RawRepresentable>(of type: Choice.Type) -> Choice? where Choice.RawValue == String {
        choice(type.allCases.map { ($0.rawValue, $0) })
    }

    /// `true` or `false`.
    func truth() -> Bool? { choice([("true", true), ("false", false)]) }

    /// A whole number without quotes.
    func wholeNumber(in range: ClosedRange<Int>) -> Int? {
        let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let scalar = scalar(wanted, "Write \(wanted).") else { return nil }
        guard scalar.style == .plain else {
            report("`\(name)` is the text “\(Self.shortened(scalar.string))”, not \(wanted).", "Remove the quotes.")
            return nil
        }
        guard let number = Int(scalar.string), range.contains(number) else {
            report("“\(Self.shortened(scalar.string))” is not \(wanted).", "Write \(wanted).")
            return nil
        }
        return number
    }

    /// A decimal number without quotes and unit.
    func decimal() -> ExactDecimal? {
        guard let scalar = scalar("a number", "Write a number such as `0.5`.") else { return nil }
        guard scalar.style == .plain else {
            report("`\(name)` is the text “\(Self.shortened(scalar.string))”, not a number.", "Remove the quotes.")
            return nil
        }
        guard let number = ExactDecimal(scalar.string), number.doubleValue != nil else {
            report("“\(Self.shortened(scalar.string))” is not a number.", "Write a number such as `0.5`.")
            return nil
        }
        return number
    }

    /// A share, as `60 %` or as `0.6`, from 0 to 1.
    func share() -> Double? {
        let remedy = "Write a percentage from `0 %` to `100 %`."
        guard let scalar = scalar("a percentage", remedy) else { return nil }
        var digits = Substring(scalar.string)
        let isPercentage = digits.last == "%"
        if isPercentage { digits = digits.dropLast() }
        while digits.last?.isWhitespace == true { digits = digits.dropLast() }
        // Scaling the literal by its exponent keeps it exact: 60 % is 0.6 with one rounding.
        guard let share = ExactDecimal(isPercentage ? digits + "e-2" : String(digits))?.doubleValue else {
            report("“\(Self.shortened(scalar.string))” is not a percentage.", remedy)
            return nil
        }
        guard share >= 0, share <= 1 else {
            report(
                "\(scalar.string) is outside of 0 % to 100 %.",
                share > 1 && share <= 100 && !isPercentage ? "Write `\(scalar.string) %`." : remedy)
            return nil
        }
        return share
    }

    /// A day such as `2026-01-01`.
    func day() -> String? {
        let remedy = "Write a day of the calendar as `2026-01-31`."
        guard let scalar = scalar("a day", remedy) else { return nil }
        guard scalar.string.count == 10, Timestamp(rfc3339: scalar.string + "T00:00:00Z") != nil else {
            report("“\(Self.shortened(scalar.string))” is not a day.", remedy)
            return nil
        }
        return scalar.string
    }

    /// A text by language tag: a mapping such as `{en: …, zh-Hans: …}`, or a plain text, which counts as English.
    func localized() -> [String: String]? {
        if case .scalar = node { return text().map { ["en": $0] } }
        guard let mapping = mapping(orElse: "Write `{en: …, zh-Hans: …}`, or one text in English.") else { return nil }
        var texts: [String: String] = [:]
        for entry in mapping.entries {
            guard Self.isLanguageTag(entry.key) else {
                mapping.report(
                    at: entry, "“\(Self.shortened(entry.key))” is not a language tag.",
                    "Use a tag of BCP 47, such as `en`, `zh-Hans` or `zh-Hant`.")
                continue
            }
            texts[entry.key] = entry.value.text()
        }
        return texts
    }

    /// Whether a text has the shape of a BCP 47 tag: two or three letters, then groups of up to eight.
    private static func isLanguageTag(_ tag: String) -> Bool {
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        func isWord(_ part: Substring, _ lengths: ClosedRange<Int>) -> Bool {
            lengths.contains(part.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
        return isWord(parts[0], 2...3) && parts[0].allSatisfy(\.isLetter) && parts.dropFirst().allSatisfy { isWord($0, 1...8) }
    }
}
