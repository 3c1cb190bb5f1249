import Foundation
import GanzhiModel
import GanzhiWindow
import Testing

struct WindowEngineMemoryTests {
    /// Memory of this process in bytes.
    private static func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    @Test func `an engine that goes gives its memory back`() throws {
        let plan = try Plan(
            every: .seconds(1),
            aggregates: [Plan.Aggregate(.mean, .hopping(.seconds(1000), every: .seconds(1)))]
        )
        let before = try Self.residentBytes()
        // 64 series take some 6 MB, so that 200 engines would show.
        for _ in 0..<200 {
            var engine = WindowEngine(plans: [plan])
            for _ in 0..<64 { engine.register(expectedInterval: nil, watchedBy: [0]) }
            #expect(engine.seriesCount == 64)
        }
        #expect(try Self.residentBytes() - before < 500_000_000)
    }
}
