public import GanzhiModel

/// Reads a journal by sequence; several may read, also while a writer appends.
///
/// A reader is told how far it may read: the last sequence that the writer has committed, or
/// ``JournalExtent/lastSequence`` for a journal that nobody writes. Every block up to there must be whole, and one that
/// is not is an error with file and offset, never skipped.
///
/// `@unchecked Sendable`: the buffer is reached through this value alone, and as it cannot be copied, by one thread at
/// a time.
public struct JournalReader: ~Copyable, @unchecked Sendable {
    /// Sequence of the block that is read next.
    public private(set) var nextSequence: UInt64

    private let folder: String
    private var cursor: SegmentCursor?
    /// First sequence of the segment behind the cursor's; `max` where none is known.
    private var nextSegment = UInt64.max

    /// Creates a reader; files are opened as they are needed.
    ///
    /// - Parameters:
    ///   - folder: The journal's folder.
    ///   - sequence: First block to read; 0 counts as 1.
    public init(folder: String, from sequence: UInt64 = 1) {
        self.folder = folder
        nextSequence = max(sequence, 1)
    }

    /// The next block, or `nil` behind `last`.
    ///
    /// - Throws: ``JournalError``: damage, a missing segment, a file that cannot be read.
    public mutating func next(through last: UInt64) throws(JournalError) -> Block? {
        guard let raw = try nextRaw(through: last) else { return nil }
        return try raw.block()
    }

    /// Reads on up to `last`, handing out each block where it lies: no allocation per block.
    ///
    /// - Parameters:
    ///   - last: Last sequence to read.
    ///   - body: Called for each block; the block is valid inside the call only.
    /// - Throws: ``JournalError``, and what `body` throws; the block it refused counts as read.
    public mutating func forEach(through last: UInt64, _ body: (RawBlock) throws -> Void) throws {
        while let block = try nextRaw(through: last) { try body(block) }
    }

    private mutating func nextRaw(through last: UInt64) throws(JournalError) -> RawBlock? {
        guard nextSequence <= last else { return nil }
        let list: SegmentList
        if let cursor, nextSequence < nextSegment {
            if let block = try take(cursor) { return block }
            // The writer may have gone on in a segment that did not exist when this one was opened.
            list = try SegmentList(folder: folder)
            guard list.segment(holding: nextSequence) != cursor.first else { throw damage(cursor) }
        } else {
            list = try SegmentList(folder: folder)
        }
        let cursor = try open(in: list)
        guard let block = try take(cursor) else { throw damage(cursor) }
        return block
    }

    private mutating func take(_ cursor: SegmentCursor) throws(JournalError) -> RawBlock? {
        guard let block = try cursor.next() else { return nil }
        nextSequence = block.sequence + 1
        return block
    }

    /// Opens the segment that holds the next block and walks up to it.
    private mutating func open(in list: SegmentList) throws(JournalError) -> SegmentCursor {
        guard let first = list.segment(holding: nextSequence) else {
            throw .missing(sequence: nextSequence, folder: folder)
        }
        let cursor = try SegmentCursor(path: list.path(first), first: first)
        guard try cursor.header() == .valid else { throw damage(cursor) }
        while cursor.expected < nextSequence {
            guard try cursor.next() != nil else { throw damage(cursor) }
        }
        self.cursor = cursor
        nextSegment = list.firsts.first { $0 > first } ?? .max
        return cursor
    }

    private func damage(_ cursor: SegmentCursor) -> JournalError {
        .damaged(
            file: cursor.path,
            offset: cursor.offset,
            detail: "block \(cursor.expected) is missing there or does not fit its checksum"
        )
    }
}
