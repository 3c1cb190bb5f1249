import GanzhiModel
import GanzhiWindow

/// Blocks that were added and not yet taken through windows and ladders.
struct PipelineBatch {
    /// What a block's events say of it.
    struct BlockInfo {
        var sequence: UInt64
        var topic: String
        var feedEvent: FeedState?
    }

    /// The blocks as the window engine sees them.
    private(set) var slices: [BlockSlice] = []
    /// More about each block.
    private(set) var blocks: [BlockInfo] = []
    /// Running time of every feed at every block, block-major.
    private(set) var running: [Int64] = []
    /// Readings of all blocks, and the channels that are new.
    var readings = ReadingBatch()
    /// Metrics whose unit became known, with the index of the block that told it.
    var learnedUnits: [(block: Int, metric: String)] = []

    mutating func append(
        sequence: UInt64, now: Timestamp, feed: Int, topic: String, readings count: Int, running: [Int64],
        feedEvent: FeedState? = nil
    ) {
        slices.append(BlockSlice(now: now, feed: feed, count: count))
        blocks.append(BlockInfo(sequence: sequence, topic: topic, feedEvent: feedEvent))
        self.running += running
    }

    mutating func removeAll() {
        slices.removeAll(keepingCapacity: true)
        blocks.removeAll(keepingCapacity: true)
        running.removeAll(keepingCapacity: true)
        readings.removeAll()
        learnedUnits.removeAll(keepingCapacity: true)
    }
}
