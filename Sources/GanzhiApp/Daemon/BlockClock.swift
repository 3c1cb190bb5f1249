import GanzhiModel

/// The times of journal blocks: one that never goes back, whatever is done to the machine's clock, and a monotonic one.
///
/// While the machine's clock is behind what was received before, as it was set back, received times go on at half speed:
/// so windows of readings without a time of their own still end, events keep their order, and the clock catches up in
/// twice the time of the step. No two blocks have the same received time, so that two readings without a time are never
/// taken for the same one.
struct BlockClock {
    /// Received time of the newest block.
    private(set) var received: Timestamp
    /// Monotonic time of the last ``turn(wall:monotonic:)``, in microseconds.
    private(set) var monotonic: Int64 = 0
    /// How far the machine's clock is behind the received time.
    private(set) var behind = TimeSpan.zero
    private var wall: Timestamp?

    /// A step that is more than noise, for a turn that comes soon after the one before.
    static let step = TimeSpan.seconds(1)

    /// Creates the clock of a journal whose last block was received then.
    init(after received: Timestamp) { self.received = received }

    /// A turn begins; returns by how much the machine's clock was set forward since the one before, 0 where it was not.
    mutating func turn(wall now: Timestamp, monotonic time: Int64) -> TimeSpan {
        let elapsed = wall == nil ? 0 : max(0, time - monotonic)
        // A tenth of a long pause: clocks are also set slowly.
        let expected = (wall ?? now) + TimeSpan(microseconds: elapsed + elapsed / 10)
        wall = now
        monotonic = time
        received = max(received + TimeSpan(microseconds: elapsed / 2), now)
        behind = received - now
        return now - expected > Self.step ? now - expected : .zero
    }

    /// The received time of the next block.
    mutating func next() -> Timestamp {
        defer { received = received + TimeSpan(microseconds: 1) }
        return received
    }
}
