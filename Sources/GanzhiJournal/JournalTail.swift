import GanzhiModel

/// Where the whole blocks of a journal end.
struct JournalTail {
    var firstSequence: UInt64 = 1
    var lastSequence: UInt64 = 0
    var lastReceived: Timestamp?
    /// The newest segment with a valid header; `nil` where there is none.
    var segment: UInt64?
    /// Where its blocks end.
    var end = 0
    /// Where its last batch begins: whether that ever became durable, nothing on disk says.
    var lastBatch = 0
    /// Half-written bytes behind the end.
    var tornBytes = 0
    /// A segment that was only just begun.
    var unfinishedSegment: UInt64?

    /// Finds the tail.
    ///
    /// - Throws: ``JournalError``, naming file and offset, where something before the tail is not as written.
    init(folder: String) throws(JournalError) {
        var list = try SegmentList(folder: folder)
        if let last = list.firsts.last {
            let cursor = try SegmentCursor(path: list.path(last), first: last)
            if try cursor.header() == .unfinished {
                unfinishedSegment = last
                tornBytes = try cursor.endOfData(from: 0)
                list.removeLast()
            }
        }
        guard let first = list.firsts.first, let last = list.firsts.last else {
            // A segment that was begun and holds nothing still says where the journal goes on.
            if let unfinishedSegment {
                firstSequence = unfinishedSegment
                lastSequence = unfinishedSegment - 1
            }
            return
        }
        firstSequence = first
        segment = last
        try examine(last, of: list)
        if lastReceived == nil, list.firsts.count > 1 {
            let before = list.firsts[list.firsts.count - 2]
            lastReceived = try Self.lastReceived(in: before, upTo: last - 1, of: list)
        }
    }

    private mutating func examine(_ last: UInt64, of list: SegmentList) throws(JournalError) {
        let cursor = try SegmentCursor(path: list.path(last), first: last)
        guard try cursor.header() == .valid else {
            throw .damaged(file: cursor.path, offset: 0, detail: "its header is unfinished, but a later segment exists")
        }
        while try cursor.next() != nil {}
        // Looked at once more: beside a daemon, both may have been written meanwhile.
        while try cursor.presentWasDurable() {
            guard try cursor.next() == nil else {
                while try cursor.next() != nil {}
                continue
            }
            throw .damaged(
                file: cursor.path,
                offset: cursor.offset,
                detail: "block \(cursor.expected) does not fit its checksum, and a later block is whole"
            )
        }
        lastSequence = cursor.expected - 1
        lastReceived = cursor.lastHeader?.received
        end = cursor.offset
        lastBatch = cursor.batchOffset
        tornBytes += try cursor.endOfData(from: end) - end
    }

    private static func lastReceived(
        in segment: UInt64,
        upTo sequence: UInt64,
        of list: SegmentList
    ) throws(JournalError) -> Timestamp? {
        let cursor = try SegmentCursor(path: list.path(segment), first: segment)
        guard try cursor.header() == .valid else {
            throw .damaged(file: cursor.path, offset: 0, detail: "its header is unfinished, but a later segment exists")
        }
        while cursor.expected <= sequence {
            guard try cursor.next() != nil else {
                throw .damaged(
                    file: cursor.path,
                    offset: cursor.offset,
                    detail: "block \(cursor.expected) is missing, but the next segment begins with \(sequence + 1)"
                )
            }
        }
        return cursor.lastHeader?.received
    }
}
