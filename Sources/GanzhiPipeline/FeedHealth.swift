/// Whether a feed delivers, as its events told last.
struct FeedHealth: BitwiseCopyable {
    /// Whether it was reported degraded and not restored since.
    var isDegraded = false
    /// Times it was degraded so far.
    var episode: UInt32 = 0
}
