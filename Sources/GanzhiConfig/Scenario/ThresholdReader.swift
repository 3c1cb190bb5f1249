import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// Turns the numbers of conditions into the unit of the metric that a scenario watches.
struct ThresholdReader {
    /// The unit that numbers are compared in, and where it was said; `nil` until somebody says one.
    private(set) var unit: (unit: Unit, place: String)?

    /// The metric's unit as the catalogue writes it; it may be a text that no table knows.
    private let catalogueUnit: String?

    /// Takes the metric's unit from the catalogue, where it knows it.
    init(metric: String, catalogue: PlacedCatalogue) {
        catalogueUnit = catalogue.catalogue.metric(metric)?.unit
        guard let text = catalogueUnit, let unit = Unit(text) else { return }
        self.unit = (unit, catalogue.place(ofMetric: metric)?.text ?? "the catalogue")
    }

    /// The value of a number beside a measure, in ``unit``; the plain number where there is no unit.
    ///
    /// The first unit that is met is taken for the metric's where the catalogue gives none, so that conditions of one
    /// scenario cannot disagree.
    mutating func value(
        _ digits: String,
        unit text: String,
        beside measure: Measure,
        place: @autoclosure () -> String
    ) throws(Fault) -> Double {
        guard let number = ExactDecimal(digits), let plain = number.doubleValue else {
            throw Fault(
                "“\(digits)” is out of the range of numbers.",
                "Write a number below 1e308."
            )
        }
        switch measure.function.dimension {
        case .number:
            let isShare = measure.function != .count && measure.function != .distinct
            return try Self.plainNumber(digits, unit: text, of: "`\(measure.name)`", isShare: isShare)
        case .perSecond, .squared: return try derived(number, plain, as: digits, unit: text, measure)
        case .value, .difference: break
        }
        guard text != catalogueUnit else { return plain }
        guard !text.isEmpty else { return try withoutUnit(digits, plain, measure) }
        guard let written = Unit(text) else {
            throw Fault(
                "\(ScalarText.quoted(text)) is not a unit that is known.",
                Unit.suggestion(for: text).map { "Did you mean “\($0)”?" } ?? remedy(digits)
            )
        }
        guard let known = unit else {
            unit = (written, place())
            return plain
        }
        guard written.isConvertible(to: known.unit) else {
            throw Fault(
                "“\(digits) \(text)” is \(written.dimension.withArticle), but `\(measure.name)` is in "
                    + "\(known.unit), \(known.unit.dimension.withArticle) (see \(known.place)).",
                "Use one of: \(codes(known.unit))."
            )
        }
        let isDifference = measure.function.dimension == .difference
        guard let value = Unit.threshold(number, from: written, to: known.unit, asDifference: isDifference) else {
            throw Fault(
                "“\(digits) \(text)” is too large in \(known.unit).",
                "Write a smaller number."
            )
        }
        return value
    }

    /// A number beside a count, or beside a share, which may be written in per cent.
    ///
    /// - Parameter owner: What is the count or the share.
    static func plainNumber(
        _ digits: String,
        unit text: String,
        of owner: String,
        isShare: Bool
    ) throws(Fault) -> Double {
        if let number = ExactDecimal(digits), let plain = number.doubleValue {
            if text.isEmpty { return plain }
            if isShare, let written = Unit(text), let one = Unit("1"),
                let value = Unit.threshold(number, from: written, to: one, asDifference: false)
            {
                return value
            }
        }
        throw Fault(
            "\(owner) is \(isShare ? "a share" : "a count"), so it cannot be compared with “\(digits) \(text)”.",
            isShare ? "Write a share such as `0.5`, or `50 %`." : "Write the number without a unit: `\(digits)`."
        )
    }

    /// Checks that a distance is a length above 0.
    static func checkDistance(_ distance: Condition.Distance) throws(Fault) {
        let text = "“\(distance.number) \(distance.unit)”"
        guard let written = Unit(distance.unit) else {
            throw Fault(
                "\(ScalarText.quoted(distance.unit)) is not a unit that is known.",
                Unit.suggestion(for: distance.unit).map { "Did you mean “\($0)”?" }
                    ?? "Write a distance such as `\(distance.number) m`."
            )
        }
        guard let metre = Unit("m"), let number = ExactDecimal(distance.number),
            let value = Unit.threshold(number, from: written, to: metre)
        else {
            throw Fault(
                "\(text) is \(written.dimension.withArticle), not a distance.",
                "Write a distance such as `\(distance.number) m`."
            )
        }
        guard value > 0 else { throw Fault("\(text) is no distance above 0.", "Write for example `500 m`.") }
    }

    /// A number beside a measure whose unit is made from the metric's.
    private func derived(
        _ number: ExactDecimal,
        _ plain: Double,
        as digits: String,
        unit text: String,
        _ measure: Measure
    ) throws(Fault) -> Double {
        let target = measure.function.dimension.unit(ofMetricIn: catalogueUnit ?? unit?.unit.code ?? "")
        if text.isEmpty || text == target { return plain }
        if let written = Unit(text), let known = Unit(target),
            let value = Unit.threshold(number, from: written, to: known, asDifference: true)
        {
            return value
        }
        throw Fault(
            "“\(digits) \(text)” cannot be compared with `\(measure.name)`"
                + (target.isEmpty ? ", as the catalogue gives the metric no unit." : ", which is in \(target)."),
            target.isEmpty ? "Write the number without a unit." : "Write the number in \(target)."
        )
    }

    private func withoutUnit(_ digits: String, _ plain: Double, _ measure: Measure) throws(Fault) -> Double {
        guard let known = unit, !Self.isPlain(known.unit) else { return plain }
        throw Fault(
            "“\(digits)” has no unit, but `\(measure.name)` is in \(known.unit), "
                + "\(known.unit.dimension.withArticle) (see \(known.place)).",
            remedy(digits)
        )
    }

    private func remedy(_ digits: String) -> String {
        guard let known = unit else { return "Write a unit of SenML or UCUM, such as `\(digits) cm`." }
        return "Write `\(digits) \(known.unit.code)`, or use one of: \(codes(known.unit))."
    }

    /// Units that would do, the metric's own first.
    private func codes(_ unit: Unit) -> String {
        ([unit.code] + Unit.codes(of: unit.dimension).filter { $0 != unit.code }).prefix(6).joined(separator: " ")
    }

    /// Whether numbers of this unit are written without one.
    private static func isPlain(_ unit: Unit) -> Bool {
        switch unit.dimension {
        case .ratio, .count, .acidity: true
        default: false
        }
    }
}
