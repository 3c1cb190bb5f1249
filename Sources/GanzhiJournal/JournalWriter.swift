public import GanzhiModel
import Glibc

/// Appends blocks to the journal of a data folder: the one writer of it (see ``DataFolderLock``).
///
/// Blocks are gathered by the `append` functions and made durable together by ``commit()``. How they lie in files,
/// ``JournalFormat`` says.
///
/// After a failed write or fdatasync the segment is abandoned: the system may have dropped the pages and would report
/// the next fdatasync as a success. The batch goes to a new segment that begins with its first sequence, so that
/// whatever of it reached the old one does not count. Where that fails too, ``commit()`` throws and keeps the batch;
/// it may be called again at any time, and more may be appended meanwhile.
///
/// `@unchecked Sendable`: the buffer is reached through this value alone, and as it cannot be copied, by one thread at
/// a time.
public struct JournalWriter: ~Copyable, @unchecked Sendable {
    /// What ``init(folder:segmentBytes:)`` found.
    public let recovery: JournalRecovery
    /// Last block that is durable.
    public private(set) var committedSequence: UInt64
    /// Last block that was appended, durable or not.
    public private(set) var lastSequence: UInt64

    private let folder: String
    private let segmentBytes: Int
    fileprivate var segment: OpenSegment?
    private var buffer: UnsafeMutableRawBufferPointer
    private var used = 0

    /// Room for a batch that is kept from commit to commit; a larger buffer is given back.
    private static let keptCapacity = 8 << 20

