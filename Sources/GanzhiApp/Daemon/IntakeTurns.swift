import GanzhiFeeds
import GanzhiJournal
import GanzhiMQTT
import GanzhiModel
import Logging

/// Turns what intake read into journal blocks: the one writer of the journal, which all connections use in turn.
struct IntakeTurns: ~Copyable {
    private let settings: Intake.IntakeSettings
    private let troubles: Troubles
    private let logger: Logger
    private var journal: JournalWriter
    private var clock: BlockClock
    /// Monotonic time of the newest block.
    private var lastBlock: Int64 = 0
    private var feeds: IntakeFeeds
    private var connections: [Connection]
    /// Whether the broker's absence was journalled since the start.
    private var hasReportedLoss = false
    /// By feed, messages sent again by the broker and dropped since they were last taken.
    private var redelivered: [String: Int64] = [:]

    /// By feed, then without one, messages appended since they were last taken; then under their names, of feeds that
    /// were changed since.
    private var appended: [Int64]
    private var appendedBefore: [String: Int64] = [:]
    /// Whether a connection or a feed changed since that was last taken.
    private var hasNews = true

    /// Blocks among which those are that the broker may send again.
    static func redeliveryWindow(connections: Int) -> UInt64 {
        UInt64(RedeliveryFilter.standardCapacity) * 2 * UInt64(connections)
    }

    /// What is known of one connection.
    private struct Connection {
        var redelivery = RedeliveryFilter()
        var isLost = false
        var state = Health.Connection()
    }

    /// Longest time without a block, in microseconds.
    private static let tick: Int64 = 1_000_000

    init(
        _ settings: Intake.IntakeSettings,
        journal: consuming JournalWriter,
        troubles: Troubles,
        logger: Logger
    ) {
        self.settings = settings
        self.troubles = troubles
        self.logger = logger
        clock = BlockClock(after: journal.recovery.lastReceived ?? .never)
        feeds = IntakeFeeds(settings.feeds, connections: settings.broker.connections)
        connections = Array(repeating: Connection(), count: settings.broker.connections)
        appended = Array(repeating: 0, count: settings.feeds.count + 1)
        self.journal = journal
    }

    /// Last durable block.
    var committedSequence: UInt64 { journal.committedSequence }

    /// A connection is there again: the messages journalled last are those that the broker may send again.
    ///
    /// They are read from the journal only now, so that normal work has nothing to remember. No block says over which
    /// connection a message came, but its topic does, as long as the feeds are spread as before. Where they are not, what
    /// is sent again is found out by its content.
    private mutating func rememberMessages(of connection: Int) {
        let window = Self.redeliveryWindow(connections: connections.count)
        let last = journal.committedSequence
        var filter = RedeliveryFilter()
        let first = max(journal.recovery.firstSequence, last > window ? last - window + 1 : 1)
        var reader = JournalReader(folder: settings.journalFolder, from: first)
        do {
            try reader.forEach(through: last) { block in
                guard let message = try block.message() else { return }
                guard feeds.index(of: message.topic).map({ feeds.connections[$0] }) ?? 0 == connection else { return }
                filter.note(packetID: message.packetID, topic: message.topic, payload: message.payload)
            }
        } catch {
            logger.warning(
                "the journal cannot be read back: what the broker sends again is found out by its content only",
                metadata: ["error": "\(error)"]
            )
        }
        filter.connected(sessionPresent: true)
        connections[connection].redelivery = filter
    }

    /// Journals that a daemon started, and under which generation.
    mutating func begin() throws {
        beginTurn()
        append(.start)
        append(.config(generation: settings.generation))
        try journal.commit()
    }

    /// How often the feeds have changed.
    var feedChanges: Int { feeds.changes }

    /// What a connection subscribes under the newest generation, and which filters others are about to take over.
    func subscriptions(of connection: Int) -> (own: [Subscription], moving: Set<String>) {
        feeds.subscriptions(of: connection)
    }

