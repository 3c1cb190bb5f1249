public import GanzhiModel

/// Time since the start of a rule test, as people write it: `4m`, `90s`, `1h30m`.
public enum Elapsed {
    /// Reads one or several durations written behind each other, each shorter than the one before.
    ///
    /// - Returns: `nil` where the text is something else, or longer than ``GanzhiModel/TimeSpan/longest``.
    public static func span(_ text: String) -> TimeSpan? {
        var rest = Substring(text)
        var sum = TimeSpan.zero
        var last = TimeSpan.longest
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let unit = rest[digits.endIndex...].prefix { $0.isLetter }
            guard let part = TimeSpan(String(digits + unit)), let one = TimeSpan("1" + unit), one < last else {
                return nil
            }
            last = one
            sum.microseconds += part.microseconds
            rest = rest[unit.endIndex...]
        }
        return text.isEmpty || sum > .longest ? nil : sum
    }

    /// Writes a span in hours, minutes, seconds and milliseconds, those that are 0 left out: `1h30m`.
    public static func text(_ span: TimeSpan) -> String {
        guard span != .zero else { return "0s" }
        var rest = abs(span.microseconds)
        var text = span < .zero ? "-" : ""
        for (name, length) in [
            ("h", TimeSpan.hours(1)), ("m", .minutes(1)), ("s", .seconds(1)), ("ms", .milliseconds(1)),
        ]
        where rest >= length.microseconds {
            text += "\(rest / length.microseconds)\(name)"
            rest %= length.microseconds
        }
        return text
    }
}