    /// Opens the journal of a folder, creating the folder where it does not exist, and cuts off a torn tail.
    ///
    /// - Parameters:
    ///   - folder: The journal's own folder.
    ///   - segmentBytes: Size to which segments are preallocated, 64 MiB unless told; at least 4 KiB.
    /// - Throws: ``JournalError``: a damaged, foreign or newer segment, with file and offset, or what the system refused.
    /// - Complexity: O(size of the newest segment). Older segments are checked by whoever reads them.
    public init(folder: String, segmentBytes: Int = 64 << 20) throws(JournalError) {
        if mkdir(folder, 0o750) == 0 {
            FolderNames.synchronize(parentOf: folder)
        } else if errno != EEXIST {
            throw .last("create", folder)
        }
        let segmentBytes = max(segmentBytes, 4096)
        let tail = try JournalTail(folder: folder)
        let name = (tail.unfinishedSegment ?? tail.segment).map { folder + "/" + JournalFormat.fileName(first: $0) }
        if tail.unfinishedSegment != nil, let name {
            guard unlink(name) == 0 else { throw .last("remove the unfinished", name) }
            try FileDescriptor(opening: folder, O_RDONLY | O_DIRECTORY, to: "open").synchronize()
        }
        let segment: OpenSegment? =
            if let first = tail.segment {
                try OpenSegment(
                    reopening: folder + "/" + JournalFormat.fileName(first: first),
                    tail: tail,
                    size: segmentBytes
                )
            } else {
                nil
            }
        self.folder = folder
        self.segmentBytes = segmentBytes
        self.segment = segment
        recovery = JournalRecovery(
            firstSequence: tail.firstSequence,
            lastSequence: tail.lastSequence,
            lastReceived: tail.lastReceived,
            bytesCutOff: tail.tornBytes,
            segment: name
        )
        committedSequence = tail.lastSequence
        lastSequence = tail.lastSequence
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Bytes that wait for ``commit()``.
    public var pendingBytes: Int { used }

    /// Appends a block; it counts only after ``commit()``.
    ///
    /// - Returns: The block's sequence.
    /// - Throws: ``JournalError/tooLong(part:bytes:limit:)``; then nothing was appended.
    @discardableResult public mutating func append(
        _ content: Block.Content,
        received: Timestamp,
        monotonic: Int64
    ) throws -> UInt64 {
        switch content {
        case .start: return try append(.start, [], received, monotonic)
        case .tick: return try append(.tick, [], received, monotonic)
        case .config(let generation): return try append(.config, Array(generation.utf8), received, monotonic)
        case .feed(let name, let state): return try append(.feed, [state.rawValue] + name.utf8, received, monotonic)
        case .command(let command): return try append(.command, CommandForm.encode(command), received, monotonic)
        case .message(let message):
            let names = Array(message.feed.utf8) + message.topic.utf8 + message.contentType.utf8
            return try names.withUnsafeBytes { names in
                let topic = message.feed.utf8.count
                let contentType = topic + message.topic.utf8.count
                return try message.payload.withUnsafeBytes { payload in
                    try append(
                        message: UnsafeRawBufferPointer(rebasing: names[topic..<contentType]),
                        payload: payload,
                        contentType: UnsafeRawBufferPointer(rebasing: names[contentType...]),
                        feed: UnsafeRawBufferPointer(rebasing: names[..<topic]),
                        packetID: message.packetID,
                        isRetained: message.isRetained,
                        received: received,
                        monotonic: monotonic
                    )
                }
            }
        }
    }

    /// Appends a message from where it lies, copying its bytes once; it counts only after ``commit()``.
    ///
    /// - Parameters:
    ///   - topic: The topic, UTF-8.
    ///   - payload: The payload.
    ///   - contentType: MQTT 5 content type, UTF-8; empty where there is none.
    ///   - feed: Name of the feed, UTF-8.
    ///   - packetID: MQTT packet id; 0 for QoS 0.
    ///   - isRetained: Whether the broker delivered it from its retained store.
    ///   - received: Wall clock, as read.
    ///   - monotonic: Monotonic clock in microseconds.
    /// - Returns: The block's sequence.
    /// - Throws: ``JournalError/tooLong(part:bytes:limit:)``; then nothing was appended.
    /// - Complexity: O(bytes), without allocation in steady state.
    @discardableResult public mutating func append(
        message topic: UnsafeRawBufferPointer,
        payload: UnsafeRawBufferPointer,
        contentType: UnsafeRawBufferPointer,
        feed: UnsafeRawBufferPointer,
        packetID: UInt16,
        isRetained: Bool,
        received: Timestamp,
        monotonic: Int64
    ) throws(JournalError) -> UInt64 {
        try Self.check("feed name", feed.count, Int(UInt16.max))
        try Self.check("topic", topic.count, Int(UInt16.max))
        try Self.check("content type", contentType.count, Int(UInt16.max))
        let names = JournalFormat.messageHeaderBytes + feed.count + topic.count + contentType.count
        try Self.check("payload", payload.count, JournalFormat.longestBlock - JournalFormat.blockHeaderBytes - names)
        let body = reserve(bodyBytes: names + payload.count)
        body.storeBytes(of: UInt16(feed.count).littleEndian, as: UInt16.self)
        body.storeBytes(of: UInt16(topic.count).littleEndian, toByteOffset: 2, as: UInt16.self)
        body.storeBytes(of: UInt16(contentType.count).littleEndian, toByteOffset: 4, as: UInt16.self)
        body.storeBytes(of: packetID.littleEndian, toByteOffset: 6, as: UInt16.self)
        body.storeBytes(of: isRetained ? 1 : 0, toByteOffset: 8, as: UInt32.self)
        var place = JournalFormat.messageHeaderBytes
        Self.copy(feed, to: body, &place)
        Self.copy(topic, to: body, &place)
        Self.copy(contentType, to: body, &place)
        Self.copy(payload, to: body, &place)
        return seal(.message, bodyBytes: place, received, monotonic)
    }

    private static func copy(
        _ part: UnsafeRawBufferPointer,
        to body: UnsafeMutableRawBufferPointer,
        _ place: inout Int
    ) {
        UnsafeMutableRawBufferPointer(rebasing: body[place...]).copyMemory(from: part)
        place += part.count
    }

    private mutating func append(
        _ kind: JournalFormat.Kind,
        _ bytes: [UInt8],
        _ received: Timestamp,
        _ monotonic: Int64
    ) throws(JournalError) -> UInt64 {
        try Self.check("name", bytes.count, JournalFormat.longestBlock - JournalFormat.blockHeaderBytes)
        reserve(bodyBytes: bytes.count).copyBytes(from: bytes)
        return seal(kind, bodyBytes: bytes.count, received, monotonic)
    }

    private static func check(_ part: String, _ bytes: Int, _ limit: Int) throws(JournalError) {
        guard bytes <= limit else { throw .tooLong(part: part, bytes: bytes, limit: limit) }
    }

    /// Room for a block's body behind the header's; its padding is zero.
    private mutating func reserve(bodyBytes: Int) -> UnsafeMutableRawBufferPointer {
        let length = JournalFormat.padded(JournalFormat.blockHeaderBytes + bodyBytes)
        if used + length > buffer.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(buffer.count * 2, used + length),
                alignment: 16
            )
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<used]))
            buffer.deallocate()
            buffer = larger
        }
        buffer.storeBytes(of: 0, toByteOffset: used + length - JournalFormat.alignment, as: UInt64.self)
        let start = used + JournalFormat.blockHeaderBytes
        return UnsafeMutableRawBufferPointer(rebasing: buffer[start..<(start + bodyBytes)])
    }

    /// Completes the block whose body was put into the reserved room.
    private mutating func seal(
        _ kind: JournalFormat.Kind,
        bodyBytes: Int,
        _ received: Timestamp,
        _ monotonic: Int64
    ) -> UInt64 {
        lastSequence += 1
        let length = JournalFormat.blockHeaderBytes + bodyBytes
        let block = UnsafeMutableRawBufferPointer(rebasing: buffer[used..<(used + length)])
        block.storeBytes(of: UInt32(length).littleEndian, toByteOffset: 4, as: UInt32.self)
        block.storeBytes(of: lastSequence.littleEndian, toByteOffset: 8, as: UInt64.self)
        block.storeBytes(of: received.microseconds.littleEndian, toByteOffset: 16, as: Int64.self)
        block.storeBytes(of: monotonic.littleEndian, toByteOffset: 24, as: Int64.self)
        let place = UInt32(clamping: lastSequence - committedSequence)
        block.storeBytes(of: place.littleEndian, toByteOffset: 32, as: UInt32.self)
        block.storeBytes(of: UInt32(kind.rawValue).littleEndian, toByteOffset: 36, as: UInt32.self)
        let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: block[4...]))
        block.storeBytes(of: checksum.littleEndian, as: UInt32.self)
        used += JournalFormat.padded(length)
        return lastSequence
    }

    /// Makes all appended blocks durable: one write and one fdatasync, in a new segment where the present one is full.
    ///
    /// Only when it has returned may the blocks' messages be acknowledged.
    ///
    /// - Returns: What became durable, and whether a segment was abandoned on the way.
    /// - Throws: ``JournalError``. Nothing is durable then and nothing is lost: call it again.
    @discardableResult public mutating func commit() throws(JournalError) -> JournalCommit {
        guard used > 0 else { return JournalCommit(lastSequence: committedSequence, bytes: 0, abandoned: nil) }
        let abandoned = try write(UnsafeRawBufferPointer(rebasing: buffer[..<used]))
        let bytes = used
        committedSequence = lastSequence
        used = 0
        if buffer.count > Self.keptCapacity {
            buffer.deallocate()
            buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        }
        return JournalCommit(lastSequence: committedSequence, bytes: bytes, abandoned: abandoned)
    }

    /// Writes the batch to the present segment, or else to a new one; says why the present one was abandoned.
    private mutating func write(_ batch: UnsafeRawBufferPointer) throws(JournalError) -> JournalError? {
        var reason: JournalError?
        if let open = segment, open.hasRoom(for: batch.count) {
            do {
                try open.append(batch)
                return nil
            } catch {
                reason = error
            }
        }
        // Gives back the room that the old segment does not need, which may be what the new one lacks. What was
        // abandoned in it is gone with that or, where even this fails, shadowed by the new segment's first sequence.
        segment?.finish()
        segment = nil
        let first = committedSequence + 1
        let fresh = try OpenSegment(
            creating: folder,
            first: first,
            size: max(segmentBytes, JournalFormat.segmentHeaderBytes + batch.count)
        )
        do {
            try fresh.append(batch)
        } catch {
            fresh.discard()
            throw error
        }
        segment = fresh
        return reason
    }
}

extension JournalWriter {
    /// Descriptor of the present segment, for tests that make the system refuse.
    var segmentDescriptor: Int32? { segment?.descriptor }
}
