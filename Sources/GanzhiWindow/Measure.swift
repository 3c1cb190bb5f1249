public import GanzhiModel

/// A named windowed aggregate of a scenario, such as `depth: mean(1m)`.
public struct Measure: Sendable, Hashable {
    /// The name that conditions use.
    public let name: String
    /// Name of the series it is computed over; empty where the scenario watches one that has no name.
    public let series: String
    /// What is computed; a number in it counts in ``unit``.
    public let function: WindowFunction
    /// Unit of the function's number, as written; empty where it has none, or counts in the metric's unit.
    public let unit: String
    /// Over which windows.
    public let window: WindowSpec

    /// Creates a measure.
    public init(name: String, series: String = "", function: WindowFunction, unit: String = "", window: WindowSpec) {
        self.name = name
        self.series = series
        self.function = function
        self.unit = unit
        self.window = window
    }

    /// Reads a measure as scenarios write it: `mean(5m)`, `sum(rain, 1h)`, `above(30 cm, 10m)`, `max(session(10m))`.
    ///
    /// ```
    /// measure  = function "(" [series ","] [number [unit] ","] window { "," option ":" value } ")"
    /// window   = duration | tumbling(duration) | hopping(duration, duration) | sliding(duration) | session(duration)
    /// option   = every | sample | q | x
    /// ```
    ///
    /// - Parameters:
    ///   - name: The measure's name.
    ///   - text: The expression.
    ///   - every: The scenario's `every`: the hop of a plain duration; a hop of the measure's own must be a multiple of
    ///     it.
    /// - Throws: ``GanzhiModel/ExpressionError`` with the place in `text`, what was seen and what would do.
    public init(name: String, parsing text: String, every: TimeSpan) throws(ExpressionError) {
        var parser = MeasureParser(text: text, every: every)
        self = try parser.measure(named: name)
    }

    /// Whether a text can name a series: one word of at most 64 letters, digits, `-` and `_` that begins with a letter
    /// and is no kind of window.
    public static func isSeriesName(_ text: String) -> Bool { MeasureParser.isSeriesName(text) }
}

extension Measure: CustomStringConvertible {
    /// The expression in its one canonical spelling, which ``init(name:parsing:every:)`` reads back.
    public var description: String {
        let prefix = series.isEmpty ? "" : "\(series), "
        return switch function {
        case .quantile(let number): "quantile(\(prefix)\(number), \(window))"
        case .above(let number), .below(let number):
            "\(function.name)(\(prefix)\(number)\(unit.isEmpty ? "" : " \(unit)"), \(window))"
        case .stddev(sample: true), .variance(sample: true): "\(function.name)(\(prefix)\(window), sample: true)"
        default: "\(function.name)(\(prefix)\(window))"
        }
    }
}

extension Measure: Codable {
    private enum CodingKeys: String, CodingKey { case name, measure }

    /// Reads a measure from its canonical spelling.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        do {
            try self.init(
                name: container.decode(String.self, forKey: .name),
                parsing: container.decode(String.self, forKey: .measure),
                every: TimeSpan(microseconds: 1)
            )
        } catch let error as ExpressionError {
            throw DecodingError.dataCorruptedError(
                forKey: .measure,
                in: container,
                debugDescription: error.message
            )
        }
    }

    /// Writes the canonical spelling.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(description, forKey: .measure)
    }
}
