import GanzhiModel
import GanzhiPipeline

/// `ganzhi bench replay`: NDJSON bytes through the whole pipeline on one core.
public enum ReplayBench {
    /// Measures the jobs in turn and prints readings per second.
    ///
    /// - Parameters:
    ///   - jobs: Which to measure; every one has its ladder.
    ///   - series: Number of series of workload W.
    ///   - readings: About how many readings of workload W.
    ///   - inputs: Files instead of workload W, read into memory beforehand.
    /// - Throws: ``AppError`` where an input cannot be read or is refused.
    public static func run(
        jobs: [BenchJob],
        series: Int,
        readings: Int,
        inputs: [String],
        rounds: Int,
        json: Bool
    ) throws {
        let sources: [(name: String, lines: BenchLines)] =
            inputs.isEmpty
            ? [("W", BenchLines(BenchWorkload(series: series, readings: readings).lines()))]
            : try inputs.map { ($0, try BenchLines(path: $0)) }
        var table = BenchTable(
            "replay",
            [
                .init(title: "readings/s", member: "readings_per_second", digits: 0),
                .init(title: "ns/reading", member: "ns_per_reading", digits: 0),
                .init(title: "readings", member: "readings", digits: 0),
                .init(title: "series", member: "series", digits: 0),
                .init(title: "events", member: "events", digits: 0),
                .init(title: "bytes/series", member: "bytes_per_series", digits: 0),
            ]
        )
        for (name, lines) in sources {
            var results = [Result?](repeating: nil, count: jobs.count)
            let medians = try BenchMachine.medians(
                rounds: rounds,
                jobs.indices.map { index in
                    {
                        let result = try replay(lines, job: jobs[index])
                        results[index] = results[index] ?? result
                        return result.nanoseconds / Double(max(1, result.readings))
                    }
                }
            )
            for (index, job) in jobs.enumerated() {
                guard let result = results[index] else { continue }
                table.add(
                    "\(name) \(job.rawValue)",
                    1e9 / medians[index],
                    medians[index],
                    Double(result.readings),
                    Double(result.series),
                    Double(result.events),
                    Double(result.bytes) / Double(max(1, result.series))
                )
            }
        }
        try table.print(json: json)
    }

    private struct Result {
        var nanoseconds: Double
        var readings: Int64
        var series: Int
        var events: Int
        var bytes: Int
    }

    private static func replay(_ lines: BenchLines, job: BenchJob) throws -> Result {
        let resident = BenchMachine.residentBytes()
        var pipeline = try Pipeline(
            generation: Generation(scenarios: [try job.scenario()]),
            clock: .received,
            hashSeed: 1
        )
        var commit = Commit(position: 0)
        var sequence: UInt64 = 0
        var readings: Int64 = 0
        var events = 0

        func take() {
            events += commit.events.count
            for (key, count) in commit.ledger where key.column == .readingsDecoded { readings += count }
            commit = Commit(position: pipeline.position)
        }
        let time = try BenchMachine.coreNanoseconds {
            try lines.forEach { line in
                sequence += 1
                if let rejection = pipeline.add(line: line, of: "bench", sequence: sequence) {
                    throw AppError(.data, "Line \(sequence): \(rejection.reason): \(rejection.detail)")
                }
                if pipeline.isFull {
                    pipeline.flush(into: &commit)
                    take()
                }
            }
            pipeline.finish(into: &commit) { _, _ in }
            take()
        }
        let bytes = BenchMachine.residentBytes() - resident
        return Result(
            nanoseconds: time,
            readings: readings,
            series: pipeline.seriesCount,
            events: events,
            bytes: bytes
        )
    }
}
