import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
public import GanzhiPipeline
import GanzhiWindow

/// What one generation says otherwise than the one before it.
public struct GenerationDiff: Sendable, Hashable, Codable {
    /// Entries of one kind: how many, and the first few names by code point.
    public struct Names: Sendable, Hashable, Codable {
        /// How many there are.
        public var count: Int
        /// The first of them.
        public var first: [String]

        /// Names that are shown at most.
        static let most = 8

        init(_ names: some Sequence<String>) {
            let sorted = names.sorted { $0.precedesByCodePoint($1) }
            count = sorted.count
            first = Array(sorted.prefix(Self.most))
        }
    }

    /// What became of the entries of one kind.
    public struct Entries: Sendable, Hashable, Codable {
        /// Those that were not there before.
        public var added: Names
        /// Those that are there no more.
        public var removed: Names
        /// Those of which something else is said.
        public var changed: Names

        init<Entry: Hashable>(from old: [Entry], to new: [Entry], name: (Entry) -> String) {
            let before = Dictionary(old.map { (name($0), $0) }) { first, _ in first }
            let after = Dictionary(new.map { (name($0), $0) }) { first, _ in first }
            added = Names(after.keys.filter { before[$0] == nil })
            removed = Names(before.keys.filter { after[$0] == nil })
            changed = Names(after.filter { name, entry in before[name].map { $0 != entry } ?? false }.keys)
        }

        /// Whether all stayed as they were.
        public var isEmpty: Bool { added.count == 0 && removed.count == 0 && changed.count == 0 }
    }

    /// A value that is another one now.
    public struct Change: Sendable, Hashable, Codable {
        /// What it is the value of.
        public var name: String
        /// The value before; empty where it cannot be shown in a word.
        public var from: String
        /// The value now.
        public var to: String
    }

    /// Scenarios.
    public var scenarios: Entries
    /// Scenarios that went from one stage to another.
    public var stages: [Change]
    /// Feeds.
    public var feeds: Entries
    /// Whether feeds are tried in another order.
    public var reordersFeeds: Bool
    /// Metrics of the catalogue.
    public var metrics: Entries
    /// Devices of the catalogue.
    public var devices: Entries
    /// Districts of the catalogue.
    public var districts: Entries
    /// Settings of the city.
    public var settings: [Change]

    /// Compares two generations.
    public init(from old: Generation, to new: Generation) {
        scenarios = Entries(from: old.scenarios, to: new.scenarios, name: \.id)
        let stageBefore = Dictionary(old.scenarios.map { ($0.id, $0.stage) }) { first, _ in first }
        stages = new.scenarios.compactMap { scenario in
            guard let before = stageBefore[scenario.id], before != scenario.stage else { return nil }
            return Change(name: scenario.id, from: before.rawValue, to: scenario.stage.rawValue)
        }.sorted { $0.name.precedesByCodePoint($1.name) }
        feeds = Entries(from: old.feeds, to: new.feeds, name: \.name)
        let names = (before: old.feeds.map(\.name), after: new.feeds.map(\.name))
        reordersFeeds =
            names.before.filter(names.after.contains) != names.after.filter(names.before.contains)
        metrics = Entries(from: old.catalogue.metrics, to: new.catalogue.metrics, name: \.id)
        devices = Entries(from: old.catalogue.devices, to: new.catalogue.devices, name: \.id)
        districts = Entries(from: old.catalogue.districts, to: new.catalogue.districts, name: \.code)
        settings = Self.settings(old, new)
    }

    private static func settings(_ old: Generation, _ new: Generation) -> [Change] {
        let values = [
            ("city", old.city, new.city), ("node", old.node, new.node),
            ("zone", old.calendar.zone, new.calendar.zone), ("status", old.status ?? "", new.status ?? ""),
            ("topics.root", old.topicRoot, new.topicRoot),
            ("device-silence.factor", "\(old.deviceSilence.factor)", "\(new.deviceSilence.factor)"),
            (
                "device-silence.otherwise", old.deviceSilence.otherwise?.description ?? "",
                new.deviceSilence.otherwise?.description ?? ""
            ),
        ]
        let changes = values.filter { $0.1 != $0.2 }.map { Change(name: $0.0, from: $0.1, to: $0.2) }
        return changes + (old.days == new.days ? [] : [Change(name: "holidays", from: "", to: "")])
    }

    /// Whether all that can be shown is as it was.
    public var isEmpty: Bool {
        [scenarios, feeds, metrics, devices, districts].allSatisfy(\.isEmpty) && stages.isEmpty && !reordersFeeds
            && settings.isEmpty
    }
}
