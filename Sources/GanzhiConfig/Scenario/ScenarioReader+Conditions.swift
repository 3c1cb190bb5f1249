import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// Checks that conditions compare declared measures with what they can be compared with, and ask groups where there
/// are groups.
extension ScenarioReader {
    func checkConditions() {
        var book = ThresholdBook(catalogue: catalogue)
        for (measure, entry) in measures { checkNumber(of: measure, entry.value, &book) }
        for condition in conditions {
            for part in condition.parts { check(part, of: condition, &book) }
        }
    }

    /// The number of a comparison in the unit of what it is held against; `nil` where that was reported by itself.
    func threshold(
        _ digits: String,
        _ unit: String,
        against operand: Condition.Operand,
        _ book: inout ThresholdBook,
        place: @autoclosure () -> String = ""
    ) throws(Fault) -> Double? {
        switch operand {
        case .measure(let name), .members(_, of: let name):
            guard let measure = measures.first(where: { $0.measure.name == name })?.measure,
                let metric = metric(of: measure)
            else { return nil }
            return try book.value(digits, unit: unit, beside: measure, metric: metric, place: place())
        case .count: return try ThresholdReader.plainNumber(digits, unit: unit, of: "`count of (…)`", isShare: false)
        case .share: return try ThresholdReader.plainNumber(digits, unit: unit, of: "`share of (…)`", isShare: true)
        case .number: return nil
        }
    }

    /// The canonical metric that a measure is computed over; `nil` where its series is not known.
    func metric(of measure: Measure) -> String? {
        guard let watch, let input = input(of: measure) else { return nil }
        return catalogue.catalogue.canonicalMetric(watch.inputs[input].input.selector.metric)
    }

    // MARK: Parts

    private func check(_ part: ConditionPart, of read: ReadCondition, _ book: inout ThresholdBook) {
        let value = read.value
        switch part.kind {
        case .comparison(let left, let comparison, let right):
            let known = [left, right].map { checkIsDeclared($0, value) }
            for side in [left, right] { checkMembers(side.operand.question, at: side.place, value) }
            if !part.isOfMembers { checkIsNoGroup(left, comparison, right, value) }
            switch (left.operand, right.operand) {
            case (.number(let digits, let unit), let other):
                check(digits, unit, against: other, value, at: left.place, &book)
            case (let other, .number(let digits, let unit)):
                check(digits, unit, against: other, value, at: right.place, &book)
            default:
                if let one = known[0], let other = known[1] { check(one, with: other, value, at: left.place, book) }
            }
        case .atLeast(_, of: let question, within: let distance, let distancePlace):
            checkMembers(question, at: part.place, value)
            if let distance { check(distance, of: question, value, at: distancePlace) }
        case .between: break
        case .on(let type): if type == .holiday { checkHolidays(value, offset: part.place) }
        }
    }

    private func checkIsDeclared(_ side: ConditionPart.Side, _ value: YAMLValue) -> Measure? {
        guard let name = side.operand.measure else { return nil }
        if let measure = measures.first(where: { $0.measure.name == name })?.measure { return measure }
        let names = measures.map(\.measure.name)
        // A measure that was refused has been reported by itself.
        guard !refusedMeasures.contains(name) else { return nil }
        value.report(
            "“\(name)” is not a measure of this scenario.",
            didYouMean(name, among: names + refusedMeasures.sorted())
                ?? (names.isEmpty
                    ? "Declare it under `measures`."
                    : "Declare it under `measures`, or use one of: \(names.joined(separator: " "))."),
            offset: side.place + (side.operand == .measure(name) ? 0 : side.operand.description.count - name.count)
        )
        return nil
    }

    /// A measure by itself is one value only where each device has a ladder of its own.
    private func checkIsNoGroup(
        _ left: ConditionPart.Side,
        _ comparison: Condition.Comparison,
        _ right: ConditionPart.Side,
        _ value: YAMLValue
    ) {
        guard let key = watch?.key, key != .device else { return }
        for side in [left, right] {
            guard case .measure(let name) = side.operand, measures.contains(where: { $0.measure.name == name }) else {
                continue
            }
            let group = if case .label(let label) = key { "all devices of one \(label)" } else { "a district" }
            let other = side.place == left.place ? right.operand : left.operand
            let isUpward =
                switch comparison {
                case .greaterOrEqual, .greater: side.place == left.place
                case .lessOrEqual, .less: side.place != left.place
                case .equal, .notEqual: true
                }
            let question = "\(left.operand) \(comparison.rawValue) \(right.operand)"
            let isMember = if case .members = other { true } else { false }
            value.report(
                "`\(name)` is measured by each device of \(group), so it is no single value.",
                "Say which counts: `\(isUpward ? "max" : "min") of \(name)`"
                    + (isMember ? "." : ", or `count of (\(question)) >= 1`."),
                offset: side.place
            )
        }
    }

