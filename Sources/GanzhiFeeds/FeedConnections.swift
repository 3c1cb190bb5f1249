/// Which connection to the broker takes which feeds.
///
/// Feeds whose filters overlap share a connection: the broker then delivers a message that both match once, to the first
/// of them, and in its order. What belongs together goes, in the order of declaration, to the connection with the fewest
/// feeds.
public enum FeedConnections {
    /// The connection of each feed, from 0.
    ///
    /// - Parameters:
    ///   - feeds: The feeds in their order.
    ///   - count: Connections, at least 1.
    ///   - present: The connection that has a filter already, which it keeps where that is possible; `nil` for none.
    /// - Complexity: O(*n*²) comparisons of filters.
    public static func assign(
        _ feeds: [FeedDefinition],
        to count: Int,
        present: (TopicFilter) -> Int? = { _ in nil }
    ) -> [Int] {
        var connections = [Int?](repeating: nil, count: feeds.count)
        var loads = [Int](repeating: 0, count: max(1, count))
        let groups = groups(of: feeds)
        let kept = groups.map { group in group.compactMap { present(feeds[$0].topic) }.first { $0 < loads.count } }
        for (group, connection) in zip(groups, kept) {
            guard let connection else { continue }
            for feed in group { connections[feed] = connection }
            loads[connection] += group.count
        }
        for group in groups where connections[group[0]] == nil {
            let connection = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            for feed in group { connections[feed] = connection }
            loads[connection] += group.count
        }
        return connections.map { $0 ?? 0 }
    }

    /// Feeds that overlap, directly or through others, by the first of them.
    private static func groups(of feeds: [FeedDefinition]) -> [[Int]] {
        var groups: [[Int]] = []
        for (index, feed) in feeds.enumerated() {
            let (met, apart) = groups.reduce(into: ([[Int]](), [[Int]]())) { result, group in
                if group.contains(where: { feeds[$0].topic.overlaps(with: feed.topic) }) {
                    result.0.append(group)
                } else {
                    result.1.append(group)
                }
            }
            groups = apart + [(met.joined() + [index]).sorted()]
        }
        return groups.sorted { $0[0] < $1[0] }
    }
}
