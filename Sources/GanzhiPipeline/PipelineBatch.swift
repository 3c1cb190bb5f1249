import GanzhiCatalogue
import GanzhiModel
import GanzhiWindow

/// Blocks that were added and not yet taken through windows and ladders.
struct PipelineBatch {
    /// What is known of a block besides its readings.
    struct BlockInfo {
        var sequence: UInt64
        var now: Timestamp
        var feed: Int
        var topic: String
        var feedEvent: FeedState?
        var command: Command?
    }

    /// What the blocks' payloads held, in their order.
    var decoded = DecodedBatch()
    /// The blocks.
    private(set) var blocks: [BlockInfo] = []
    /// For each block how many decoded readings are its own; after normalising, how many were accepted.
    var arrivals: [Normaliser.Arrival] = []
    /// Running time of every feed at every block, block-major.
    private(set) var running: [Int64] = []
    /// The accepted readings of all blocks, and the channels that are new.
    var readings = ReadingBatch()
    /// The blocks as the window engine sees them; made when their readings are known.
    private(set) var slices: [BlockSlice] = []

    mutating func append(_ block: BlockInfo, readings count: Int, maxAhead: TimeSpan?, running: [Int64]) {
        blocks.append(block)
        arrivals.append(Normaliser.Arrival(count: count, received: block.now, maxAhead: maxAhead))
        for time in running { self.running.append(time) }
    }

    /// Cuts the accepted readings into the blocks' slices.
    mutating func slice() {
        for (block, arrival) in zip(blocks, arrivals) {
            slices.append(BlockSlice(now: block.now, feed: block.feed, count: arrival.accepted))
        }
    }

    mutating func removeAll() {
        decoded.removeAll()
        blocks.removeAll(keepingCapacity: true)
        arrivals.removeAll(keepingCapacity: true)
        running.removeAll(keepingCapacity: true)
        readings.removeAll()
        slices.removeAll(keepingCapacity: true)
    }
}
