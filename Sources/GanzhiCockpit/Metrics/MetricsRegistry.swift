public import Metrics
import GanzhiModel
import Synchronization

/// The metrics of this process, by name and labels: a backend of swift-metrics that keeps them for `/metrics`.
///
/// A label of swift-metrics is the name of a family, its dimensions are the sample's labels. What libraries report under
/// names that nobody has defined is shown too. Bounded: a family has at most ``mostSamples``, and what a library would
/// add beyond that is not shown.
///
/// Making and showing samples takes a lock; counting does not.
public final class MetricsRegistry: MetricsFactory, Sendable {
    /// Samples that a family may have.
    public static let mostSamples = 5000

    /// A sample's value.
    enum Cell {
        case counter(CounterCell)
        case gauge(GaugeCell)
        case histogram(HistogramCell)

        var handler: AnyObject {
            switch self {
            case .counter(let cell): cell
            case .gauge(let cell): cell
            case .histogram(let cell): cell
            }
        }
    }

    /// A metric with its samples by their labels.
    struct Family {
        var definition: MetricDefinition
        var samples: [[Label]: Cell] = [:]
    }

    /// A label of a sample.
    struct Label: Hashable, Comparable {
        var name: String
        var value: String

        static func < (left: Label, right: Label) -> Bool { (left.name, left.value) < (right.name, right.value) }
    }

    private let families: Mutex<[String: Family]>
    private let order: [String: Int]

    /// Creates a registry of defined metrics; those without a sample are not shown.
    public init(_ definitions: [MetricDefinition] = MetricDefinition.all) {
        families = Mutex(
            Dictionary(uniqueKeysWithValues: definitions.map { ($0.name, Family(definition: $0)) })
        )
        order = Dictionary(uniqueKeysWithValues: definitions.enumerated().map { ($1.name, $0) })
    }

    /// The registry that swift-metrics reports to in this process, from the first use on.
    public static let ofProcess: MetricsRegistry = {
        let registry = MetricsRegistry()
        MetricsSystem.bootstrap(registry)
        return registry
    }()

    /// The families that have samples: those that were defined in their order, then the others by name.
    var shown: [Family] {
        families.withLock { $0.values.filter { !$0.samples.isEmpty } }.sorted {
            let (left, right) = ($0.definition.name, $1.definition.name)
            return (order[left] ?? .max, left) < (order[right] ?? .max, right)
        }
    }

    /// The sample of a family, made where there is none; `nil` where the family is of another kind or full.
    private func cell(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricDefinition.Kind,
        make: () -> Cell
    ) -> Cell? {
        // The format adds it again.
        let name =
            kind == .counter && label.hasSuffix("_total") ? Self.name(String(label.dropLast(6))) : Self.name(label)
        let labels = dimensions.filter { !$0.1.isEmpty }.map { Label(name: Self.name($0.0), value: $0.1) }.sorted()
        return families.withLock { families in
            var family = families[name] ?? Family(definition: MetricDefinition(kind, name, ""))
            guard family.definition.kind == kind else { return nil }
            if let cell = family.samples[labels] { return cell }
            guard family.samples.count < Self.mostSamples else { return nil }
            let cell = make()
            family.samples[labels] = cell
            families[name] = family
            return cell
        }
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            for name in families.keys {
                guard let labels = families[name]?.samples.first(where: { $0.value.handler === handler })?.key else {
                    continue
                }
                families[name]?.samples[labels] = nil
                return
            }
        }
    }

    /// A name with what Prometheus does not allow replaced.
    private static func name(_ label: String) -> String {
        String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" ? $0 : "_" })
    }

    /// The sample of a histogram.
    func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramCell {
        if case .histogram(let cell) = cell(label, dimensions, .histogram, make: { .histogram(HistogramCell()) }) {
            return cell
        }
        return HistogramCell()
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeCell {
        if case .gauge(let cell) = cell(label, dimensions, .gauge, make: { .gauge(GaugeCell()) }) { return cell }
        return GaugeCell()
    }

    /// See `MetricsFactory`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .counter(let cell) = cell(label, dimensions, .counter, make: { .counter(CounterCell()) }) {
            return cell
        }
        return CounterCell()
    }

    /// A gauge, or with `aggregate` a histogram; values of a histogram are seconds.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    /// See `MetricsFactory`.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }

    /// See `MetricsFactory`.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

    /// See `MetricsFactory`.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
