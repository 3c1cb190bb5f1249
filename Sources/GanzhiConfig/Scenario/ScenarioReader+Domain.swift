import GanzhiCatalogue
import GanzhiWarnings
import GanzhiWindow

/// What the catalogue and the functions say about the values that can come.
extension ScenarioReader {
    /// Values that can come, and why no others do.
    struct Domain {
        var interval = Interval.everything
        var reason = ""
    }

    /// The knowledge that conditions are held against.
    struct Knowledge: ConditionBoxes.Knowledge {
        private let reader: ScenarioReader
        private var book: ThresholdBook
        /// The values of readings, by input.
        private let ranges: [Domain]
        /// The most members that a group has, and why, by input; `nil` where that is not known.
        private let limits: [(count: Int, reason: String)?]

        init(_ reader: ScenarioReader) {
            self.reader = reader
            book = ThresholdBook(catalogue: reader.catalogue)
            let inputs = reader.watch?.inputs.map(\.input) ?? []
            ranges = inputs.map { reader.range(ofInput: $0) }
            limits = inputs.map { reader.memberLimit(ofInput: $0) }
        }

        mutating func value(_ digits: String, _ unit: String, of operand: Condition.Operand) -> Double? {
            try? reader.threshold(digits, unit, against: operand, &book)
        }

        mutating func domain(of operand: Condition.Operand) -> Interval { explainedDomain(of: operand).interval }

        mutating func canBeTrue(of members: Int, _ question: Condition) -> Bool {
            if let limit = memberLimit(question), members > limit.count { return false }
            return ConditionBoxes.verdict(question, &self) != .never
        }

        /// The values that an operand can have, and why no others.
        mutating func explainedDomain(of operand: Condition.Operand) -> Domain {
            switch operand {
            case .number: return Domain()
            case .measure(let name), .members(.mean, of: let name), .members(.min, of: let name),
                .members(.max, of: let name):
                return domain(ofMeasure: name)
            case .members(.sum, of: let name):
                var domain = domain(ofMeasure: name)
                domain.interval = domain.interval.grownBySums
                return domain
            case .share(let question):
                guard ConditionBoxes.verdict(question, &self) != .never else { return .noMember }
                return Domain(interval: Interval(low: 0, high: 1), reason: "a share lies between 0 and 1")
            case .count(let question):
                guard ConditionBoxes.verdict(question, &self) != .never else { return .noMember }
                let limit = memberLimit(question)
                return Domain(
                    interval: Interval(low: 0, high: limit.map { Double($0.count) } ?? .infinity),
                    reason: "a count is not negative" + (limit.map { ", and \($0.reason)" } ?? "")
                )
            }
        }

        /// The most members that can be asked, and why; `nil` where that is not known.
        func memberLimit(_ question: Condition) -> (count: Int, reason: String)? {
            reader.members(askedBy: question).flatMap { limits[$0] }
        }

        /// The values that a measure can have.
        private func domain(ofMeasure name: String) -> Domain {
            guard let measure = reader.measures.first(where: { $0.measure.name == name })?.measure,
                let input = reader.input(of: measure)
            else { return Domain() }
            let range = ranges[input]
            let width = range.interval.high - range.interval.low
            return switch measure.function {
            case .count, .distinct: Domain(interval: Interval(low: 0), reason: "a count is not negative")
            case .above, .below:
                Domain(interval: Interval(low: 0, high: 1), reason: "a share of time lies between 0 and 1")
            case .slope: Domain()
            case .sum: Domain(interval: range.interval.grownBySums, reason: range.reason)
            case .delta: Domain(interval: Interval(low: -width, high: width), reason: range.reason)
            case .stddev: .spread(upTo: width, range)
            case .variance: .spread(upTo: width * width, range)
            case .rate: Domain(interval: Interval(low: range.interval.low >= 0 ? 0 : -.infinity), reason: range.reason)
            case .min, .max, .mean, .first, .last, .twa, .quantile, .circularMean: range
            }
        }
    }

    /// The most members that a group has, and why; `nil` where that is not known.
    private func memberLimit(ofInput input: Watch.Input) -> (count: Int, reason: String)? {
        guard let watch, watch.key != .device else {
            return (1, "with `per: device` a group is one device, which has one such series")
        }
        guard let most = matching(input.selector).largestKey else { return nil }
        let group = if case .label(let label) = watch.key { label } else { "district" }
        return (most, "no \(group) has more than \(most == 1 ? "1 device that fits" : "\(most) devices that fit")")
    }

    /// The values that readings of a series can have: those of the metric, or what its devices say instead.
    private func range(ofInput input: Watch.Input) -> Domain {
        let known = catalogue.catalogue
        let metric = known.canonicalMetric(input.selector.metric)
        guard let definition = known.metric(metric) else { return Domain() }
        let devices = matching(input.selector)
        var ranges = devices.ranges
        // Devices that the catalogue does not know fit where nothing of what it would know is asked for.
        if devices.count == 0 || input.selector.where.keys.allSatisfy({ $0 == "device" }) {
            ranges.insert(definition.range)
        }
        let low = ranges.map { $0?.min ?? -.infinity }.min() ?? -.infinity
        let high = ranges.map { $0?.max ?? .infinity }.max() ?? .infinity
        let isDefinition = low == definition.range?.min ?? -.infinity && high == definition.range?.max ?? .infinity
        let place =
            isDefinition
            ? catalogue.place(ofMetric: metric).map { " (see \($0.text))" } ?? ""
            : " at the devices that fit"
        guard let text = Self.text(low, high) else { return Domain() }
        let unit = definition.unit.map { " \($0)" } ?? ""
        return Domain(
            interval: Interval(low: low, high: high),
            reason: "\(metric) is valid \(text)\(unit)\(place)"
        )
    }

    /// A range in words; `nil` for one without bounds.
    private static func text(_ low: Double, _ high: Double) -> String? {
        func plain(_ value: Double) -> String {
            value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
        }
        return switch (low.isFinite, high.isFinite) {
        case (true, true): "from \(plain(low)) to \(plain(high))"
        case (true, false): "from \(plain(low))"
        case (false, true): "up to \(plain(high))"
        case (false, false): nil
        }
    }
}

extension ScenarioReader.Domain {
    /// Of how many members a question is true that never is.
    fileprivate static let noMember = ScenarioReader.Domain(
        interval: .only(0),
        reason: "the condition in its brackets is never true"
    )

    /// What a spread of values can be.
    fileprivate static func spread(upTo most: Double, _ range: ScenarioReader.Domain) -> ScenarioReader.Domain {
        ScenarioReader.Domain(
            interval: Interval(low: 0, high: most),
            reason: "a spread is not negative" + (range.reason.isEmpty ? "" : ", and \(range.reason)")
        )
    }
}

extension Interval {
    /// What sums of one or more values of it can be.
    fileprivate var grownBySums: Interval {
        Interval(low: low >= 0 ? low : -.infinity, high: high <= 0 ? high : .infinity)
    }
}
