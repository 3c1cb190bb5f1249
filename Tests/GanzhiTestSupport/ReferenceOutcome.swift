/// What a replay brought forth, in a form in which two engines can be compared.
public struct ReferenceOutcome: Sendable {
    /// A window line.
    public struct Window: Sendable, Codable {
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
    }

    /// A number that a measure was held against.
    public struct Threshold: Sendable, Codable {
        /// The comparison, with the measure on its left.
        public var comparison: String
        /// The value, in the canonical unit.
        public var value: Double
    }

    /// A measure behind a transition.
    public struct Evidence: Sendable, Codable {
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
        /// What it was held against.
        public var thresholds: [Threshold]
    }

    /// A warning event.
    public struct Transition: Sendable {
        /// The last word of the event's type: raised, escalated, eased, cleared or stale.
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
    }

    /// Window lines in order.
    public var windows: [Window] = []
    /// Warning events in order.
    public var transitions: [Transition] = []
    /// Entries of the ledger, such as `readings.late`; those that are 0 are left out.
    public var counts: [String: Int] = [:]

    /// Creates an empty outcome.
    public init() {}

    /// The first difference to another outcome in words, or `nil`.
    ///
    /// Values may differ by 1e-9 of their size, as sums are added in another order; all else must be equal.
    public func difference(to other: ReferenceOutcome) -> String? {
        Self.difference(windows, other.windows) { $0.isSame(as: $1) }.map { "windows \($0)" }
            ?? Self.difference(transitions, other.transitions) { $0.isSame(as: $1) }.map { "transitions \($0)" }
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
    left == right || abs(left - right) <= 1e-9 * max(abs(left), abs(right))
}

extension ReferenceOutcome.Window {
    func isSame(as other: Self) -> Bool {
        var other = other
        guard isClose(value, other.value), isClose(coverage, other.coverage), isClose(good, other.good) else {
            return false
        }
        (other.value, other.coverage, other.good) = (value, coverage, good)
        return "\(self)" == "\(other)"
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
            && conditions == other.conditions
    }
}

extension ReferenceOutcome.Evidence {
    func isSame(as other: Self) -> Bool {
        var other = other
        guard isClose(value, other.value), isClose(coverage, other.coverage), isClose(good, other.good) else {
            return false
        }
        (other.value, other.coverage, other.good) = (value, coverage, good)
        return "\(self)" == "\(other)"
    }
}
