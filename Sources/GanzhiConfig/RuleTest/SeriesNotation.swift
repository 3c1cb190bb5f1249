import Foundation
public import GanzhiModel

/// The values of one series of a rule test, as people write them: `0.02 0.04x5 gap10m 35cm _ 5+0.5x10`.
///
/// ```
/// series = step { blank step }
/// step   = number [unit] [ "x" times ]                         the value, so many times (once unless told)
///        | number ("+" | "-") number [unit] "x" times          the value, and so many further ones, each so much more or
///                                                              less than the one before: 5+1x3 is 5 6 7 8
///        | "_" [ "x" times ]                                   no value, so many times
///        | "gap" duration                                      no value for that time
/// ```
///
/// Each value and each `_` takes one interval; the value behind a gap comes that much later. Sums are decimal:
/// `0.1+0.1x2` is 0.1 0.2 0.3.
public struct SeriesNotation: Sendable, Hashable {
    /// A value of the series.
    public struct Point: Sendable, Hashable {
        /// Time since the first step.
        public var offset: TimeSpan
        /// The number as written.
        public var number: Double
        /// The unit as written; empty where there is none.
        public var unit: String

        /// Creates a value.
        public init(offset: TimeSpan, number: Double, unit: String = "") {
            self.offset = offset
            self.number = number
            self.unit = unit
        }
    }

    /// The values, in the order of their times.
    public private(set) var points: [Point] = []
    /// What is wrong with steps, in their order.
    public private(set) var faults: [ExpressionError] = []
    /// Time from the first step to the end of the last.
    public private(set) var length = TimeSpan.zero

    /// Values and missing values that a series may have.
    public static let maximumCount = 1_000_000

    private var count = 0
    private let interval: TimeSpan

    /// Reads a series; steps that are none are left out, and ``faults`` say so.
    ///
    /// - Parameters:
    ///   - text: The steps.
    ///   - interval: Time between two values; positive.
    public init(_ text: String, interval: TimeSpan) {
        self.interval = interval
        var rest = Substring(text)
        while true {
            rest = rest.drop(while: \.isWhitespace)
            guard !rest.isEmpty else { break }
            let step = rest.prefix { !$0.isWhitespace }
            let offset = text.distance(from: text.startIndex, to: step.startIndex)
            do throws(Fault) {
                try append(step)
            } catch {
                faults.append(ExpressionError(offset: offset, message: error.message, remedy: error.remedy))
            }
            rest = rest[step.endIndex...]
        }
        if count == 0, length == .zero, faults.isEmpty {
            faults.append(
                ExpressionError(offset: 0, message: "The series has no values.", remedy: "Write for example `0.1x5`.")
            )
        }
    }

    private mutating func append(_ step: Substring) throws(Fault) {
        if step.hasPrefix("gap") {
            guard let span = Elapsed.span(String(step.dropFirst(3))), span > .zero else {
                throw Fault("\(ScalarText.quoted(String(step))) is no gap.", "Write how long, such as `gap10m`.")
            }
            return try pass(span)
        }
        let (body, times) = try Self.times(step)
        if body == "_" { return try skip(times ?? 1) }
        guard let first = Self.number(body) else {
            throw Fault(
                "\(ScalarText.quoted(String(step))) is neither a value nor a gap.",
                Unit(String(body)) != nil
                    ? "Write a unit right behind its number, without a blank."
                    : "Write for example `0.3`, `35cm`, `0.3x5`, `5+0.5x10`, `_` or `gap10m`."
            )
        }
        let behind = body[first.endIndex...]
        if let sign = behind.first, sign == "+" || sign == "-", let by = Self.number(behind.dropFirst()) {
            guard let times else {
                throw Fault(
                    "\(ScalarText.quoted(String(step))) does not say how many values follow.",
                    "Write for example `\(body)x10`."
                )
            }
            let unit = try Self.unit(behind[by.endIndex...])
            try append(first, by: sign == "-" ? -Self.decimal(by) : Self.decimal(by), times: times, unit)
        } else {
            let unit = try Self.unit(behind)
            guard let value = ExactDecimal(String(first))?.doubleValue else { throw Self.tooLarge(first) }
            for _ in 0..<(times ?? 1) { try append(value, unit) }
        }
    }

    private mutating func append(_ first: Substring, by: Decimal, times: Int, _ unit: String) throws(Fault) {
        let start = try Self.decimal(first)
        for number in 0...times {
            guard let value = Double("\(start + by * Decimal(number))"), value.isFinite else {
                throw Self.tooLarge(first)
            }
            try append(value, unit)
        }
    }

    private mutating func append(_ value: Double, _ unit: String) throws(Fault) {
        points.append(Point(offset: length, number: value, unit: unit))
        try skip(1)
    }

    private mutating func skip(_ times: Int) throws(Fault) {
        count += times
        guard count <= Self.maximumCount else {
            throw Fault(
                "The series grows to more than \(Self.maximumCount) values here.",
                "Write fewer, or use `gap` with a duration."
            )
        }
        for _ in 0..<times { try pass(interval) }
    }

    private mutating func pass(_ span: TimeSpan) throws(Fault) {
        length.microseconds += span.microseconds
        guard length <= .longest else {
            throw Fault("The series becomes longer than \(TimeSpan.longest) here.", "Write a shorter one.")
        }
    }

    // MARK: Parts of a step

    /// A step without its `x5`, and the number behind the `x`.
    private static func times(_ step: Substring) throws(Fault) -> (body: Substring, times: Int?) {
        guard let sign = step.lastIndex(of: "x"), sign > step.startIndex else { return (step, nil) }
        let digits = step[step.index(after: sign)...]
        guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else { return (step, nil) }
        guard let times = Int(digits), (1...maximumCount).contains(times) else {
            throw Fault(
                "“x\(digits)” does not say how often.",
                "Write a whole number from 1 to \(maximumCount) behind the `x`."
            )
        }
        return (step[..<sign], times)
    }

    /// The number that a text begins with: digits with a sign, a point and an exponent.
    private static func number(_ text: Substring) -> Substring? {
        func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
        var rest = text
        if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        guard !whole.isEmpty else { return nil }
        rest = rest[whole.endIndex...]
        if rest.first == "." {
            let part = rest.dropFirst().prefix(while: isDigit)
            if !part.isEmpty { rest = rest[part.endIndex...] }
        }
        if rest.first == "e" || rest.first == "E" {
            var exponent = rest.dropFirst()
            if exponent.first == "-" || exponent.first == "+" { exponent = exponent.dropFirst() }
            let digits = exponent.prefix(while: isDigit)
            if !digits.isEmpty { rest = rest[digits.endIndex...] }
        }
        return text[..<rest.startIndex]
    }

    private static func unit(_ text: Substring) throws(Fault) -> String {
        guard text.first != "," else {
            throw Fault("“,” stands in a number.", "Write a decimal point `.`, and blanks between values.")
        }
        if !text.isEmpty { _ = try ScalarText.unit(String(text)) }
        return String(text)
    }

    private static func decimal(_ text: Substring) throws(Fault) -> Decimal {
        guard let number = Decimal(string: String(text), locale: Locale(identifier: "en_US_POSIX")), number.isFinite
        else {
            throw tooLarge(text)
        }
        return number
    }

    private static func tooLarge(_ text: Substring) -> Fault {
        Fault("\(ScalarText.quoted(String(text))) is too large a number.", "Write a smaller one.")
    }
}
