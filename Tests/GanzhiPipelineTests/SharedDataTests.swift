import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow
import Testing

/// Real data, with its dirt, through the engine and through the reference.
@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct SharedDataTests {
    /// Readings of a series that are taken: the reference looks at all of them again for each result.
    private static let readingsPerSeries = 1200
    private static let folders = [
        "nab", "skab", "batadal", "beijing-air", "aberdeen-air", "floodnet-nyc", "ndw-traffic", "aarhus",
        "halifax-sealevel", "rain", "riotbench",
    ]

    private struct Row: Decodable {
        var ts: Int64
        var device: String
        var metric: String
        var value: Double
    }

    private struct Series: Hashable {
        var device: String
        var metric: String
    }

    @Test(arguments: folders) func `windows of every file are those of the reference`(folder: String) throws {
        let path = try #require(SharedData.path(folder))
        let files = try FileManager.default.contentsOfDirectory(atPath: path.path).filter { $0.hasSuffix(".ndjson.gz") }
        #expect(!files.isEmpty)
        for file in files.sorted() {
            let rows = try Self.rows(path.appending(path: file))
            for metric in Set(rows.map(\.metric)).sorted() {
                try Self.compare(rows.filter { $0.metric == metric }, metric: metric, name: "\(folder)/\(file)")
            }
        }
    }

    /// The first readings of each series, of the first series of each metric.
    private static func rows(_ file: URL) throws -> [Row] {
        let result = try ChildProcess.run("/bin/gzip", ["-dc", file.path])
        #expect(result.status == 0)
        var counts: [Series: Int] = [:]
        var seriesOfMetric: [String: Int] = [:]
        let decoder = JSONDecoder()
        return try result.output.split(separator: 0x0A).compactMap { line in
            let row = try decoder.decode(Row.self, from: Data(line))
            let series = Series(device: row.device, metric: row.metric)
            if counts[series] == nil {
                guard seriesOfMetric[row.metric, default: 0] < 6 else { return nil }
                seriesOfMetric[row.metric, default: 0] += 1
            }
            guard counts[series, default: 0] < readingsPerSeries else { return nil }
            counts[series, default: 0] += 1
            return row
        }
    }

    private static func compare(_ rows: [Row], metric: String, name: String) throws {
        let scenario = try scenario(metric: metric, interval: medianInterval(rows))
        let generation = Generation(scenarios: [scenario])
        func line(_ row: Row) -> ReferenceLine {
            ReferenceLine(row.ts, row.value, device: row.device, metric: row.metric)
        }
        let actual = try ReferenceOutcome.ofEngine(rows.map(line), through: generation, flushingEvery: 100)
        // Idleness apart, which the scenario never reaches, a series' windows are its own.
        for device in Set(rows.map(\.device)).sorted() {
            let expected = Reference.replay(rows.filter { $0.device == device }.map(line), through: generation)
            var own = ReferenceOutcome()
            own.windows = actual.windows.filter { $0.key == device }
            var wanted = ReferenceOutcome()
            wanted.windows = expected.windows
            #expect(own.windows.count > 0)
            if let difference = wanted.difference(to: own) {
                Issue.record("\(name) \(metric) \(device), reference first: \(difference)")
                return
            }
        }
    }

    /// Windows of some readings each, late after two, revised for eight.
    private static func scenario(metric: String, interval: Int64) throws -> Scenario {
        let steps: [Int64] = [1, 10, 60, 300, 1800, 3600, 21_600].map { $0 * 1000 }
        let every = TimeSpan.milliseconds(steps.first { $0 >= 2 * interval } ?? steps[6])
        func span(_ count: Int64) -> TimeSpan { TimeSpan(microseconds: every.microseconds * count) }
        let window = WindowSpec.hopping(span(4), every: every)
        let functions: [WindowFunction] = [
            .count, .mean, .max, .stddev(), .delta, .slope, .twa, .quantile(0.9), .distinct,
        ]
        return Scenario(
            id: "s",
            watch: Watch(metric: metric),
            every: every,
            lateness: every,
            idle: .days(3650),
            revise: span(4),
            measures: functions.map { Measure(name: $0.name, function: $0, window: window) }
                + [Measure(name: "slow", function: .min, window: .hopping(span(12), every: span(6)))],
            ladder: Ladder(
                rungs: [Ladder.Rung(level: .red, when: try ConditionParser.parse("count > 1000000"))],
                silence: .days(3650)
            )
        )
    }

    private static func medianInterval(_ rows: [Row]) -> Int64 {
        let times = rows.filter { $0.device == rows[0].device }.map(\.ts).sorted()
        let gaps = zip(times.dropFirst(), times).map(-).filter { $0 > 0 }.sorted()
        return gaps.isEmpty ? 60_000 : gaps[gaps.count / 2]
    }
}
