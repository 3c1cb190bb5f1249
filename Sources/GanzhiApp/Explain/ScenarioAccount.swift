import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// What a scenario does, taken apart for people: one version of it.
struct ScenarioAccount: Encodable {
    /// How many, with the first of their names.
    struct Names: Encodable {
        var count: Int
        var first: [String]

        /// Names that are shown at most.
        private static let most = 6

        init(_ names: some Sequence<String>) {
            let sorted = names.sorted { $0.precedesByCodePoint($1) }
            count = sorted.count
            first = Array(sorted.prefix(Self.most))
        }
    }

    /// Devices of one district.
    struct District: Encodable {
        /// Code; empty for devices without one.
        var code: String
        var name: String?
        var devices: Names
    }

    /// One series that it watches.
    struct Input: Encodable {
        /// The name that measures use; empty where it has none.
        var name: String
        var metric: String
        var unit: String?
        var `where`: [String: String]
        var devices: Int
        var districts: [District]
        /// Bytes that a series takes; `nil` where nothing is measured.
        var bytesPerSeries: Int?
        /// Whether readings themselves are kept beside them.
        var keepsReadings: Bool
    }

    /// A measure.
    struct MeasureAccount: Encodable {
        var name: String
        var expression: String
        var meaning: String
        var unit: String
    }

    /// What a level needs.
    struct LevelAccount: Encodable {
        var level: String
        /// The condition as written, and with its numbers in canonical units.
        var written: String
        var when: String
        /// For how long it must have been true.
        var hold: String
        /// What must be true for it to ease, canonical; `nil` means that `when` is not.
        var until: String?
    }

    /// Where its numbers come from.
    struct SourceAccount: Encodable {
        var title: String
        var kind: String
        var validFrom: String?
        var validTo: String?
        var isInForce: Bool
    }

    /// When it is evaluated, and how long it waits for what.
    struct Times: Encodable {
        var every: String
        var lateness: String
        var idle: String
        var silence: String
        var revise: String
        var eager: Bool
        var quietCounts: Bool
    }

    var scenario: String
    var title: [String: String]
    var owner: String?
    var stage: String
    var source: SourceAccount?
    var per: String
    /// The keys that the catalogue has devices for.
    var keys: Names
    var watches: [Input]
    var times: Times
    var measures: [MeasureAccount]
    var levels: [LevelAccount]
    /// What clears, canonical; `nil` means that no level's `when` is true.
    var clear: String?
    var clearHold: String
    /// Coverage below which a measure is unknown.
    var minimumCoverage: Double
    /// Where it stands at one key.
    var key: KeyAccount?

    init(_ reading: LadderReading, in generation: Generation, today: String) {
        let scenario = reading.scenario
        let catalogue = generation.catalogue
        self.scenario = scenario.id
        (title, owner, stage) = (scenario.title, scenario.owner, scenario.stage.rawValue)
        source = scenario.source.map { source in
            SourceAccount(
                title: source.title,
                kind: source.kind.rawValue,
                validFrom: source.validFrom,
                validTo: source.validTo,
                isInForce: (source.validFrom ?? "") <= today && today <= (source.validTo ?? "9999-99-99")
            )
        }
        per = "\(scenario.watch.per)"
        keys = Names(Self.keys(of: scenario, in: catalogue))
        watches = scenario.watch.inputs.indices.map { Self.input($0, of: scenario, in: generation) }
        times = Times(
            every: "\(scenario.every)",
            lateness: "\(scenario.lateness)",
            idle: "\(scenario.idle)",
            silence: "\(scenario.ladder.silence)",
            revise: "\(scenario.revise)",
            eager: scenario.eager,
            quietCounts: scenario.quietCounts
        )
        measures = zip(scenario.measures, reading.units).map { measure, unit in
            MeasureAccount(
                name: measure.name,
                expression: measure.description,
                meaning: MeasureWords.meaning(of: measure),
                unit: unit
            )
        }
        levels = scenario.ladder.rungs.enumerated().map { number, rung in
            LevelAccount(
                level: rung.level.name,
                written: rung.when.description,
                when: reading.canonical(rung.when, reading.program?.when[number]).description,
                hold: "\(rung.hold)",
                until: rung.until.map { reading.canonical($0, reading.program?.until[number]).description }
            )
        }
        clear = scenario.ladder.clear.map { reading.canonical($0, reading.program?.clear).description }
        clearHold = "\(scenario.ladder.clearHold)"
        minimumCoverage = scenario.ladder.minimumCoverage
    }

    /// The keys that devices of the catalogue belong to.
    static func keys(of scenario: Scenario, in catalogue: Catalogue) -> Set<String> {
        var keys: Set<String> = []
        for input in scenario.watch.inputs {
            for device in devices(of: input, in: catalogue) {
                if let key = scenario.watch.key(ofDevice: device.id, in: catalogue) { keys.insert(key) }
            }
        }
        return keys
    }

    private static func devices(of input: Watch.Input, in catalogue: Catalogue) -> [DeviceDefinition] {
        let metric = catalogue.canonicalMetric(input.selector.metric)
        return catalogue.devices.filter { input.selector.matches(device: $0.id, metric: metric, in: catalogue) }
    }

    private static func input(_ number: Int, of scenario: Scenario, in generation: Generation) -> Input {
        let (input, catalogue) = (scenario.watch.inputs[number], generation.catalogue)
        let metric = catalogue.metric(input.selector.metric)
        let devices = devices(of: input, in: catalogue)
        let districts = Dictionary(grouping: devices) { $0.district ?? "" }.map { code, devices in
            District(
                code: code,
                name: catalogue.district(code)?.titles["en"],
                devices: Names(devices.map(\.id))
            )
        }
        let plan = (try? scenario.plan(ofInput: number, calendar: generation.calendar, unit: metric?.unit)) ?? nil
        return Input(
            name: input.name,
            metric: input.selector.metric,
            unit: metric?.unit,
            where: input.selector.where,
            devices: devices.count,
            districts: districts.sorted { $0.code.precedesByCodePoint($1.code) },
            bytesPerSeries: plan?.bytesPerSeries,
            keepsReadings: plan?.keepsReadings ?? false
        )
    }
}
