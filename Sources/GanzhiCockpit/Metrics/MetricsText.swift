import GanzhiModel

/// The text formats that Prometheus reads.
enum MetricsText {
    /// Which of them.
    enum Format {
        /// Prometheus' own, version 0.0.4.
        case prometheus
        /// OpenMetrics 1.0.
        case openMetrics

        /// The content type.
        var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }

        /// The format for a client that accepts these types.
        init(accept: String?) {
            self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
        }
    }

    /// Everything that a registry holds.
    static func text(of registry: MetricsRegistry, _ format: Format) -> String {
        var text = ""
        for family in registry.shown { write(family, format, to: &text) }
        if format == .openMetrics { text += "# EOF\n" }
        return text
    }

    private static func write(_ family: MetricsRegistry.Family, _ format: Format, to text: inout String) {
        let definition = family.definition
        let name = format == .openMetrics ? definition.name : definition.sampleName
        if !definition.help.isEmpty {
            text += "# HELP \(name) \(escaped(definition.help, quotes: format == .openMetrics))\n"
        }
        text += "# TYPE \(name) \(definition.kind.rawValue)\n"
        if format == .openMetrics, let unit = definition.unit { text += "# UNIT \(name) \(unit)\n" }
        for (labels, cell) in family.samples.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let pairs = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
            switch cell {
            case .counter(let cell): text += sample(definition.sampleName, pairs, "\(cell.value)")
            case .gauge(let cell): text += sample(definition.sampleName, pairs, number(cell.value))
            case .histogram(let cell): write(cell.value, definition.name, pairs, to: &text)
            }
        }
    }

    private static func write(_ counts: DurationCounts, _ name: String, _ pairs: [String], to text: inout String) {
        var total: UInt64 = 0
        for (bound, count) in zip(DurationCounts.bounds + [.infinity], counts.counts) {
            total += count
            text += sample(name + "_bucket", pairs + ["le=\"\(number(bound))\""], "\(total)")
        }
        text += sample(name + "_sum", pairs, number(counts.sum))
        text += sample(name + "_count", pairs, "\(total)")
    }

    private static func sample(_ name: String, _ pairs: [String], _ value: String) -> String {
        name + (pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") + " \(value)\n"
    }

    /// A number as both formats have it: `1.0`, `0.25`, `+Inf`.
    private static func number(_ value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