    /// What is asked of members is asked of series of one kind.
    private func checkMembers(_ question: Condition?, at place: Int, _ value: YAMLValue) {
        guard let question, let watch else { return }
        let asked = measures.map(\.measure).filter { question.measures.contains($0.name) }
        let inputs = Set(asked.compactMap { input(of: $0) }).sorted()
        guard inputs.count > 1 else { return }
        let series = inputs.map { "“\(watch.inputs[$0].input.name)”" }.joined(separator: " and ")
        value.report(
            "The members of a group are series of one kind, but this asks measures of \(series).",
            "Ask each series by itself and join the answers, such as `count of (\(asked[0].name) …) >= 1 and "
                + "count of (\(asked.first { input(of: $0) != input(of: asked[0]) }?.name ?? "") …) >= 1`.",
            offset: place
        )
    }

    // MARK: Units

    private func check(
        _ digits: String,
        _ unit: String,
        against operand: Condition.Operand,
        _ value: YAMLValue,
        at place: Int,
        _ book: inout ThresholdBook
    ) {
        do throws(Fault) {
            let said = "“\(digits) \(unit)” in line \(value.place.line)"
            _ = try threshold(digits, unit, against: operand, &book, place: said)
        } catch {
            value.report(error.message, error.remedy, offset: place)
        }
    }

    private func check(
        _ left: Measure,
        with right: Measure,
        _ value: YAMLValue,
        at place: Int,
        _ book: ThresholdBook
    ) {
        guard let metrics = metric(of: left).flatMap({ one in metric(of: right).map { (one, $0) } }) else { return }
        let (one, other) = (left.function.dimension, right.function.dimension)
        guard metrics.0 != metrics.1 || one.unit(ofMetricIn: "unit") != other.unit(ofMetricIn: "unit"),
            one != .number || other != .number
        else { return }
        let units = (book.unit(of: metrics.0), book.unit(of: metrics.1))
        func said(_ dimension: WindowFunction.Dimension, _ unit: String?) -> String {
            dimension == .number ? "a plain number" : "in \(dimension.unit(ofMetricIn: unit ?? "the metric's unit"))"
        }
        if metrics.0 != metrics.1 {
            for (metric, unit) in [(metrics.0, units.0), (metrics.1, units.1)] where unit == nil {
                value.report(
                    "`\(left.name)` and `\(right.name)` are compared, but nothing says what unit \(metric) is in.",
                    "Give the metric a `unit` in the catalogue.",
                    offset: place
                )
                return
            }
            let isSame = one.unit(ofMetricIn: units.0 ?? "") == other.unit(ofMetricIn: units.1 ?? "")
            guard !isSame else { return }
        }
        value.report(
            "`\(left.name)` is \(said(one, units.0)) and `\(right.name)` is \(said(other, units.1)); they cannot be "
                + "compared.",
            "Compare each with a threshold of its own.",
            offset: place
        )
    }

    /// The number of `above` and `below` must be in a unit of the metric.
    private func checkNumber(of measure: Measure, _ value: YAMLValue, _ book: inout ThresholdBook) {
        guard let metric = metric(of: measure) else { return }
        let number: Double
        switch measure.function {
        case .above(let written), .below(let written): number = written
        default: return
        }
        do throws(Fault) {
            guard measure.unit.isEmpty || catalogue.catalogue.metric(metric)?.unit != nil else {
                throw Fault(
                    "“\(measure.unit)” cannot be converted, as the catalogue gives \(metric) no unit.",
                    "Give the metric a `unit`, or write the number without one."
                )
            }
            let last = Measure(name: metric, function: .last, window: measure.window)
            guard !measure.unit.isEmpty else { return }
            let digits = number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
            _ = try book.value(
                digits,
                unit: measure.unit,
                beside: last,
                metric: metric,
                place: "line \(value.place.line)"
            )
        } catch {
            let text = value.scalarText ?? ""
            let unit = text.firstRange(of: measure.unit).map { text.distance(from: text.startIndex, to: $0.lowerBound) }
            value.report(error.message, error.remedy, offset: unit)
        }
    }

    private func check(
        _ distance: Condition.Distance,
        of question: Condition,
        _ value: YAMLValue,
        at place: Int
    ) {
        do throws(Fault) {
            try ThresholdReader.checkDistance(distance)
        } catch {
            value.report(error.message, error.remedy, offset: place)
            return
        }
        guard let watch, let input = members(askedBy: question) else { return }
        guard !matching(watch.inputs[input].input.selector).isPlaced else { return }
        value.report(
            "No device that is asked has a latitude and a longitude in the catalogue, so none is near another.",
            "Give the devices a `place`, or leave `within` out.",
            offset: place,
            severity: .warning
        )
    }

    /// Number of the series that a question to members is about.
    func members(askedBy question: Condition) -> Int? {
        measures.first { question.measures.contains($0.measure.name) }.flatMap { input(of: $0.measure) }
    }
}
