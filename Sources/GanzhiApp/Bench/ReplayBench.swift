import Dispatch
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
    ///   - cores: Engines at once, each with a part of the series; with more than one, time is the clock's.
    /// - Throws: ``AppError`` where an input cannot be read or is refused.
    public static func run(
        jobs: [BenchJob],
        series: Int,
        readings: Int,
        inputs: [String],
        cores: Int,
        rounds: Int,
        json: Bool
    ) throws {
        guard cores == 1 else {
            return try runParts(
                jobs: jobs,
                workload: BenchWorkload(series: series, readings: readings),
                cores,
                rounds,
                json
            )
        }
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

    /// Measures one engine on all series, and one per core on a part of them, both by the clock.
    private static func runParts(
        jobs: [BenchJob],
        workload: BenchWorkload,
        _ cores: Int,
        _ rounds: Int,
        _ json: Bool
    ) throws {
        let whole = [BenchLines(workload.lines())]
        let parts = workload.lines(parts: cores).map(BenchLines.init)
        var table = BenchTable(
            "replay",
            [
                .init(title: "readings/s", member: "readings_per_second", digits: 0),
                .init(title: "x one core", member: "ratio_to_one_core", digits: 2),
            ]
        )
        for job in jobs {
            let medians = try BenchMachine.medians(
                rounds: rounds,
                [whole, parts].map { inputs in
                    {
                        var failures = [(any Error)?](repeating: nil, count: inputs.count)
                        let time = failures.withUnsafeMutableBufferPointer { failures in
                            nonisolated(unsafe) let failures = failures
                            return BenchMachine.nanoseconds {
                                DispatchQueue.concurrentPerform(iterations: inputs.count) { part in
                                    do { _ = try replay(inputs[part], job: job) } catch { failures[part] = error }
                                }
                            }
                        }
                        if let failure = failures.compactMap({ $0 }).first { throw failure }
                        return time / Double(workload.count)
                    }
                }
            )
            table.add("W \(job.rawValue), 1 core", 1e9 / medians[0], 1)
            table.add("W \(job.rawValue), \(cores) cores", 1e9 / medians[1], medians[0] / medians[1])
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
