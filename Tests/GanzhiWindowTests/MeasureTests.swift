import Foundation
import GanzhiModel
import GanzhiWindow
import Testing

struct MeasureTests {
    private static let every = TimeSpan.seconds(30)

    private static func measure(_ text: String) throws(ExpressionError) -> Measure {
        try Measure(name: "m", parsing: text, every: every)
    }

    @Test(arguments: [
        ("count", WindowFunction.count), ("sum", .sum), ("min", .min), ("max", .max), ("mean", .mean),
        ("stddev", .stddev()), ("variance", .variance()), ("first", .first), ("last", .last), ("delta", .delta),
        ("rate", .rate), ("slope", .slope), ("twa", .twa), ("p50", .quantile(0.5)), ("p99", .quantile(0.99)),
        ("p1", .quantile(0.01)), ("distinct", .distinct), ("circular-mean", .circularMean),
    ]) func `every function is read by its name`(name: String, function: WindowFunction) throws {
        let measure = try Self.measure("\(name)(90s)")
        #expect(measure.function == function)
        #expect(measure.window == .hopping(.seconds(90), every: Self.every))
    }

    @Test(arguments: [
        ("quantile(0.95, 5m)", WindowFunction.quantile(0.95), ""), ("quantile(95 %, 5m)", .quantile(0.95), ""),
        ("quantile(5m, q: 0.25)", .quantile(0.25), ""), ("above(30 cm, 5m)", .above(30), "cm"),
        ("below(-1.5e1, 5m)", .below(-15), ""), ("above(5m, x: 2 mm/h)", .above(2), "mm/h"),
        ("above(3 eV, 5m)", .above(3), "eV"), ("stddev(5m, sample: true)", .stddev(sample: true), ""),
        ("variance(5m, sample: false)", .variance(sample: false), ""),
    ]) func `numbers and options are read`(text: String, function: WindowFunction, unit: String) throws {
        let measure = try Self.measure(text)
        #expect(measure.function == function)
        #expect(measure.unit == unit)
        #expect(measure.window == .hopping(.minutes(5), every: Self.every))
    }

    @Test(arguments: [
        ("mean(12h, every: 5m)", WindowSpec.hopping(.hours(12), every: .minutes(5))),
        (" mean ( 12h ,every:5m ) ", .hopping(.hours(12), every: .minutes(5))),
        ("mean(tumbling(1m))", .tumbling(.minutes(1))),
        ("mean(hopping(5m, 1m))", .hopping(.minutes(5), every: .minutes(1))),
        ("mean(sliding(5m))", .sliding(.minutes(5))), ("mean(session(10m))", .session(gap: .minutes(10))),
        ("above(1 m, sliding(5m))", .sliding(.minutes(5))),
    ]) func `windows of every kind are read`(text: String, window: WindowSpec) throws {
        #expect(try Self.measure(text).window == window)
    }

    @Test(arguments: [
        ("sum(rain, 1h)", "rain", WindowFunction.sum, ""), (" sum ( rain ,1h )", "rain", .sum, ""),
        ("above(level, 30 cm, 10m)", "level", .above(30), "cm"), ("below(水位, 10m, x: 2)", "水位", .below(2), ""),
        ("quantile(level, 0.9, 1h)", "level", .quantile(0.9), ""),
        ("p95(e-2, sliding(1h))", "e-2", .quantile(0.95), ""),
        ("stddev(_a, 5m, sample: true)", "_a", .stddev(sample: true), ""),
        ("mean(mean, 5m, every: 1m)", "mean", .mean, ""),
    ]) func `the series stands first`(text: String, series: String, function: WindowFunction, unit: String) throws {
        let measure = try Self.measure(text)
        #expect(measure.series == series)
        #expect(measure.function == function)
        #expect(measure.unit == unit)
        #expect(try Self.measure("mean(5m)").series == "")
    }

    @Test func `a series is named by one word that is no window`() {
        #expect(["rain", "a", "_", "水位", "level-2", "mean"].allSatisfy { Measure.isSeriesName($0) })
        #expect(
            ["", "5m", "2", "-a", "a b", "a.b", "a:b", "a(", "sliding", "hopping", "session", "tumbling"]
                .allSatisfy { !Measure.isSeriesName($0) }
        )
        #expect(!Measure.isSeriesName(String(repeating: "a", count: 65)))
    }

    @Test(arguments: [
        "sum(rain, 1h)", "above(level, 30 cm, 10m)", "quantile(level, 0.9, sliding(1h))",
        "variance(level, 5m, sample: true)", "below(level, 0.5, session(1h))",
        "mean(5m)", "p95(1h)", "quantile(0.123, 1h)", "above(30 cm, 10m)", "below(-0.5, sliding(90s))",
        "stddev(5m, sample: true)", "sum(session(2h))", "max(1d, every: 1h)", "circular-mean(tumbling(10m))",
    ]) func `the canonical spelling is read back as the same`(text: String) throws {
        let measure = try Self.measure(text)
        #expect(try Measure(name: "m", parsing: measure.description, every: .milliseconds(1)) == measure)
        let coded = try JSONEncoder().encode(measure)
        #expect(try JSONDecoder().decode(Measure.self, from: coded) == measure)
    }

    @Test(arguments: [
        ("", 0), ("mean", 0), ("mean(5m", 0), ("average(5m)", 0), ("mean()", 5), ("mean(5)", 5), ("mean(0s)", 5),
        ("mean(5m,)", 8), ("mean(5m, ahead: 1m)", 9), ("mean(5m, every: 45s)", 16), ("mean(5m, every: 0s)", 16),
        ("mean(5m, every)", 9), ("mean(-5m)", 5), ("mean(9999999d)", 5), ("  mean(x)", 7), ("p0(5m)", 0),
        ("p100(5m)", 0),
        ("quantile(5m)", 0), ("quantile(1.5, 5m)", 9), ("quantile(0.5 m, 5m)", 9), ("above(5m)", 0),
        ("above(x, 5m)", 0), ("mean(rain)", 5), ("above(rain, 5m)", 0), ("above(rain, wet, 5m)", 12),
        ("mean(rain, level, 5m)", 11), ("mean(sliding, 5m)", 5), ("mean(5m, rain)", 9),
        ("stddev(5m, sample: yes)", 19), ("mean(5m, sample: true)", 9), ("mean(tumbling(45s))", 14),
        ("mean(hopping(5m))", 5), ("mean(moving(5m))", 5), ("mean(sliding(5m), every: 1m)", 18),
        ("above(1 m, 5m, 6m)", 15),
    ]) func `a fault is told where it stands, with what would do`(text: String, offset: Int) throws {
        let error = try #require(throws: ExpressionError.self) { try Self.measure(text) }
        #expect(error.offset == offset)
        #expect(!error.message.isEmpty && !error.remedy.isEmpty)
    }
}
