import GanzhiFeeds
import GanzhiJournal
import GanzhiMQTT
import GanzhiModel
import Logging

/// Turns what intake read into journal blocks.
struct IntakeTurns: ~Copyable {
    private let settings: Intake.IntakeSettings
    private let logger: Logger
    private var journal: JournalWriter
    private var redelivery = RedeliveryFilter()
    /// Feeds of the newest generation, how they stand, and their names as bytes.
    private var feeds: [FeedDefinition]
    private var states: [FeedState]
    private var feedNames: [[UInt8]]
    private var received: Timestamp
    private var lastBlock: Int64 = 0
    private var hasFailed = false
    /// By feed, messages sent again by the broker and dropped since they were last taken.
    private var redelivered: [String: Int64] = [:]

    /// Longest time without a block, in microseconds.
    private static let tick: Int64 = 1_000_000

    init(_ settings: Intake.IntakeSettings, journal: consuming JournalWriter, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        received = journal.recovery.lastReceived ?? .never
        feeds = settings.feeds
        states = Array(repeating: .down, count: settings.feeds.count)
        feedNames = settings.feeds.map { Array($0.name.utf8) }
        let last = journal.committedSequence
        self.journal = journal
        try rememberMessages(last: last)
    }

    /// Last durable block.
    var committedSequence: UInt64 { journal.committedSequence }

    /// The messages journalled last are those that the broker may send again.
    private mutating func rememberMessages(last: UInt64) throws {
        let window = UInt64(RedeliveryFilter.standardCapacity) * 2
        var reader = JournalReader(folder: settings.journalFolder, from: last > window ? last - window : 1)
        try reader.forEach(through: last) { block in
            if let message = try block.message() {
                redelivery.note(packetID: message.packetID, topic: message.topic, payload: message.payload)
            }
        }
    }

    /// Journals that a daemon started, and under which generation.
    mutating func begin() throws {
        append(.start)
        append(.config(generation: settings.generation))
        try journal.commit()
    }

    /// What the newest generation's feeds subscribe.
    var subscriptions: [Subscription] {
        feeds.map { Subscription(filter: $0.topic.text, qos: $0.qos.subscription) }
    }

    /// Appends what somebody asked for; returns its sequence.
    mutating func append(_ request: JournalRequests.Content) -> UInt64? {
        switch request {
        case .command(let command): return append(Block.Content.command(command))
        case .generation(let name, let feeds):
            let sequence = append(.config(generation: name))
            if sequence != nil { adopt(feeds) }
            return sequence
        }
    }

    /// Goes on with the feeds of another generation.
    ///
    /// A feed whose subscription stays goes on as it stands, whatever its name. One that is subscribed anew stands as if
    /// its backlog were being read, until the broker has answered.
    private mutating func adopt(_ next: [FeedDefinition]) {
        let (oldFeeds, oldStates) = (feeds, states)
        feeds = next
        feedNames = next.map { Array($0.name.utf8) }
        states = Array(repeating: .down, count: next.count)
        for (index, feed) in next.enumerated() {
            let known = oldFeeds.firstIndex { $0.name == feed.name }.map { oldStates[$0] } ?? .down
            let subscribed = oldFeeds.firstIndex { $0.topic == feed.topic && $0.qos == feed.qos }
            let state = subscribed.map { oldStates[$0] } ?? (known == .drained ? .up : known)
            states[index] = state
            if state != known { append(.feed(name: feed.name, state: state)) }
        }
    }

