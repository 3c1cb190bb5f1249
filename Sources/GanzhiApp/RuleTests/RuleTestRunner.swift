import GanzhiConfig
import GanzhiModel
import GanzhiPipeline

/// Runs rule tests through the real pipeline.
enum RuleTestRunner {
    /// Runs a test: each value is a line of a file, received when it was observed; then the input ends.
    ///
    /// `ganzhi replay` of these lines gives the same events.
    ///
    /// - Throws: A problem where a scenario cannot be planned.
    static func run(_ test: RuleTest, of file: RuleTestFile) throws(Problem) -> RuleTestOutcome {
        var pipeline = try Pipeline(
            generation: file.generation,
            clock: .received,
            hashSeed: .random(in: .min ... .max),
            keepsTraces: false
        )
        var outcome = RuleTestOutcome(test: test, path: file.path, generation: file.generation)
        var commit = Commit(position: 0)
        var sequence: UInt64 = 0
        var writer = JSONWriter()
        for (series, value) in merged(test.series) {
            sequence += 1
            writer.removeAll()
            write(value, of: test.series[series], into: &writer)
            let refusal = writer.bytes.withUnsafeBytes { pipeline.add(line: $0, of: file.path, sequence: sequence) }
            if let refusal { outcome.refusals.append("\(refusal.reason): \(refusal.detail)") }
            if pipeline.isFull {
                pipeline.flush(into: &commit)
                outcome.take(commit)
                commit = Commit(position: pipeline.position)
            }
        }
        pipeline.finish(into: &commit) { commit, pipeline in
            outcome.take(commit)
            commit = Commit(position: pipeline.position)
        }
        outcome.take(commit)
        return outcome
    }

    /// All values by their times; of equal ones those of the series that is declared first.
    private static func merged(_ series: [RuleTest.Series]) -> [(series: Int, value: RuleTest.Value)] {
        let all = series.enumerated().flatMap { index, series in series.values.map { (series: index, value: $0) } }
        return all.sorted { ($0.value.time, $0.series) < ($1.value.time, $1.series) }
    }

    private static func write(_ value: RuleTest.Value, of series: RuleTest.Series, into writer: inout JSONWriter) {
        writer.object {
            $0.member("ts", value.time.milliseconds)
            $0.member("device", series.device)
            $0.member("metric", series.metric)
            $0.member("value", value.number)
            if !value.unit.isEmpty { $0.member("unit", value.unit) }
        }
    }
}
