import GanzhiCatalogue
import GanzhiWindow

/// Turns the numbers of conditions into the units of the metrics that a scenario watches.
struct ThresholdBook {
    let catalogue: PlacedCatalogue
    private var readers: [String: ThresholdReader] = [:]

    init(catalogue: PlacedCatalogue) { self.catalogue = catalogue }

    /// The value of a number beside a measure over a metric; see ``ThresholdReader``.
    mutating func value(
        _ digits: String,
        unit: String,
        beside measure: Measure,
        metric: String,
        place: @autoclosure () -> String
    ) throws(Fault) -> Double {
        try readers[metric, default: ThresholdReader(metric: metric, catalogue: catalogue)]
            .value(digits, unit: unit, beside: measure, place: place())
    }

    /// The unit that a metric's numbers are compared in; `nil` until somebody says one.
    func unit(of metric: String) -> String? {
        let reader = readers[metric] ?? ThresholdReader(metric: metric, catalogue: catalogue)
        return reader.unit.map { "\($0.unit)" } ?? catalogue.catalogue.metric(metric)?.unit
    }
}
