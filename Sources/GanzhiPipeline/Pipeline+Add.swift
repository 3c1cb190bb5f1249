import GanzhiCatalogue
import GanzhiFeeds
public import GanzhiModel

extension Pipeline {
    /// Adds a journal block that is not a message and not a change of generation.
    ///
    /// - Requires: The next sequence.
    public mutating func add(_ content: Block.Content, sequence: UInt64, received: Timestamp, monotonic: Int64) {
        advance(to: sequence, received: received, monotonic: monotonic)
        switch content {
        case .start:
            running.restart(monotonic: monotonic)
            appendBlock()
        case .tick:
            appendBlock()
        case .feed(let name, let state):
            guard let feed = feeds.firstIndex(where: { $0.name == name }) else {
                appendBlock()
                return
            }
            running.set(feed: feed, running: state == .drained)
            appendBlock(feed: feed, feedEvent: state)
        case .command(let command): appendBlock(command: command)
        case .config, .message:
            preconditionFailure("Messages and generations have functions of their own.")
        }
    }

    /// Adds a message of a feed.
    ///
    /// - Parameters:
    ///   - payload: Valid until this call returns.
    ///   - feed: Name of the feed that intake matched; `nil` to match the topic here. A message that no feed takes is
    ///     counted under the name `-`.
    /// - Returns: Why the message was refused, or `nil`.
    @discardableResult
    public mutating func add(
        topic: String,
        contentType: String,
        isRetained: Bool,
        payload: UnsafeRawBufferPointer,
        feed name: String?,
        sequence: UInt64,
        received: Timestamp,
        monotonic: Int64
    ) -> Rejection? {
        advance(to: sequence, received: received, monotonic: monotonic)
        let index = feeds.firstIndex { feed in name.map { feed.name == $0 } ?? feed.topic.matches(topic) }
        guard let index, timeSource == .journal || index < feeds.count - 1 else {
            books.add(.messagesReceived, feed: name ?? "-")
            let rejection = Rejection(
                "no-feed",
                detail: "No feed's filter matches the topic \(topic). Add a feed for it."
            )
            books.add(
                .messagesRejected,
                feed: name ?? "-",
                reason: rejection.reason,
                received: now,
                topic: topic,
                detail: rejection.detail,
                payload: payload
            )
            appendBlock(topic: topic)
            return rejection
        }
        books.count(feed: index) { $0.received += 1 }
        if isRetained, !feeds[index].acceptsRetained {
            books.add(.messagesRetained, feed: feeds[index].name)
            appendBlock(feed: index, topic: topic)
            return nil
        }
        let first = batch.decoded.readings.count
        let outcome = decoders[index].decode(
            topic: topic,
            contentType: contentType,
            payload: payload,
            received: now,
            into: &batch.decoded
        )
        if let rejection = outcome.rejection {
            reject(rejection, feed: index, topic: topic, payload: payload)
        } else {
            accept(from: first, feed: index, topic: topic, maxAhead: feeds[index].maxAhead)
        }
        return outcome.rejection
    }

    /// Adds a line of a plain file: a native reading or an array of them, which may say when it was received.
    ///
    /// - Parameters:
    ///   - line: The line without its end, valid until this call returns.
    ///   - name: Name of the file, for samples.
    /// - Returns: Why the line was refused, or `nil`.
    @discardableResult
    public mutating func add(line: UnsafeRawBufferPointer, of name: String, sequence: UInt64) -> Rejection? {
        let feed = feeds.count - 1
        let (first, names) = (batch.decoded.readings.count, batch.decoded.names.count)
        let outcome = decoders[feed].decode(
            topic: "",
            contentType: "",
            payload: line,
            received: nil,
            into: &batch.decoded
        )
        var rejection = outcome.rejection
        var received = outcome.received
        if rejection == nil, received == nil {
            var latest = Timestamp.never
            for index in first..<batch.decoded.readings.count {
                let time = batch.decoded.readings[index].time
                if time == .never {
                    rejection = Rejection(
                        "no-time",
                        index: index - first,
                        detail: "Neither `ts` nor `received` says when. Add one of them."
                    )
                    break
                }
                latest = max(latest, time)
            }
            if rejection == nil { received = latest } else { batch.decoded.truncate(readings: first, names: names) }
        }
        advance(to: sequence, received: received ?? now, monotonic: 0)
        books.count(feed: feed) { $0.received += 1 }
        if let rejection {
            reject(rejection, feed: feed, topic: name, payload: line)
        } else {
            let maxAhead = outcome.received == nil ? nil : feeds[feed].maxAhead
            accept(from: first, feed: feed, topic: name, maxAhead: maxAhead)
        }
        return rejection
    }

    /// When a line of a plain file was received, by what it says itself; `nil` where it says nothing.
    ///
    /// Used to merge several files; costs as much as decoding.
    public mutating func receivedTime(ofLine line: UnsafeRawBufferPointer) -> Timestamp? {
        peeked.removeAll()
        let outcome = decoders[feeds.count - 1].decode(
            topic: "",
            contentType: "",
            payload: line,
            received: nil,
            into: &peeked
        )
        if let received = outcome.received { return received }
        guard outcome.rejection == nil else { return nil }
        return peeked.readings.lazy.map(\.time).max().flatMap { $0 == .never ? nil : $0 }
    }

    private mutating func advance(to sequence: UInt64, received: Timestamp, monotonic: Int64) {
        position = sequence
        now = max(now, received)
        running.pass(now: now, monotonic: monotonic)
    }

    private mutating func appendBlock(
        feed: Int = 0,
        topic: String = "",
        readings: Int = 0,
        maxAhead: TimeSpan? = nil,
        feedEvent: FeedState? = nil,
        command: Command? = nil
    ) {
        batch.append(
            PipelineBatch.BlockInfo(
                sequence: position,
                now: now,
                feed: feed,
                topic: topic,
                feedEvent: feedEvent,
                command: command
            ),
            readings: readings,
            maxAhead: maxAhead,
            running: running.feeds
        )
    }

    private mutating func reject(_ rejection: Rejection, feed: Int, topic: String, payload: UnsafeRawBufferPointer) {
        let place = rejection.index.map { "record \($0): " } ?? ""
        books.add(
            .messagesRejected,
            feed: feeds[feed].name,
            reason: rejection.reason,
            received: now,
            topic: topic,
            detail: place + rejection.detail,
            payload: payload
        )
        appendBlock(feed: feed, topic: topic)
    }

    /// Keeps what was decoded for the next flush.
    private mutating func accept(from first: Int, feed: Int, topic: String, maxAhead: TimeSpan?) {
        let count = batch.decoded.readings.count - first
        books.count(feed: feed) {
            $0.decoded += 1
            $0.readings += count
        }
        appendBlock(feed: feed, topic: topic, readings: count, maxAhead: maxAhead)
    }
}
