import GanzhiConfig
import GanzhiMQTT
import GanzhiPipeline

/// The settings that a running daemon cannot change.
enum FixedSettings {
    /// Names, as in the config, of those in which two settings differ.
    static func changed(from old: Settings, to new: Settings) -> [String] {
        let (before, after) = (old.generation, new.generation)
        let differences = [
            ("city", before.city != after.city), ("node", before.node != after.node),
            ("data", old.dataFolder != new.dataFolder), ("topics.root", before.topicRoot != after.topicRoot),
            ("event-log", old.eventLog != new.eventLog),
            ("journal", old.journal != new.journal), ("checkpoints", old.checkpoints != new.checkpoints),
            ("outbox.limit", old.outboxLimit != new.outboxLimit), ("broker", old.broker != new.broker),
            ("http", old.http != new.http),
        ]
        return differences.filter(\.1).map(\.0)
    }
}
