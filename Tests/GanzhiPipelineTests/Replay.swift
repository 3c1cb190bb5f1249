import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport

/// Lines through the real engine.
enum Replay {
    static func add(_ line: ReferenceLine, to pipeline: inout Pipeline) {
        Array(line.text.utf8).withUnsafeBytes {
            _ = pipeline.add(line: $0, of: "test.ndjson", sequence: pipeline.position + 1)
        }
    }

    static func events(_ lines: [ReferenceLine], through generation: Generation) throws -> [Event] {
        var pipeline = try Pipeline(generation: generation, clock: .received, hashSeed: 1)
        var commit = Commit(position: 0)
        for line in lines { add(line, to: &pipeline) }
        pipeline.finish(into: &commit) { _, _ in }
        return commit.events
    }
}
