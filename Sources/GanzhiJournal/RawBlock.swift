public import GanzhiModel

/// A block as it lies in the reader's buffer: nothing copied, nothing allocated.
///
/// Valid only inside the closure, or until the next call, that handed it out.
public struct RawBlock {
    /// Place in the journal.
    public let sequence: UInt64
    /// Wall clock when it came in.
    public let received: Timestamp
    /// Monotonic clock when it came in, in microseconds since the origin of its run.
    public let monotonic: Int64
    /// What it says, undecoded.
    let body: UnsafeRawBufferPointer
    let kind: JournalFormat.Kind
    let file: String
    let offset: Int

    /// The message, where the block is one; `nil` for other kinds.
    ///
    /// - Throws: ``JournalError/damaged(file:offset:detail:)`` where the lengths do not fit the body.
    public func message() throws(JournalError) -> RawMessage? {
        guard kind == .message else { return nil }
        let fixed = JournalFormat.messageHeaderBytes
        guard body.count >= fixed else { throw undecodable("its body is too short for a message") }
        func half(_ offset: Int) -> Int {
            Int(UInt16(littleEndian: body.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
        }
        let feedEnd = fixed + half(0)
        let topicEnd = feedEnd + half(2)
        let contentTypeEnd = topicEnd + half(4)
        guard contentTypeEnd <= body.count else { throw undecodable("the names of a message reach beyond it") }
        return RawMessage(
            feed: UnsafeRawBufferPointer(rebasing: body[fixed..<feedEnd]),
            topic: UnsafeRawBufferPointer(rebasing: body[feedEnd..<topicEnd]),
            contentType: UnsafeRawBufferPointer(rebasing: body[topicEnd..<contentTypeEnd]),
            packetID: UInt16(half(6)),
            isRetained: body[8] & 1 != 0,
            payload: UnsafeRawBufferPointer(rebasing: body[contentTypeEnd...])
        )
    }

    /// The block as a value of its own.
    ///
    /// - Throws: ``JournalError`` where the body does not decode.
    public func block() throws(JournalError) -> Block {
        Block(sequence: sequence, received: received, monotonic: monotonic, content: try content())
    }

    private func content() throws(JournalError) -> Block.Content {
        switch kind {
        case .start: return .start
        case .tick: return .tick
        case .config: return .config(generation: String(decoding: body, as: UTF8.self))
        case .feed:
            guard let first = body.first, let state = FeedState(rawValue: first) else {
                throw undecodable("a feed's state is unknown")
            }
            return .feed(name: String(decoding: body.dropFirst(), as: UTF8.self), state: state)
        case .command:
            guard let command = CommandForm.decode(body) else { throw undecodable("it is no command of this version") }
            return .command(command)
        case .message:
            guard let message = try message() else { throw undecodable("it is no message") }
            return .message(
                Message(
                    feed: String(decoding: message.feed, as: UTF8.self),
                    topic: String(decoding: message.topic, as: UTF8.self),
                    contentType: String(decoding: message.contentType, as: UTF8.self),
                    isRetained: message.isRetained,
                    packetID: message.packetID,
                    payload: Array(message.payload)
                )
            )
        }
    }

    private func undecodable(_ detail: String) -> JournalError {
        .damaged(file: file, offset: offset, detail: "block \(sequence) has a fitting checksum, but " + detail)
    }
}

/// A message as it lies in the reader's buffer; valid as long as its ``RawBlock``.
public struct RawMessage {
    /// Name of the feed, UTF-8.
    public let feed: UnsafeRawBufferPointer
    /// Topic, UTF-8.
    public let topic: UnsafeRawBufferPointer
    /// MQTT 5 content type, UTF-8; empty where none was given.
    public let contentType: UnsafeRawBufferPointer
    /// MQTT packet id; 0 for QoS 0.
    public let packetID: UInt16
    /// Whether the broker delivered it from its retained store.
    public let isRetained: Bool
    /// The payload.
    public let payload: UnsafeRawBufferPointer
}
