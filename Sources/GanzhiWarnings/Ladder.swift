public import GanzhiModel

/// The rules of a scenario that turn measures into a level.
public struct Ladder: Sendable, Hashable, Codable {
    /// When a level holds.
    public struct Rung: Sendable, Hashable, Codable {
        /// The level.
        public var level: Level
        /// What must be true.
        public var when: Condition
        /// For how long it must have been true.
        public var hold: TimeSpan
        /// What must be true for the level to ease; `nil` means that `when` is not.
        public var until: Condition?

        /// Creates a rung.
        public init(level: Level, when: Condition, hold: TimeSpan = .zero, until: Condition? = nil) {
            self.level = level
            self.when = when
            self.hold = hold
            self.until = until
        }
    }

    /// The levels, lowest first, each at most once; never empty.
    public var rungs: [Rung]
    /// What must be true for the warning to be cleared; `nil` means that no rung's `when` is.
    public var clear: Condition?
    /// For how long `clear`, and a rung's `until`, must have been true.
    public var clearHold: TimeSpan
    /// Running time without a known evaluation after which a standing warning is stale; event time that a run outlasts.
    public var silence: TimeSpan
    /// Coverage below which a measure is unknown, 0…1.
    public var minimumCoverage: Double

    /// Creates a ladder.
    public init(
        rungs: [Rung],
        clear: Condition? = nil,
        clearHold: TimeSpan = .minutes(5),
        silence: TimeSpan = .minutes(10),
        minimumCoverage: Double = 0
    ) {
        self.rungs = rungs.sorted { $0.level < $1.level }
        self.clear = clear
        self.clearHold = clearHold
        self.silence = silence
        self.minimumCoverage = minimumCoverage
    }
}
