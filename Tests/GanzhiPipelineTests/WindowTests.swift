import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import Testing

/// Windows, watermarks and idleness, sentence by sentence.
struct WindowTests {
    private static let plain = Story.blue().with(\.measures, ["depth": "last(1m)"])

    private static func seconds(_ times: [Int64], device: String = "d1") -> [ReferenceLine] {
        times.map { ReferenceLine($0 * 1000, 0.5 + Double($0 % 7) / 100, device: device) }
    }

    @Test func `a window holds its start and not its end`() throws {
        let outcome = try Self.plain.outcome(Self.seconds([0, 59, 60, 61, 120]))
        #expect(outcome.counted == ["d1 60s 2", "d1 120s 2", "d1 180s 1"])
    }

    @Test func `windows before 1970 end at the same multiples`() throws {
        let outcome = try Self.plain.outcome(Self.seconds([-61, -60, -1, 0]))
        #expect(outcome.counted == ["d1 -60s 1", "d1 0s 2", "d1 60s 1"])
    }

    @Test func `windows in a gap are not reported`() throws {
        let outcome = try Self.plain.outcome(Self.seconds([30, 3630]))
        #expect(outcome.counted == ["d1 60s 1", "d1 3660s 1"])
    }

    @Test func `a reading is late once the watermark has reached the end of its window`() throws {
        let outcome = try Self.plain.with(\.lateness, "10s").outcome(Self.seconds([30, 69, 40, 70, 50]))
        #expect(outcome.counted == ["d1 60s 2", "d1 120s 2"])
        #expect(outcome.counts["readings.late"] == 1)
    }

    @Test func `one time from the future harms its own series only`() throws {
        let far = ReferenceLine(4_000_000_000_000, 0.5)
        let lines =
            Self.seconds([30]) + Self.seconds([31], device: "d2") + [far] + Self.seconds([61, 62])
            + Self.seconds([61, 121], device: "d2")
        // Not through the reference, which would visit every minute of the years between.
        let outcome = try ReferenceOutcome.ofEngine(lines, through: Self.plain.generation())
        #expect(outcome.counted == ["d1 60s 1", "d2 60s 1", "d2 120s 1", "d2 180s 1", "d1 4000000020s 1"])
        #expect(outcome.counts["readings.late"] == 2)
    }

    @Test func `a time ahead of its received time is quarantined and moves nothing`() throws {
        let lines = [
            ReferenceLine(30_000, 0.5, received: 30_000), ReferenceLine(90_001, 0.5, received: 30_000),
            ReferenceLine(90_000, 0.25, received: 30_000), ReferenceLine(91_000, 0.5, received: 91_000),
        ]
        let outcome = try Self.plain.outcome(lines)
        #expect(outcome.counts["readings.quarantined"] == 1)
        #expect(outcome.counted == ["d1 60s 1", "d1 120s 2"])
    }

