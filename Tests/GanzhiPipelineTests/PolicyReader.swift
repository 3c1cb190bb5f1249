import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow
import Yams

/// Reads a scenario and a catalogue from the keys that people write, as far as cases need them.
///
/// What a case leaves out is taken from its file, key by key: `time` and `evidence` too are joined key by key. What both
/// leave out is the scenario `s`, which watches the metric `m`, in metres, and whose ladder never leaves the ground.
struct PolicyReader {
    private let keys: Keys?
    private let defaults: Keys?
    private static let known: Set<String> = ["scenario", "watch", "time", "measures", "levels", "clear", "evidence"]

    init(_ node: Node?, defaults: Node?) throws {
        keys = try node.map { try Keys($0, "a policy", Self.known) }
        self.defaults = try defaults.map { try Keys($0, "a policy", Self.known) }
    }

    private subscript(_ key: String) -> Node? { keys?[key] ?? defaults?[key] }

    func scenario() throws -> Scenario {
        let known: Set<String> = ["every", "lateness", "idle", "revise", "from", "silence"]
        let own = try keys?["time"].map { try Keys($0, "`time`", known) }
        let shared = try defaults?["time"].map { try Keys($0, "`time`", known) }
        func span(_ key: String) throws -> TimeSpan? { try (own?[key] ?? shared?[key])?.span }
        guard let every = try span("every") else { throw CaseFile.Fault(description: "`time` lacks `every`") }
        let measures: [Measure]? = try self["measures"]?.entries.map {
            try Measure(name: $0.key.text, parsing: $0.value.text, every: every)
        }
        guard let measures, let first = measures.first else {
            throw CaseFile.Fault(description: "`measures` is empty")
        }
        let evidence = try self["evidence"].map { try Keys($0, "`evidence`", ["coverage", "quiet"]) }
        let clear = try self["clear"].map { try Keys($0, "`clear`", ["when", "for"]) }
        let watch = try self["watch"].map { try Keys($0, "`watch`", ["metric", "where"]) }
        return Scenario(
            id: try self["scenario"]?.text ?? "s",
            watch: WatchSelector(
                metric: try watch?["metric"]?.text ?? "m",
                where: try Dictionary(
                    uniqueKeysWithValues: watch?["where"]?.entries.map { (try $0.key.text, try $0.value.text) } ?? []
                )
            ),
            every: every,
            lateness: try span("lateness") ?? .zero,
            idle: try span("idle") ?? .minutes(5),
            revise: try span("revise") ?? .zero,
            from: try (own?["from"] ?? shared?["from"]).map(Self.timeOfDay) ?? .zero,
            quietCounts: try evidence?["quiet"]?.text == "counts",
            measures: measures,
            ladder: Ladder(
                rungs: try rungs() ?? [
                    Ladder.Rung(level: .red, when: try ConditionParser.parse("\(first.name) >= 1e300"))
                ],
                clear: try clear?["when"].map { try ConditionParser.parse($0.text) },
                clearHold: try clear?["for"]?.span ?? .minutes(5),
                silence: try span("silence") ?? .minutes(10),
                minimumCoverage: try evidence?["coverage"]?.number ?? 0
            )
        )
    }

    private func rungs() throws -> [Ladder.Rung]? {
        try self["levels"]?.entries.map { name, node in
            let keys = try Keys(node, "a level", ["when", "for", "until"])
            guard let level = Level.allCases.first(where: { $0.name == name.scalar?.string }) else {
                throw CaseFile.Fault(description: "there is no such level")
            }
            return Ladder.Rung(
                level: level,
                when: try ConditionParser.parse(keys["when", default: nil].text),
                hold: try keys["for"]?.span ?? .zero,
                until: try keys["until"].map { try ConditionParser.parse($0.text) }
            )
        }
    }

    /// `08:00`.
    private static func timeOfDay(_ node: Node) throws -> TimeSpan {
        let parts = try node.text.split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 2 else { throw CaseFile.Fault(description: "`\(try node.text)` is no time of day") }
        return .minutes(parts[0] * 60 + parts[1])
    }

    static func catalogue(_ node: Node?) throws -> Catalogue {
        let keys = try node.map { try Keys($0, "a catalogue", ["metrics", "devices"]) }
        let metrics = try keys?["metrics"]?.items.map { node in
            let keys = try Keys(node, "a metric", ["id", "unit", "range"])
            let range = try keys["range"].map { try Keys($0, "a range", ["min", "max"]) }
            return MetricDefinition(
                id: try keys["id", default: nil].text,
                unit: try keys["unit"]?.text,
                range: try range.map { ValueRange(min: try $0["min"]?.number, max: try $0["max"]?.number) }
            )
        }
        let devices = try keys?["devices"]?.items.map { node in
            let keys = try Keys(node, "a device", ["id", "expected-interval"])
            return DeviceDefinition(
                id: try keys["id", default: nil].text,
                expectedInterval: try keys["expected-interval"]?.span
            )
        }
        return Catalogue(metrics: metrics ?? [MetricDefinition(id: "m", unit: "m")], devices: devices ?? [])
    }
}