    @discardableResult private mutating func append(_ content: Block.Content) -> UInt64? {
        do {
            lastBlock = Clocks.monotonic
            received = max(received, Clocks.now)
            return try journal.append(content, received: received, monotonic: lastBlock)
        } catch {
            // Only a name that is longer than a block: settings are checked for that.
            logger.error("a block cannot be journalled", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Appends a turn's events and messages in their order; without any, a tick when one is due.
    mutating func append(_ turn: IntakeTurn) {
        var event = 0
        for index in 0..<turn.count {
            while event < turn.events.count, turn.events[event].messagesBefore <= index {
                note(turn.events[event].kind)
                event += 1
            }
            append(turn[index])
        }
        for later in turn.events[event...] { note(later.kind) }
        if Clocks.monotonic - lastBlock >= Self.tick { append(.tick) }
    }

    private mutating func append(_ message: IntakeMessage) {
        let topic = String(decoding: message.topic, as: UTF8.self)
        let feed = feeds.firstIndex { $0.topic.matches(topic) }
        guard redelivery.admits(packetID: message.packetID, topic: message.topic, payload: message.payload) else {
            redelivered[feed.map { feeds[$0].name } ?? "-", default: 0] += 1
            return
        }
        lastBlock = Clocks.monotonic
        received = max(received, Clocks.now)
        do {
            try (feed.map { feedNames[$0] } ?? [0x2D]).withUnsafeBytes { name in
                _ = try journal.append(
                    message: message.topic,
                    payload: message.payload,
                    contentType: message.contentType,
                    feed: name,
                    packetID: message.packetID,
                    isRetained: message.isRetained,
                    received: received,
                    monotonic: lastBlock
                )
            }
        } catch {
            // Larger than any block may be; acknowledging it is the only way to be rid of it.
            logger.error(
                "a message is too large to be journalled and is lost",
                metadata: ["topic": "\(topic)", "bytes": "\(message.payload.count)", "error": "\(error)"]
            )
        }
    }

    /// By feed, the messages that were dropped since the last call as sent again.
    mutating func takeRedelivered() -> [String: Int64] {
        defer { redelivered = [:] }
        return redelivered
    }

    /// Makes what was appended durable; says whether it is.
    mutating func commit() -> Bool {
        do {
            let commit = try journal.commit()
            if let abandoned = commit.abandoned {
                logger.warning("a journal segment was abandoned", metadata: ["error": "\(abandoned)"])
            }
            if hasFailed { logger.notice("the journal is durable again") }
            hasFailed = false
            return true
        } catch {
            if !hasFailed {
                logger.error(
                    "the journal cannot be made durable: nothing is acknowledged until it can",
                    metadata: ["error": "\(error)"]
                )
            }
            hasFailed = true
            return false
        }
    }

    private mutating func note(_ event: IntakeEvent.Kind) {
        switch event {
        case .connected(let isPresent):
            redelivery.connected(sessionPresent: isPresent)
            logger.info("connected to the broker", metadata: ["session": isPresent ? "resumed" : "new"])
        case .subscribed(let filter, let qos):
            logger.info("subscribed", metadata: ["filter": "\(filter)", "qos": "\(qos)"])
            set(.up) { $0.topic.text == filter }
        case .subscriptionRefused(let filter, let reason):
            logger.error(
                "the broker refuses a subscription: nothing will come for this feed",
                metadata: ["filter": "\(filter)", "reason": "\(reason)"]
            )
            set(.down, always: true) { $0.topic.text == filter }
        case .drained:
            for index in states.indices where states[index] == .up { set(.drained, feed: index) }
        case .connectFailed(let failure):
            logger.error("cannot connect to the broker", metadata: ["reason": "\(failure)"])
            set(.down, always: !hasReportedLoss) { _ in true }
            hasReportedLoss = true
        case .disconnected(let reason):
            logger.warning("lost the broker", metadata: ["reason": "\(reason)"])
            set(.down) { _ in true }
        case .takenOver(let times):
            logger.error(
                "another client took over our session: give each client an id of its own",
                metadata: ["client-id": "\(settings.broker.clientID)", "times": "\(times)"]
            )
            set(.down) { _ in true }
        }
    }

    /// Whether the broker's absence was journalled since the start.
    private var hasReportedLoss = false

    private mutating func set(_ state: FeedState, always: Bool = false, where isMeant: (FeedDefinition) -> Bool) {
        for (index, feed) in feeds.enumerated() where isMeant(feed) && (always || states[index] != state) {
            set(state, feed: index)
        }
    }

    private mutating func set(_ state: FeedState, feed: Int) {
        states[feed] = state
        append(.feed(name: feeds[feed].name, state: state))
    }
}