    @Test func `a silent device holds up nobody, and its last step is evaluated once it is idle`() throws {
        let lines = Self.seconds([30]) + Self.seconds([30, 90, 150, 329, 330], device: "d2")
        let outcome = try Self.plain.outcome(lines)
        #expect(
            outcome.counted == ["d2 60s 1", "d2 120s 1", "d2 180s 1", "d1 60s 1", "d2 360s 2"]
        )
    }

    @Test func `an hour of backlog is not late, but for the step that idleness closed`() throws {
        let others = (0..<70).map { Int64($0) * 60 + 30 }
        let backlog = [45] + (1..<70).map { Int64($0) * 60 + 10 }
        let lines =
            Self.seconds([30]) + Self.seconds(others, device: "d2") + Self.seconds(backlog.map { $0 })
        let outcome = try Self.plain.outcome(lines)
        #expect(outcome.counts["readings.late"] == 1)
        #expect(outcome.windows.filter { $0.key == "d1" }.count == 70)
    }

    @Test func `the end closes an open window though the newest reading lies between windows`() throws {
        let story = Self.plain.with(\.measures, ["depth": "last(5s)"]).with(\.lateness, "10s")
        let outcome = try story.outcome(Self.seconds([58, 61]))
        #expect(outcome.counted == ["d1 60s 1"])
        #expect(outcome.counts["readings.applied"] == 2)
    }

    @Test func `the watermark of a quiet device follows the time, so that its old backlog is late`() throws {
        let story = Self.plain.with(\.quietCounts, true)
        let lines = Self.seconds([30]) + Self.seconds([1000], device: "d2") + Self.seconds([650, 699, 720])
        let outcome = try story.outcome(lines)
        #expect(outcome.counts["readings.late"] == 1)
        #expect(outcome.windows.filter { $0.key == "d1" }.map(\.end) == [60_000, 720_000, 780_000])
    }

    @Test func `a coarser measure is reported at its own ends and its last result stands in between`() throws {
        var story = Story.blue().with(\.measures, ["depth": "last(1m)", "slow": "count(2m, every: 2m)"])
        story.levels[0].when = "depth >= 1 m and slow >= 2"
        // The reading at 50s is late for the window that ended at 120s, not for the plan's five minutes.
        story.measures["wide"] = "count(5m)"
        let outcome = try story.outcome(Self.seconds([10, 70, 121, 50]) + [ReferenceLine(170_000, 1)])
        let slow = outcome.windows.filter { $0.measure == "slow" }.map { "\($0.end / 1000)s \($0.count)" }
        #expect(slow == ["120s 2", "240s 2"])
        #expect(outcome.counts["readings.partly-late"] == 1)
        let raised = try #require(outcome.transitions.first)
        #expect(raised.instant == 180_000)
        #expect(raised.evidence.map(\.measure) == ["depth", "slow"])
        #expect(raised.evidence.map(\.end) == [180_000, 120_000])
        #expect(raised.evidence.map(\.count) == [2, 2])
    }

    @Test func `coverage is the share of expected readings where the catalogue knows the interval`() throws {
        var story = Self.plain
        story.catalogue = Catalogue(
            metrics: [MetricDefinition(id: "water_level", unit: "m")],
            devices: [DeviceDefinition(id: "d1", expectedInterval: .seconds(10))]
        )
        let outcome = try story.outcome(Self.seconds([0, 1, 2]) + Self.seconds([60, 61, 62, 63, 64, 65, 66]))
        #expect(outcome.windows.map(\.coverage) == [0.5, 1])
    }

    @Test func `coverage is the share of slots with data where no interval is known, a part of one counting as one`()
        throws
    {
        let story = Self.plain.with(\.measures, ["depth": "last(210s)"])
        let outcome = try story.outcome(Self.seconds([0, 10, 70]))
        #expect(outcome.windows.map(\.end) == [60_000, 120_000, 180_000, 240_000])
        #expect(outcome.windows.map(\.coverage) == [0.25, 0.5, 0.5, 0.25])
    }

    @Test func `bad readings enter no value but the share of good ones`() throws {
        var story = Self.plain.with(\.measures, ["depth": "max(1m)"])
        story.catalogue = Catalogue(
            metrics: [MetricDefinition(id: "water_level", unit: "m", range: ValueRange(max: 9))])
        let outcome = try story.outcome(
            [ReferenceLine(1000, 1), ReferenceLine(2000, 10), ReferenceLine(3000, 2), ReferenceLine(4000, 99)])
        #expect(outcome.windows.map(\.count) == [2])
        #expect(outcome.windows.map(\.value) == [2])
        #expect(outcome.windows.map(\.good) == [0.5])
    }

    @Test func `every function says what its name promises, whatever the order of arrival`() throws {
        let names = ["count", "sum", "min", "max", "mean", "first", "last", "delta"]
        let story = Self.plain.with(
            \.measures,
            Dictionary(uniqueKeysWithValues: names.map { ($0, "\($0)(1m)") }).merging(
                ["depth": "last(1m)"]) { one, _ in one }
        ).with(\.lateness, "1m")
        let lines = [(20, 4.0), (10, 1), (40, 2), (10, 3), (40, 0.5)].map { ReferenceLine($0.0 * 1000, $0.1) }
        let outcome = try story.outcome(lines)
        let values = Dictionary(uniqueKeysWithValues: outcome.windows.map { ($0.measure, $0.value) })
        #expect(
            values == [
                "count": 5, "sum": 10.5, "min": 0.5, "max": 4, "mean": 2.1, "first": 1, "last": 0.5, "delta": -0.5,
                "depth": 0.5,
            ]
        )
    }

    @Test func `the same reading again is a duplicate within eight readings, another value at its time is not`() throws
    {
        let nine = (1...9).map { ReferenceLine($0 * 1000, 0.5) }
        let again = [ReferenceLine(2000, 0.5), ReferenceLine(1000, 0.5), ReferenceLine(9000, 0.25)]
        let outcome = try Self.plain.with(\.lateness, "1m").outcome(nine + again)
        #expect(outcome.counts["readings.duplicate"] == 1)
        #expect(outcome.counts["readings.applied"] == 11)
    }

    @Test func `a value beyond what a number can say is no result`() throws {
        var story = Story.blue().with(\.measures, ["depth": "last(1m)", "rise": "delta(1m)", "total": "sum(1m)"])
        story.levels[0].when = "rise >= 0 or total >= 0"
        let outcome = try story.outcome(
            [
                ReferenceLine(0, -1.7e308), ReferenceLine(1000, 1.7e308), ReferenceLine(2000, 1.7e308),
                ReferenceLine(3000, 1.7e308), ReferenceLine(61_000, 1),
            ])
        #expect(outcome.windows.map(\.measure) == ["depth", "depth", "rise", "total"])
        #expect(outcome.told == ["2m raised blue"])
    }

    @Test func `sums of many magnitudes are exact to nine digits`() throws {
        let story = Self.plain.with(\.measures, ["depth": "sum(1m)"])
        var random = SeededGenerator(seed: 3)
        var lines: [ReferenceLine] = []
        var whole: Int64 = 0
        for index in 0..<500 {
            // Sixteenths, so that the exact sum is known; large ones that cancel but for a little.
            let sixteenths = Int64.random(in: -1_000_000...1_000_000, using: &random)
            let offset: Int64 = (index % 2 == 0 ? 1 : -1) << 52
            whole += sixteenths
            lines.append(ReferenceLine(Int64(index) * 50, Double(sixteenths) / 16))
            lines.append(ReferenceLine(Int64(index) * 50 + 1, Double(offset)))
        }
        let outcome = try ReferenceOutcome.ofEngine(lines, through: story.generation())
        let sum = try #require(outcome.windows.first?.value)
        #expect(abs(sum - Double(whole) / 16) <= 1e-9 * abs(Double(whole) / 16))
    }
}