    /// The filters that other connections have taken over since the last call.
    mutating func takeLeaving(of connection: Int) -> Set<String> { feeds.takeLeaving(of: connection) }

    /// Appends what somebody asked for; returns its sequence.
    mutating func append(_ request: JournalRequests.Content) -> UInt64? {
        switch request {
        case .command(let command): return append(Block.Content.command(command))
        case .generation(let name, let next):
            let sequence = append(.config(generation: name))
            if sequence != nil {
                appendedBefore = takeJournalled()
                appended = Array(repeating: 0, count: next.count + 1)
                hasNews = true
                for change in feeds.adopt(next) { append(change) }
            }
            return sequence
        }
    }

    @discardableResult private mutating func append(_ content: Block.Content) -> UInt64? {
        do {
            lastBlock = clock.monotonic
            return try journal.append(content, received: clock.next(), monotonic: lastBlock)
        } catch {
            // Only a name that is longer than a block: settings are checked for that.
            logger.error("a block cannot be journalled", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Reads the clocks, once for all that was read together.
    private mutating func beginTurn() {
        let forward = clock.turn(wall: Clocks.now, monotonic: Clocks.monotonic)
        if forward > .zero {
            logger.warning(
                "the machine's clock was set forward: before, right readings may have been quarantined as clock-ahead",
                metadata: ["seconds": "\(forward.microseconds / 1_000_000)"]
            )
        }
        if clock.behind > BlockClock.step {
            troubles.begin(
                .clock,
                "the machine's clock was set back: received times go on at half speed until it has caught up",
                reason: "\(clock.behind.microseconds / 1_000_000) s behind what was received before"
            )
        } else if clock.behind == .zero {
            troubles.end(.clock, "the machine's clock has caught up with the received times")
        }
    }

    /// Appends a connection's events and messages in their order; without any, a tick when one is due.
    mutating func append(_ turn: IntakeTurn, from connection: Int) {
        beginTurn()
        var event = 0
        for index in 0..<turn.count {
            while event < turn.events.count, turn.events[event].messagesBefore <= index {
                note(turn.events[event].kind, of: connection)
                event += 1
            }
            append(turn[index], from: connection)
        }
        for later in turn.events[event...] { note(later.kind, of: connection) }
        if clock.monotonic - lastBlock >= Self.tick { append(.tick) }
    }

    private mutating func append(_ message: IntakeMessage, from connection: Int) {
        let feed = feeds.index(of: message.topic)
        guard isNew(message, from: connection) else {
            redelivered[feed.map { feeds[$0].name } ?? "-", default: 0] += 1
            return
        }
        lastBlock = clock.monotonic
        do {
            try feeds.name(of: feed).withUnsafeBytes { name in
                _ = try journal.append(
                    message: message.topic,
                    payload: message.payload,
                    contentType: message.contentType,
                    feed: name,
                    packetID: message.packetID,
                    isRetained: message.isRetained,
                    received: clock.next(),
                    monotonic: lastBlock
                )
            }
            appended[feed ?? appended.count - 1] += 1
        } catch {
            // Larger than any block may be; acknowledging it is the only way to be rid of it.
            logger.error(
                "a message is too large to be journalled and is lost",
                metadata: [
                    "topic": "\(String(decoding: message.topic, as: UTF8.self))", "bytes": "\(message.payload.count)",
                    "error": "\(error)",
                ]
            )
        }
    }

    /// Whether a message is none that the broker sends again after a reconnect.
    private mutating func isNew(_ message: IntakeMessage, from connection: Int) -> Bool {
        guard connections[connection].redelivery.isArmed else { return true }
        let isNew = connections[connection].redelivery
            .admits(packetID: message.packetID, topic: message.topic, payload: message.payload)
        // What it remembers is in the journal.
        if !connections[connection].redelivery.isArmed { connections[connection].redelivery = RedeliveryFilter() }
        return isNew
    }

    /// By feed, the messages that were dropped since the last call as sent again.
    mutating func takeRedelivered() -> [String: Int64] {
        defer { redelivered = [:] }
        return redelivered
    }

    /// By feed, the messages that were appended since the last call; `-` is no feed.
    mutating func takeJournalled() -> [String: Int64] {
        var counts = appendedBefore
        appendedBefore = [:]
        for index in appended.indices where appended[index] > 0 {
            counts[index < feeds.count ? feeds[index].name : "-", default: 0] += appended[index]
            appended[index] = 0
        }
        return counts
    }

    /// Whether something waits to be made durable.
    var hasBlocks: Bool { journal.pendingBytes > 0 }

    /// How the connections stand, one that is lost before those that are not, and the feeds; `nil` where nothing has
    /// changed since the last call.
    mutating func takeNews() -> (connection: Health.Connection, feeds: [String: FeedState])? {
        guard hasNews else { return nil }
        hasNews = false
        return (connections.map(\.state).first { !$0.isUp } ?? connections[0].state, feeds.statesByName)
    }

    /// Makes durable what was appended over all connections; says whether it is.
    mutating func commit() -> Bool {
        do {
            let commit = try journal.commit()
            if let abandoned = commit.abandoned {
                logger.warning("a journal segment was abandoned", metadata: ["error": "\(abandoned)"])
            }
            troubles.end(.journal, "the journal is durable again; nothing was lost")
            return true
        } catch {
            troubles.begin(
                .journal,
                "the journal cannot be made durable: nothing is acknowledged until it can",
                reason: "\(error)"
            )
            return false
        }
    }

    private mutating func note(_ event: IntakeEvent.Kind, of connection: Int) {
        hasNews = true
        connections[connection].state = event.connection ?? connections[connection].state
        switch event {
        case .connected(let isPresent):
            connections[connection].redelivery = RedeliveryFilter()
            if isPresent { rememberMessages(of: connection) }
            connections[connection].isLost = false
            if !connections.contains(where: \.isLost) { troubles.end(.intake, "the broker is there again") }
            logger.info(
                "connected to the broker",
                metadata: ["session": isPresent ? "resumed" : "new", "client-id": "\(clientID(connection))"]
            )
        case .subscribed(let filter, let qos):
            logger.info("subscribed", metadata: ["filter": "\(filter)", "qos": "\(qos)"])
            for change in feeds.subscribed(filter, by: connection) { append(change) }
        case .subscriptionRefused(let filter, let reason):
            logger.error(
                "the broker refuses a subscription: nothing will come for this feed",
                metadata: ["filter": "\(filter)", "reason": "\(reason)"]
            )
            for change in feeds.set(.down, of: connection, filter: filter, always: true) { append(change) }
        case .drained: for change in feeds.drained(connection) { append(change) }
        case .connectFailed(let failure):
            let reason = Self.unconnected("\(failure)")
            lose(connection, "cannot connect to the broker: what is published waits there", reason)
            for change in feeds.set(.down, of: connection, always: !hasReportedLoss) { append(change) }
            hasReportedLoss = true
        case .disconnected(let reason):
            lose(connection, "lost the broker: what is published waits there", Self.unconnected(reason))
            for change in feeds.set(.down, of: connection) { append(change) }
        case .takenOver(let times):
            lose(
                connection,
                "another client took over our session: give each client an id of its own",
                "client-id \(clientID(connection)), \(times) times"
            )
            for change in feeds.set(.down, of: connection) { append(change) }
        }
    }

    /// The words that readiness has for any connection that is not there.
    private static func unconnected(_ reason: String) -> String { "not connected to the broker: \(reason)" }

    private mutating func lose(_ connection: Int, _ message: Logger.Message, _ reason: String) {
        connections[connection].isLost = true
        troubles.begin(.intake, message, reason: reason)
        logger.debug(message, metadata: ["reason": "\(reason)", "client-id": "\(clientID(connection))"])
    }

    private func clientID(_ connection: Int) -> String { settings.broker.connection(connection).clientID }
}
