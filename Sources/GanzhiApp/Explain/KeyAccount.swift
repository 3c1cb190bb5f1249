import GanzhiModel

/// Where a scenario stands at one key, and why.
struct KeyAccount: Encodable {
    /// A standing warning.
    struct Standing: Encodable {
        var level: String
        var episode: String
        var raised: Timestamp
        /// Instant of its newest change.
        var changed: Timestamp
        var isStale: Bool
        /// What keeps it from being published; empty where nothing does.
        var suppressedBy: String
        /// Those of them that somebody asked for.
        var suppressions: [SuppressionAccount]
    }

    /// A silence or maintenance.
    struct SuppressionAccount: Encodable {
        var id: String
        var kind: String
        var author: String
        var reason: String
        var until: Timestamp
    }

    /// A value with its unit.
    struct Value: Encodable {
        var name: String
        var value: Double
        var unit: String
    }

    /// The measures at one evaluation.
    struct Measures: Encodable {
        var instant: Timestamp
        /// Level that stood after it.
        var level: String
        var values: [Value]
    }

    /// How far a level, or clearing, is from holding at the newest measures.
    struct Distance: Encodable {
        /// The level's name, or `clear`.
        var level: String
        var truth: WarningContent.Verdict
        var comparisons: [ComparisonAccount]
    }

    /// An event of the episode.
    struct EventAccount: Encodable {
        var id: String
        var event: String
        var instant: Timestamp
        /// When it was decided, RFC 3339.
        var decided: String
        var level: String
        var previous: String
        var reason: String?
        /// The condition that decided, canonical, under the scenario of then; `nil` where it decided nothing.
        var deciding: String?
        /// Whether the scenario of then is not known any more, so that ``deciding`` is that of today.
        var isOfToday: Bool
        var evidence: [WarningContent.Evidence]
        var conditions: [String: WarningContent.Verdict]
        var suppressed: [WarningContent.Suppressed]
    }

    /// An episode.
    struct Episode: Encodable {
        var id: String
        var events: [EventAccount]
        /// The measures at its evaluations, oldest first.
        var trace: [Measures]
        /// Whether the trace was too long to be shown whole.
        var isCut: Bool
    }

    var key: String
    /// Whether the catalogue has devices for it that the scenario watches.
    var isInCatalogue: Bool
    /// The nearest key of the catalogue, where it has none by this name.
    var nearest: String?
    /// Where the device stands, where the key is one.
    var place: String?
    /// Why nothing is known of it; `nil` where a store was read.
    var unknown: String?
    var standing: Standing?
    var newest: Measures?
    var distances: [Distance] = []
    var episode: Episode?
}
