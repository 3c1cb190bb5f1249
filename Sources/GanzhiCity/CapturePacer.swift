public import GanzhiModel

/// How fast a capture is played back.
public enum PlaybackSpeed: Sendable, Hashable {
    /// So many times as fast as it was received; 1 is the original pace.
    case factor(Double)
    /// As fast as the broker takes it.
    case max

    /// Factors that are accepted.
    public static let factors = 0.001...1_000_000.0

    /// Reads a speed as the command line gives it: a factor such as `1` or `60`, or `max`.
    ///
    /// - Throws: ``Problem``, with what would do.
    public init(_ text: String) throws(Problem) {
        if text == "max" {
            self = .max
        } else if let factor = Double(text), Self.factors.contains(factor) {
            self = .factor(factor)
        } else {
            throw Problem(
                message: "The speed “\(text)” is neither `max` nor a factor from 0.001 to 1000000.",
                remedy: "Use 1 for the original pace, 60 for an hour in a minute, or max."
            )
        }
    }
}

/// Says when each message of a capture is due, from the times at which they were received.
///
/// Pure: the caller has the clock.
public struct CapturePacer: Sendable {
    /// How fast.
    public let speed: PlaybackSpeed
    private var first: Timestamp?
    private var latest = TimeSpan.zero

    /// Creates a pacer for one playback.
    public init(speed: PlaybackSpeed) { self.speed = speed }

    /// When the next message is due, since the start of the playback.
    ///
    /// The first is due at once. Never earlier than the message before it: one whose received time steps back
    /// follows at once, so that the order of the capture is kept.
    ///
    /// - Parameter received: Received time of the message, in the order of the capture; must be plausible.
    public mutating func due(_ received: Timestamp) -> TimeSpan {
        guard case .factor(let factor) = speed else { return .zero }
        guard let first else {
            first = received
            return .zero
        }
        let span = (Double((received - first).microseconds) / factor).rounded()
        // Within ``TimeSpan/longest`` whatever the capture says: nobody waits ten years.
        latest = Swift.max(latest, TimeSpan(microseconds: Int64(min(span, Double(TimeSpan.longest.microseconds)))))
        return latest
    }
}
