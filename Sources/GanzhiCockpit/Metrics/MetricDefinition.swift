/// A metric that `/metrics` shows: its name, what kind it is, and what it says.
public struct MetricDefinition: Sendable, Hashable {
    /// Kinds of metrics.
    public enum Kind: String, Sendable, Hashable {
        /// Only ever grows, until the process is restarted.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts of durations by upper bound.
        case histogram
    }

    /// Name of the family.
    ///
    /// A counter's samples have `_total` behind it.
    public let name: String
    /// Kind.
    public let kind: Kind
    /// Names of its labels.
    public let labels: [String]
    /// What it says, one sentence.
    public let help: String

    /// Creates a definition.
    init(_ kind: Kind, _ name: String, labels: [String] = [], _ help: String) {
        self.kind = kind
        self.name = name
        self.labels = labels
        self.help = help
    }

    /// Name of the samples as queries have it; of a histogram, the part before `_bucket`, `_sum` and `_count`.
    public var sampleName: String { kind == .counter ? name + "_total" : name }

    /// The unit, which is the end of the name; `nil` for a plain number.
    var unit: String? { ["seconds", "bytes"].first { name.hasSuffix("_" + $0) } }
}
