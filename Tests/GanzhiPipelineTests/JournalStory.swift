import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport

/// A pipeline fed with journal blocks at seconds of the wall clock and of the monotonic clock.
struct JournalStory: ~Copyable {
    var pipeline: Pipeline
    var commit = Commit(position: 0)

    init(_ generation: Generation) throws {
        pipeline = try Pipeline(generation: generation, clock: .journal, hashSeed: 1)
    }

    /// One that has begun with its feed delivering.
    static func running(_ generation: Generation) throws -> JournalStory {
        var story = try JournalStory(generation)
        story.block(.start, at: 0)
        for feed in generation.feeds { story.block(.feed(name: feed.name, state: .drained), at: 0) }
        return story
    }

    /// A generation with a feed `f`.
    static func generation(_ story: Story, id: String = "s") throws -> Generation {
        Generation(
            feeds: [FeedDefinition(name: "f", topic: try TopicFilter("in/#"), format: .json)],
            catalogue: story.catalogue,
            scenarios: [try story.scenario(id: id)]
        )
    }

    mutating func block(_ content: Block.Content, at second: Int64, monotonic: Int64? = nil) {
        pipeline.add(
            content,
            sequence: pipeline.position + 1,
            received: Timestamp(milliseconds: second * 1000),
            monotonic: (monotonic ?? second) * 1_000_000
        )
    }

    /// A reading that is observed and received at a second.
    mutating func reading(_ value: Double, at second: Int64, device: String = "d1", feed: String = "f") {
        let payload = ReferenceLine(second * 1000, value, device: device).text
        _ = Array(payload.utf8).withUnsafeBytes {
            pipeline.add(
                topic: "in/d1",
                contentType: "",
                isRetained: false,
                payload: $0,
                feed: feed,
                sequence: pipeline.position + 1,
                received: Timestamp(milliseconds: second * 1000),
                monotonic: second * 1_000_000
            )
        }
    }

    /// Silences what matches from a second on.
    mutating func suppress(
        _ matchers: [Suppression.Field: [String]],
        kind: Suppression.Kind = .silence,
        id: String = "s1",
        at second: Int64,
        from: Int64? = nil,
        until: Int64
    ) {
        let suppression = Suppression(
            id: id,
            kind: kind,
            matchers: matchers,
            author: "duty officer",
            reason: "known",
            from: from.map { Timestamp(milliseconds: $0 * 1000) },
            until: Timestamp(milliseconds: until * 1000)
        )
        block(.command(Command(id: "c-\(id)", actor: "a", body: .suppress(suppression))), at: second)
    }

    /// The events so far, by type.
    mutating func told() -> [String] {
        pipeline.flush(into: &commit)
        return commit.events.map { String($0.type.dropFirst("ganzhi.".count)) }
    }

    /// What was published so far: whether it stays with the broker, and what it says.
    mutating func published() -> [String] {
        pipeline.flush(into: &commit)
        return commit.publications.map { publication in
            let topic = publication.topic.dropFirst("ganzhi/v1/".count)
            guard publication.isRetained else { return String(topic) }
            return "\(topic) \(publication.payload.isEmpty ? "removed" : "kept")"
        }
    }
}
