import GanzhiModel
import Yams

/// Scalars as settings mean them. Each reports what it cannot read and returns `nil`.
extension YAMLValue {
    /// What a parser makes of the text.
    ///
    /// - Parameters:
    ///   - wanted: What should stand there, such as `a duration`.
    ///   - remedy: What to write where there is no text at all.
    func read<Value>(_ wanted: String, _ remedy: String, _ parse: (String) throws(Fault) -> Value) -> Value? {
        guard let text = scalar(wanted, remedy) else { return nil }
        do throws(Fault) {
            return try parse(text)
        } catch {
            report(error.message, error.remedy)
            return nil
        }
    }

    /// What a parser makes of the text, which must not be quoted: a quoted number is a text.
    func readUnquoted<Value>(
        _ wanted: String,
        _ remedy: String,
        _ parse: (String) throws(Fault) -> Value
    ) -> Value? {
        if case .scalar(let scalar) = node, scalar.style != .plain {
            report("`\(name)` is the text \(ScalarText.quoted(scalarText ?? "")), not \(wanted).", "Remove the quotes.")
            return nil
        }
        return read(wanted, remedy, parse)
    }

    /// A text that is not empty.
    func text(_ wanted: String = "a text") -> String? {
        read(wanted, "Write \(wanted).") { text throws(Fault) in
            guard !text.allSatisfy(\.isWhitespace) else {
                throw Fault("`\(name)` is empty, not \(wanted).", "Write \(wanted), or leave `\(name)` out.")
            }
            return text
        }
    }

    /// A name that can be one level of a topic and part of an id.
    func identifier(_ wanted: String) -> String? {
        read(wanted, "Write \(wanted).") { text throws(Fault) in try ScalarText.identifier(text, wanted) }
    }

    /// A duration such as `30s`, at least or above a least one.
    func duration(above least: TimeSpan? = nil) -> TimeSpan? {
        read("a duration", "Write for example `30s`.") { text throws(Fault) in
            let span = try ScalarText.duration(text)
            if let least, span <= least { throw Fault("`\(name)` must be above \(least).", "Write for example `30s`.") }
            return span
        }
    }

    /// One of a few words.
    func choice<Choice>(_ choices: [(word: String, choice: Choice)]) -> Choice? {
        let words = ScalarText.list(choices.map(\.word))
        return read("one of \(words)", "Write one of \(words).") { text throws(Fault) in
            try ScalarText.choice(text, of: name, choices)
        }
    }

    /// One of the cases of an enumeration, by its raw value.
    func choice<Choice: CaseIterable & RawRepresentable>(of type: Choice.Type) -> Choice?
    where Choice.RawValue == String { choice(type.allCases.map { ($0.rawValue, $0) }) }

    /// `true` or `false`, without quotes.
    func truth() -> Bool? {
        readUnquoted("`true` or `false`", "Write `true` or `false`.") { text throws(Fault) in
            try ScalarText.choice(text, of: name, [("true", true), ("false", false)])
        }
    }

    /// A whole number, without quotes.
    func wholeNumber(in range: ClosedRange<Int>) -> Int? {
        let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return readUnquoted(wanted, "Write \(wanted).") { text throws(Fault) in
            guard let number = Int(text), range.contains(number) else {
                throw Fault("\(ScalarText.quoted(text)) is not \(wanted).", "Write \(wanted).")
            }
            return number
        }
    }

    /// A number, without quotes.
    func number() -> Double? {
        readUnquoted("a number", "Write a number such as `0.5`.") { text throws(Fault) in
            try ScalarText.decimal(text).doubleValue
        } ?? nil
    }

    /// A number with a unit or none.
    func quantity() -> Quantity? {
        read("a number with a unit", "Write for example `35 cm`.") { text throws(Fault) in
            try ScalarText.quantity(text)
        }
    }

    /// A share, as `60 %` or as `0.6`, from 0 to 1.
    func share() -> Double? {
        read("a percentage", "Write for example `60 %`.") { text throws(Fault) in try ScalarText.share(text) }
    }

    /// A day such as `2026-01-01`.
    func day() -> String? {
        read("a day", "Write a day as `2026-01-31`.") { text throws(Fault) in try ScalarText.day(text) }
    }

    /// A text by language tag: a mapping such as `{en: …, zh-Hans: …}`, or a plain text, which counts as English.
    func localized() -> [String: String]? {
        if case .scalar = node { return text().map { ["en": $0] } }
        guard let mapping = mapping(orElse: "Write `{en: …, zh-Hans: …}`, or one text in English.") else { return nil }
        var texts: [String: String] = [:]
        for entry in mapping.entries {
            guard Self.isLanguageTag(entry.key) else {
                mapping.report(
                    at: entry,
                    "\(ScalarText.quoted(entry.key)) is not a language tag.",
                    "Use a tag of BCP 47, such as `en`, `zh-Hans` or `zh-Hant`."
                )
                continue
            }
            texts[entry.key] = entry.value.text()
        }
        return texts
    }

    /// Whether a text has the shape of a BCP 47 tag: two or three letters, then groups of up to eight.
    static func isLanguageTag(_ tag: String) -> Bool {
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        func isWord(_ part: Substring, _ lengths: ClosedRange<Int>) -> Bool {
            lengths.contains(part.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
        return isWord(parts[0], 2...3) && parts[0].allSatisfy(\.isLetter)
            && parts.dropFirst().allSatisfy { isWord($0, 1...8) }
    }
}
