import GanzhiModel

extension ReferenceOutcome {
    /// A report that a key's level goes up and down.
    public struct Flapping: Sendable, Hashable, Comparable {
        /// Scenario id.
        public var scenario: String
        /// Key within the scenario.
        public var key: String
        /// Milliseconds.
        public var instant: Int64
        /// Sequence of the block that decided.
        public var block: Int

        /// Whether the left one is told first: by scenario and key, then by block and instant.
        public static func < (left: Self, right: Self) -> Bool {
            if left.scenario != right.scenario { return left.scenario.precedesByCodePoint(right.scenario) }
            if left.key != right.key { return left.key.precedesByCodePoint(right.key) }
            return (left.block, left.instant) < (right.block, right.instant)
        }
    }
}
