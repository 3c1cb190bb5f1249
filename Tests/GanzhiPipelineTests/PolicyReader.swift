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
    private static let known: Set<String> = [
        "scenario", "source", "watch", "time", "eager", "measures", "levels", "clear",
        "evidence",
    ]

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
        return Scenario(
            id: try self["scenario"]?.text ?? "s",
            source: try self["source"].map(Self.source),
            watch: try Self.watch(self["watch"]),
            every: every,
            lateness: try span("lateness") ?? .zero,
            idle: try span("idle") ?? .minutes(5),
            revise: try span("revise") ?? .zero,
            from: try (own?["from"] ?? shared?["from"]).map(Self.timeOfDay) ?? .zero,
            eager: try self["eager"]?.text == "true",
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

    private static func watch(_ node: Node?) throws -> Watch {
        let keys = try node.map { try Keys($0, "`watch`", ["metric", "where", "series", "per"]) }
        let per = try keys?["per"].map { Watch.Key(try $0.text) } ?? .device
        guard let series = try keys?["series"]?.entries else {
            return Watch(
                metric: try keys?["metric"]?.text ?? "m",
                where: try conditions(keys?["where"]),
                per: per
            )
        }
        let inputs = try series.map { name, node in
            let keys = try Keys(node, "a series", ["metric", "where"])
            let selector = WatchSelector(
                metric: try keys["metric", default: nil].text,
                where: try conditions(keys["where"])
            )
            return Watch.Input(name: try name.text, selector: selector)
        }
        return Watch(inputs: inputs, per: per)
    }

    private static func conditions(_ node: Node?) throws -> [String: String] {
        try Dictionary(uniqueKeysWithValues: node?.entries.map { (try $0.key.text, try $0.value.text) } ?? [])
    }

    private static func source(_ node: Node) throws -> Scenario.Source {
        let keys = try Keys(node, "`source`", ["valid-from", "valid-to"])
        return Scenario.Source(
            title: "",
            kind: .practice,
            validFrom: try keys["valid-from"]?.text,
            validTo: try keys["valid-to"]?.text
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
            let keys = try Keys(node, "a device", ["id", "expected-interval", "district", "place", "labels"])
            let place = try keys["place"].map { try Keys($0, "a place", ["latitude", "longitude"]) }
            return DeviceDefinition(
                id: try keys["id", default: nil].text,
                district: try keys["district"]?.text,
                place: try place.map {
                    Place(latitude: try $0["latitude"]?.number, longitude: try $0["longitude"]?.number)
                },
                labels: try conditions(keys["labels"]),
                expectedInterval: try keys["expected-interval"]?.span
            )
        }
        return Catalogue(metrics: metrics ?? [MetricDefinition(id: "m", unit: "m")], devices: devices ?? [])
    }
}
