/// What a replay brought forth, in a form in which two engines can be compared.
public struct ReferenceOutcome: Sendable {
    /// How near two computations of one value must come.
    public enum Nearness: Sendable {
        /// Up to a share of the value.
        case share(Double)
        /// Up to 1e-9 of the value, or to this where terms cancel out.
        case floor(Double)
        /// As ``floor(_:)``, between the squares.
        case rootOfFloor(Double)
        /// Up to 1e-7 degrees around the circle.
        case angle
    }

    /// A window line.
    public struct Window: Sendable, Decodable {
        /// Scenario id.
        public var scenario: String
        /// Key within the scenario.
        public var key: String
        /// Name of the measure.
        public var measure: String
        /// Milliseconds.
        public var start: Int64
        /// Milliseconds.
        public var end: Int64
        /// Readings that entered.
        public var count: Int
        /// The value, in the canonical unit.
        public var value: Double
        /// Share backed by readings.
        public var coverage: Double
        /// Share of good readings.
        public var good: Double
        /// How often it was reported before.
        public var revision: Int
        /// How near another computation must come; not in the line itself.
        var nearness = Nearness.share(1e-9)

        private enum CodingKeys: String, CodingKey {
            case scenario, key, measure, start, end, count, value, coverage, good, revision
        }
    }

    /// A number that a measure was held against.
    public struct Threshold: Sendable, Hashable, Decodable {
        /// The comparison, with the measure on its left.
        public var comparison: String
        /// The value, in the canonical unit.
        public var value: Double
    }

    /// A measure behind a transition.
    public struct Evidence: Sendable, Decodable {
        /// Name of the measure.
        public var measure: String
        /// The value, in the canonical unit.
        public var value: Double
        /// Milliseconds, included.
        public var start: Int64
        /// Milliseconds, not included.
        public var end: Int64
        /// Readings that entered.
        public var count: Int
        /// Share backed by readings.
        public var coverage: Double
        /// Share of good readings.
        public var good: Double
        /// How often its window was reported before.
        public var revision: Int
        /// What it was held against.
        public var thresholds: [Threshold]
        /// How near another computation must come; not in the event itself.
        var nearness = Nearness.share(1e-9)

        private enum CodingKeys: String, CodingKey {
            case measure, value, start, end, count, coverage, good, revision, thresholds
        }
    }

    /// A warning event.
    public struct Transition: Sendable {
        /// The last word of the event's type: raised, escalated, eased, cleared, stale or corrected.
        public var type: String
        /// Scenario id.
        public var scenario: String
        /// Key within the scenario.
        public var key: String
        /// Level after the event, or `none`.
        public var level: String
        /// Level before the event, or `none`.
        public var previous: String
        /// Milliseconds.
        public var instant: Int64
        /// Milliseconds.
        public var decided: Int64
        /// Milliseconds; `nil` without evidence.
        public var observed: Int64?
        /// Milliseconds; `nil` without evidence.
        public var received: Int64?
        /// Sequence of the block that decided.
        public var block: Int
        /// Place within the episode, from 1.
        public var sequence: Int
        /// The measures behind it, as declared.
        public var evidence: [Evidence]
        /// Level to `true`, `false` or `unknown`.
        public var conditions: [String: String]
        /// Of a correction, the place of the event that it corrects.
        public var corrects: Int?
    }

    /// Window lines in order.
    public var windows: [Window] = []
    /// Warning events in order, but for reports of flapping.
    public var transitions: [Transition] = []
    /// Reports of flapping, by scenario, key and block.
    public var flappings: [Flapping] = []
    /// Entries of the ledger, such as `readings.late`; those that are 0 are left out.
    public var counts: [String: Int] = [:]

    /// Creates an empty outcome.
    public init() {}

    /// The first difference to another outcome in words, or `nil`.
    ///
    /// This outcome is the reference's: values may differ as its ``Nearness`` allows, all else must be equal.
    public func difference(to other: ReferenceOutcome) -> String? {
        Self.difference(windows, other.windows) { $0.isSame(as: $1) }.map { "windows \($0)" }
            ?? Self.difference(transitions, other.transitions) { $0.isSame(as: $1) }.map { "transitions \($0)" }
            ?? Self.difference(flappings, other.flappings, ==).map { "flappings \($0)" }
            ?? (counts == other.counts
                ? nil : "counts:\n  \(counts.sorted(by: <))\n  \(other.counts.sorted(by: <))")
    }

    private static func difference<Element>(
        _ left: [Element],
        _ right: [Element],
        _ isSame: (Element, Element) -> Bool
    ) -> String? {
        for index in 0..<max(left.count, right.count) {
            let (one, two) = (
                index < left.count ? left[index] : nil, index < right.count ? right[index] : nil
            )
            if let one, let two, isSame(one, two) { continue }
            return "at \(index):\n  \(one.map { "\($0)" } ?? "none")\n  \(two.map { "\($0)" } ?? "none")"
        }
        return nil
    }
}

private func isClose(_ left: Double, _ right: Double) -> Bool {
    ReferenceOutcome.Nearness.share(1e-9).allows(left, right)
}

extension ReferenceOutcome.Nearness {
    /// Whether a value is near enough to the reference's.
    func allows(_ reference: Double, _ value: Double) -> Bool {
        let distance = abs(reference - value)
        switch self {
        case .share(let share): return distance <= share * abs(reference)
        case .floor(let floor): return distance <= max(1e-9 * abs(reference), floor)
        case .rootOfFloor(let floor):
            let squares = abs(reference * reference - value * value)
            return distance <= 1e-9 * abs(reference) || squares <= floor
        case .angle: return value >= 0 && value < 360 && min(distance, 360 - distance) <= 1e-7
        }
    }
}

extension ReferenceOutcome.Window {
    func isSame(as other: Self) -> Bool {
        guard nearness.allows(value, other.value), isClose(coverage, other.coverage), isClose(good, other.good) else {
            return false
        }
        return (scenario, key, measure, start, end, count)
            == (other.scenario, other.key, other.measure, other.start, other.end, other.count)
            && revision == other.revision
    }
}

extension ReferenceOutcome.Transition {
    func isSame(as other: Self) -> Bool {
        guard evidence.count == other.evidence.count, zip(evidence, other.evidence).allSatisfy({ $0.isSame(as: $1) })
        else { return false }
        let own = (type, scenario, key, level, previous, instant)
        return own == (other.type, other.scenario, other.key, other.level, other.previous, other.instant)
            && (decided, observed, received, block, sequence)
                == (other.decided, other.observed, other.received, other.block, other.sequence)
            && conditions == other.conditions && corrects == other.corrects
    }
}

extension ReferenceOutcome.Evidence {
    func isSame(as other: Self) -> Bool {
        guard nearness.allows(value, other.value), isClose(coverage, other.coverage), isClose(good, other.good) else {
            return false
        }
        return (measure, start, end, count, revision)
            == (other.measure, other.start, other.end, other.count, other.revision)
            && thresholds == other.thresholds
    }
}
