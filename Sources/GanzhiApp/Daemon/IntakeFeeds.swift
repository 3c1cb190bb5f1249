import GanzhiFeeds
import GanzhiMQTT
import GanzhiModel

/// The feeds of the newest generation: how they stand, and which connection takes them.
///
/// What changes is returned as the blocks to be journalled.
struct IntakeFeeds {
    private var feeds: [FeedDefinition]
    private var states: [FeedState]
    private var names: [[UInt8]]
    /// The connection of each feed.
    private(set) var connections: [Int]
    /// How often the feeds have changed.
    private(set) var changes = 0
    /// Per connection, filters that others have taken over and that it has to unsubscribe.
    private var leaving: [Set<String>]

    init(_ feeds: [FeedDefinition], connections count: Int) {
        self.feeds = feeds
        states = Array(repeating: .down, count: feeds.count)
        names = feeds.map { Array($0.name.utf8) }
        connections = FeedConnections.assign(feeds, to: count)
        leaving = Array(repeating: [], count: count)
    }

    /// Number of feeds.
    var count: Int { feeds.count }

    /// How the feeds stand, by name.
    var statesByName: [String: FeedState] {
        Dictionary(zip(feeds.map(\.name), states), uniquingKeysWith: { first, _ in first })
    }

    /// A feed by its place.
    subscript(index: Int) -> FeedDefinition { feeds[index] }

    /// The first feed that a topic belongs to.
    func index(of topic: UnsafeRawBufferPointer) -> Int? { feeds.firstIndex { $0.topic.matches(topic) } }

    /// The name that a block has for a feed, UTF-8; `-` for none.
    func name(of feed: Int?) -> [UInt8] { feed.map { names[$0] } ?? [0x2D] }

    /// What a connection subscribes, and the filters of all others.
    func subscriptions(of connection: Int) -> (own: [Subscription], moving: Set<String>) {
        var own: [Subscription] = []
        var moving: Set<String> = []
        for (feed, place) in zip(feeds, connections) {
            if place == connection {
                own.append(Subscription(filter: feed.topic.text, qos: feed.qos.subscription))
            } else {
                moving.insert(feed.topic.text)
            }
        }
        return (own, moving)
    }

    /// The filters that other connections have taken over since the last call.
    mutating func takeLeaving(of connection: Int) -> Set<String> {
        defer { leaving[connection] = [] }
        return leaving[connection]
    }

    /// Goes on with the feeds of another generation.
    ///
    /// A feed whose subscription stays goes on as it stands, whatever its name, and over its connection where that is
    /// possible. One that is subscribed anew stands as if its backlog were being read, until the broker has answered.
    mutating func adopt(_ next: [FeedDefinition]) -> [Block.Content] {
        let old = self
        changes += 1
        feeds = next
        names = next.map { Array($0.name.utf8) }
        states = Array(repeating: .down, count: next.count)
        connections = FeedConnections.assign(next, to: leaving.count) { filter in
            old.feeds.firstIndex { $0.topic == filter }.map { old.connections[$0] }
        }
        var blocks: [Block.Content] = []
        for (index, feed) in next.enumerated() {
            let known = old.feeds.firstIndex { $0.name == feed.name }.map { old.states[$0] } ?? .down
            let subscribed = old.feeds.firstIndex { $0.topic == feed.topic && $0.qos == feed.qos }
            let state = subscribed.map { old.states[$0] } ?? (known == .drained ? .up : known)
            states[index] = state
            if state != known { blocks.append(.feed(name: feed.name, state: state)) }
        }
        return blocks
    }

    /// A connection has subscribed a filter: its feed delivers, and no other connection needs to have it.
    mutating func subscribed(_ filter: String, by connection: Int) -> [Block.Content] {
        for other in leaving.indices where other != connection { leaving[other].insert(filter) }
        leaving[connection].remove(filter)
        return set(.up, of: connection, filter: filter)
    }

    /// A connection has read its backlog.
    mutating func drained(_ connection: Int) -> [Block.Content] {
        set(.drained, of: connection) { $0 == .up }
    }

    /// Sets how feeds of a connection stand.
    ///
    /// - Parameters:
    ///   - filter: The filter of the one that is meant; `nil` for all.
    ///   - always: Whether it is journalled where nothing changes, too.
    mutating func set(
        _ state: FeedState,
        of connection: Int,
        filter: String? = nil,
        always: Bool = false
    ) -> [Block.Content] {
        set(state, of: connection, filter: filter) { always || $0 != state }
    }

    private mutating func set(
        _ state: FeedState,
        of connection: Int,
        filter: String? = nil,
        where isMeant: (FeedState) -> Bool
    ) -> [Block.Content] {
        var blocks: [Block.Content] = []
        for index in feeds.indices
        where connections[index] == connection && (filter == nil || feeds[index].topic.text == filter)
            && isMeant(states[index])
        {
            states[index] = state
            blocks.append(.feed(name: feeds[index].name, state: state))
        }
        return blocks
    }
}
