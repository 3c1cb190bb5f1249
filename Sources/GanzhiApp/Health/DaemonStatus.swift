import GanzhiMQTT
import GanzhiModel
import GanzhiPipeline

/// What the daemon says of itself under its retained status topic.
///
/// `{"city":"330100","node":"n1","state":"online","ready":false,"reasons":["…"],"troubles":[{"part":"…","reason":"…"}]}`,
/// the last two where there is something to say, and `ready` while it is online.
struct DaemonStatus {
    private let city: String
    private let node: String
    private let topicRoot: String

    init(of generation: Generation) {
        city = generation.city
        node = generation.node
        topicRoot = generation.topicRoot
    }

    /// The topic with what stands there before the first health and behind the last.
    var topic: StatusTopic {
        StatusTopic(
            topic: "\(topicRoot)/status/\(TopicName.level(node))",
            online: online(nil),
            offline: payload("offline") { _ in }
        )
    }

    /// The payload while the daemon is online.
    func online(_ health: Health?) -> [UInt8] {
        payload("online") { writer in
            let health = health ?? Health(taken: .never, started: .never)
            health.writeReadiness(to: &writer)
        }
    }

    private func payload(_ state: String, _ more: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("city", city)
            writer.member("node", node)
            writer.member("state", state)
            more(&writer)
        }
        return writer.bytes
    }
}
