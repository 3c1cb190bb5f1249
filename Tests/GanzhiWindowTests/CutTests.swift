import GanzhiWindow
import Testing

/// How the input is cut, and who works on it, never shows.
struct CutTests {
    private static let readings = EngineFixture.readings(series: 23, count: 12_000, seed: 20_260_620)
    private static let whole = Result { try EngineFixture.lines(readings, series: 23, cut: 1, shards: 1) }

    @Test(arguments: [2, 7, 100, 10_000]) func `batches of any size give the same results`(cut: Int) throws {
        let expected = try Self.whole.get()
        #expect(expected.count > 20_000)
        #expect(try EngineFixture.lines(Self.readings, series: 23, cut: cut, shards: 1) == expected)
    }

    @Test(arguments: [2, 7]) func `engines that share the series give the same results as one`(shards: Int) throws {
        #expect(try EngineFixture.lines(Self.readings, series: 23, cut: 50, shards: shards) == Self.whole.get())
    }
}
