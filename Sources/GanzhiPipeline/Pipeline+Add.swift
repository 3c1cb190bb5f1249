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
        topic: String, contentType: String, isRetained: Bool, payload: UnsafeRawBufferPointer, feed name: String?,
        sequence: UInt64, received: Timestamp, monotonic: Int64
    ) -> Rejection? {
        advance(to: sequence, received: received, monotonic: monotonic)
        let index = feeds.firstIndex { feed in name.map { feed.name == $0 } ?? feed.topic.matches(topic) }
        guard let index, clock == .journal || index < feeds.count - 1 else {
            books.add(.messagesReceived, feed: name ?? "-")
            let rejection = Rejection("no-feed", detail: "No feed's filter matches the topic \(topic). Add a feed for it.")
            books.add(
                .messagesRejected, feed: name ?? "-", reason: rejection.reason, received: now, topic: topic,
                detail: rejection.detail, payload: payload)
            appendBlock(topic: topic)
            return rejection
        }
        let feed = feeds[index]
        books.add(.messagesReceived, feed: feed.name)
        if isRetained, !feed.acceptsRetained {
            books.add(.messagesRetained, feed: feed.name)
            appendBlock(feed: index, topic: topic)
            return nil
        }
        decoded.removeAll()
        let outcome = decoders[index].decode(
            topic: topic, contentType: contentType, payload: payload, received: now, into: &decoded)
        if let rejection = outcome.rejection {
            reject(rejection, feed: index, topic: topic, payload: payload)
        } else {
            accept(feed: index, topic: topic, maxAhead: feed.maxAhead)
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
        decoded.removeAll()
        let outcome = decoders[feed].decode(
            topic: "", contentType: "", payload: line, received: nil, into: &decoded)
        var rejection = outcome.rejection
        var received = outcome.received
        if rejection == nil, received == nil {
            if let untimed = decoded.readings.firstIndex(where: { $0.time == .never }) {
                rejection = Rejection(
                    "no-time", index: untimed, detail: "Neither `ts` nor `received` says when. Add one of them.")
            } else {
                received = decoded.readings.lazy.map(\.time).max()
            }
        }
        advance(to: sequence, received: received ?? now, monotonic: 0)
        books.add(.messagesReceived, feed: feeds[feed].name)
        if let rejection {
            reject(rejection, feed: feed, topic: name, payload: line)
        } else {
            accept(feed: feed, topic: name, maxAhead: outcome.received == nil ? nil : feeds[feed].maxAhead)
        }
        return rejection
    }

    /// When a line of a plain file was received, by what it says itself; `nil` where it says nothing.
    ///
    /// Used to merge several files; costs as much as decoding.
    public mutating func receivedTime(ofLine line: UnsafeRawBufferPointer) -> Timestamp? {
        decoded.removeAll()
        let outcome = decoders[feeds.count - 1].decode(
            topic: "", contentType: "", payload: line, received: nil, into: &decoded)
        if let received = outcome.received { return received }
        guard outcome.rejection == nil else { return nil }
        return decoded.readings.lazy.map(\.time).max().flatMap { $0 == .never ? nil : $0 }
    }

    private mutating func advance(to sequence: UInt64, received: Timestamp, monotonic: Int64) {
        position = sequence
        now = max(now, received)
        running.pass(now: now, monotonic: monotonic)
    }

    private mutating func appendBlock(
        feed: Int = 0, topic: String = "", readings: Int = 0, feedEvent: FeedState? = nil
    ) {
        batch.append(
            sequence: position, now: now, feed: feed, topic: topic, readings: readings, running: running.feeds,
            feedEvent: feedEvent)
    }

    private mutating func reject(_ rejection: Rejection, feed: Int, topic: String, payload: UnsafeRawBufferPointer) {
        let place = rejection.index.map { "record \($0): " } ?? ""
        books.add(
            .messagesRejected, feed: feeds[feed].name, reason: rejection.reason, received: now, topic: topic,
            detail: place + rejection.detail, payload: payload)
        appendBlock(feed: feed, topic: topic)
    }

    /// Normalises what was decoded and keeps it for the next flush.
    private mutating func accept(feed: Int, topic: String, maxAhead: TimeSpan?) {
        let name = feeds[feed].name
        books.add(.messagesDecoded, feed: name)
        books.add(.readingsDecoded, feed: name, count: decoded.readings.count)
        refusals.removeAll(keepingCapacity: true)
        let first = batch.readings.readings.count
        normaliser.normalise(
            decoded, decoded.readings.indices, maxAhead: maxAhead, received: now, into: &batch.readings,
            refusals: &refusals)
        if !unboundMetrics.isEmpty { noteLearnedUnits() }
        for refusal in refusals {
            books.add(
                refusal.reason.column, feed: name, reason: refusal.reason.code, received: now, topic: topic,
                detail: describe(decoded.readings[refusal.index]))
        }
        appendBlock(feed: feed, topic: topic, readings: batch.readings.readings.count - first)
    }

    /// Takes note of units that this block told, so that ladders are compiled when it is judged and not before.
    private mutating func noteLearnedUnits() {
        unboundMetrics.removeAll { metric in
            guard normaliser.unit(ofMetric: metric) != nil else { return false }
            batch.learnedUnits.append((block: batch.slices.count, metric: metric))
            return true
        }
    }

    /// A refused reading in words.
    private func describe(_ reading: DecodedReading) -> String {
        let unit = decoded.string(reading.unit)
        let value: String =
            switch reading.kind {
            case .number, .bool: unit.isEmpty ? "\(reading.value)" : "\(reading.value) \(unit)"
            case .text: "“\(decoded.string(reading.text))”"
            case .data: "\(reading.text.length) bytes"
            case .none: "a sum only"
            }
        let time = reading.time == .never ? "" : " at \(reading.time.rfc3339)"
        return "\(decoded.string(reading.device)) \(decoded.string(reading.metric)) is \(value)\(time)"
    }
}
