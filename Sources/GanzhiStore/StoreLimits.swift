public import GanzhiModel

/// How much the bounded tables of the store hold.
///
/// Events and generations are kept for ever; standing warnings are bounded by scenarios × keys, the ledger by feeds ×
/// columns × reason codes.
public struct StoreLimits: Sendable, Hashable {
    /// Publications that may wait for the broker.
    ///
    /// Of a retained topic only the newest ever waits, so a topic's standing value is never lost. Beyond the limit the
    /// oldest other publications are given up, newest warnings being worth more to whoever must act: their events
    /// stay in the store and can be read by serial, and ``OutboxStatus/dropped`` counts them. Where retained topics
    /// alone exceed the limit they all stay; there are as many as standing warnings.
    public var outbox: Int

    /// Publications that were made and whose time is kept; older ones are forgotten.
    public var published: Int

    /// How long trace points are kept behind the newest commit's time, by their instant.
    public var traceAge: TimeSpan

    /// Suppressions that are over and can still be looked up; beyond that those whose end lies furthest back go.
    public static let endedSuppressions = 1000

    /// Newest samples kept for each feed, column and reason.
    public static let samplesPerKey = 16

    /// Creates limits.
    ///
    /// - Parameters:
    ///   - outbox: Waiting publications, at least 1.
    ///   - published: Remembered publications; 0 forgets at once.
    ///   - traceAge: Age of the oldest trace points; zero or more.
    public init(outbox: Int = 1_000_000, published: Int = 10_000, traceAge: TimeSpan = .days(400)) {
        self.outbox = max(1, outbox)
        self.published = max(0, published)
        self.traceAge = max(.zero, traceAge)
    }
}
