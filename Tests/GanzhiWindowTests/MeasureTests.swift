import GanzhiModel
import GanzhiWindow
import Testing

struct MeasureTests {
    @Test(arguments: WindowFunction.allCases) func `every function is read by its name`(function: WindowFunction) throws
    {
        let measure = try Measure(name: "m", parsing: "\(function.rawValue)(90s)", every: .seconds(30))
        #expect(measure.function == function)
        #expect(measure.window == WindowSpec(size: .seconds(90), every: .seconds(30)))
    }

    @Test(arguments: ["mean(12h, every: 5m)", " mean ( 12h ,every:5m ) ", "mean(12h,every :5m)"])
    func `a measure may have a hop of its own`(text: String) throws {
        let measure = try Measure(name: "m", parsing: text, every: .seconds(30))
        #expect(measure.window == WindowSpec(size: .hours(12), every: .minutes(5)))
    }

    @Test(arguments: [
        ("", 0), ("mean", 0), ("mean(5m", 0), ("average(5m)", 0), ("mean()", 5), ("mean(5)", 5), ("mean(0s)", 5),
        ("mean(5m,)", 8), ("mean(5m, ahead: 1m)", 9), ("mean(5m, every: 45s)", 16), ("mean(5m, every: 0s)", 16),
        ("mean(5m, every)", 9), ("mean(-5m)", 5), ("mean(9999999d)", 5), ("  mean(x)", 7),
    ]) func `a fault is told where it stands, with what would do`(text: String, offset: Int) throws {
        let error = try #require(throws: ExpressionError.self) {
            try Measure(name: "m", parsing: text, every: .seconds(30))
        }
        #expect(error.offset == offset)
        #expect(!error.message.isEmpty && !error.remedy.isEmpty)
    }
}
