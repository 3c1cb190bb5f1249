import GanzhiFeeds
import Testing

@Suite struct FeedConnectionsTests {
    private func feeds(_ filters: String...) throws -> [FeedDefinition] {
        try filters.map { FeedDefinition(name: $0, topic: try TopicFilter($0)) }
    }

    @Test func `feeds that have nothing in common are spread evenly, in their order`() throws {
        let feeds = try feeds("a/#", "b/#", "c/#", "d/#", "e/#")
        #expect(FeedConnections.assign(feeds, to: 1) == [0, 0, 0, 0, 0])
        #expect(FeedConnections.assign(feeds, to: 2) == [0, 1, 0, 1, 0])
        #expect(FeedConnections.assign(feeds, to: 16) == [0, 1, 2, 3, 4])
    }

    @Test func `feeds that overlap share a connection, directly or through others`() throws {
        let feeds = try feeds("a/x", "b/#", "a/y", "c/#", "a/+")
        #expect(FeedConnections.assign(feeds, to: 3) == [0, 1, 0, 2, 0])
        #expect(FeedConnections.assign(try self.feeds("a", "b", "#", "c"), to: 4) == [0, 0, 0, 0])
    }

    @Test func `a feed keeps the connection that it has, and new ones fill up the others`() throws {
        let present = ["b/#": 1, "c/#": 1, "d/#": 0]
        let feeds = try feeds("new/#", "b/#", "c/#", "d/#", "other/#")
        #expect(FeedConnections.assign(feeds, to: 2) { present[$0.text] } == [0, 1, 1, 0, 0])
        #expect(FeedConnections.assign(feeds, to: 1) { present[$0.text] } == [0, 0, 0, 0, 0])
    }

    @Test func `what comes to overlap goes to the connection of the first that has one`() throws {
        let present = ["a/x": 1, "a/y": 0]
        #expect(FeedConnections.assign(try feeds("a/+", "a/x", "a/y"), to: 2) { present[$0.text] } == [1, 1, 1])
    }
}
