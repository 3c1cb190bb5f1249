public import GanzhiModel

/// How event time is cut into windows.
public struct WindowSpec: Sendable, Hashable {
    /// What begins and ends a window.
    public enum Kind: Sendable, Hashable {
        /// Multiples of ``WindowSpec/every`` since the Unix epoch: `[end − size, end)`.
        ///
        /// With `every` equal to `size` windows tumble, with a smaller one they overlap, with a greater one there is time
        /// that no window holds. Where `every` is whole days, windows end at days of the plan's calendar.
        case hopping
        /// Each reading's time: `(time − size, time]`.
        case sliding
        /// A pause of at least ``WindowSpec/size``: from the first reading to the last one before it, and the pause.
        case session
    }

    /// What begins and ends a window.
    public let kind: Kind
    /// Event time that one window covers, positive; of a session the gap that ends it.
    public let size: TimeSpan
    /// Event time between two window ends; zero where readings end them.
    public let every: TimeSpan

    private init(kind: Kind, size: TimeSpan, every: TimeSpan) {
        precondition(size > .zero, "A window needs a positive size.")
        self.kind = kind
        self.size = size
        self.every = every
    }

    /// Windows that end at every multiple of `every` since the epoch; both spans positive.
    public static func hopping(_ size: TimeSpan, every: TimeSpan) -> WindowSpec {
        precondition(every > .zero, "A hop must be positive.")
        return WindowSpec(kind: .hopping, size: size, every: every)
    }

    /// Windows one after the other.
    public static func tumbling(_ size: TimeSpan) -> WindowSpec { .hopping(size, every: size) }

    /// A window for every reading, back from its time.
    public static func sliding(_ size: TimeSpan) -> WindowSpec { WindowSpec(kind: .sliding, size: size, every: .zero) }

    /// A window for every stretch of readings without a pause of `gap`.
    public static func session(gap: TimeSpan) -> WindowSpec { WindowSpec(kind: .session, size: gap, every: .zero) }

    /// Whether its ends are days of the calendar.
    public var isDaily: Bool { kind == .hopping && every.isMultiple(of: .days(1)) }
}

extension WindowSpec: CustomStringConvertible {
    /// The window as measures write it, in full.
    public var description: String {
        switch kind {
        case .hopping: size == every ? "tumbling(\(size))" : "hopping(\(size), \(every))"
        case .sliding: "sliding(\(size))"
        case .session: "session(\(size))"
        }
    }
}
